#include "app/wizard/pages/tagsform.h"

#include "app/wizard/shell/said.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QPushButton>
#include <QShortcut>
#include <QTableView>

namespace edgelift::wizard {

TagsForm::TagsForm(QWidget *parent)
    : QWidget(parent)
    , m_table(new QTableView(this))
    , m_add(new QPushButton(this))
    , m_remove(new QPushButton(this))
{
    m_table->setObjectName(QStringLiteral("tags"));
    m_add->setObjectName(QStringLiteral("tagAdd"));
    m_remove->setObjectName(QStringLiteral("tagRemove"));
    m_table->setModel(&m_tags);
    m_table->setTabKeyNavigation(false);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->verticalHeader()->hide();
    setHeight();
    auto *buttons = new QVBoxLayout;
    buttons->addWidget(m_add);
    buttons->addWidget(m_remove);
    buttons->addStretch();
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_table, 1);
    row->addLayout(buttons);
    connect(m_add, &QPushButton::clicked, this, &TagsForm::add);
    connect(m_remove, &QPushButton::clicked, this, &TagsForm::remove);
    connect(new QShortcut(Qt::Key_Insert, m_table, nullptr, nullptr, Qt::WidgetShortcut), &QShortcut::activated, this, &TagsForm::add);
    connect(new QShortcut(Qt::Key_Delete, m_table, nullptr, nullptr, Qt::WidgetShortcut), &QShortcut::activated, this, &TagsForm::remove);
    connect(&m_tags, &TagsModel::edited, this, &TagsForm::edited);
}

void TagsForm::show(const QMap<QString, QString> &tags)
{
    m_tags.setTags(tags);
    m_add->setEnabled(!m_tags.isFull());
    m_remove->setEnabled(m_tags.rowCount() > 0);
}

void TagsForm::add()
{
    const QModelIndex index = m_tags.index(m_tags.add(), 0);
    m_table->setFocus();
    m_table->setCurrentIndex(index);
    m_table->edit(index);
}

void TagsForm::remove() { m_tags.remove(m_table->currentIndex().row()); }

QString TagsForm::problemText() const
{
    constexpr qsizetype most = 3;
    const QList<Problem> all = problems();
    QStringList lines;
    for (const Problem &problem : all.first(std::min(all.size(), most)))
        lines.append(said::of(problem));
    if (all.size() > most)
        lines.append(tr("And %n more.", nullptr, int(all.size() - most)));
    return lines.join(QLatin1Char('\n'));
}

void TagsForm::setHeight()
{
    const int row = m_table->verticalHeader()->defaultSectionSize();
    m_table->setFixedHeight(m_table->horizontalHeader()->sizeHint().height() + 4 * row + 2 * m_table->frameWidth());
}

void TagsForm::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        setHeight();
}

void TagsForm::retranslate()
{
    m_add->setText(tr("&Add"));
    m_add->setAccessibleName(tr("Add a tag"));
    m_remove->setText(tr("Remo&ve"));
    m_remove->setAccessibleName(tr("Remove this tag"));
    m_tags.retranslate();
}

}
