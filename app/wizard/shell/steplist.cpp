#include "app/wizard/shell/steplist.h"

#include "app/wizard/shell/format.h"

#include <QEvent>
#include <QSignalBlocker>

namespace edgelift::wizard {

StepList::StepList(QWidget *parent)
    : QListWidget(parent)
{
    setObjectName(QStringLiteral("steps"));
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Expanding);
    const auto choose = [this](QListWidgetItem *item) {
        if (row(item) != m_current)
            Q_EMIT chosen(row(item));
    };
    connect(this, &QListWidget::itemClicked, this, choose);
    connect(this, &QListWidget::itemActivated, this, choose);
}

void StepList::setSteps(const QStringList &names, int current, int done)
{
    const QSignalBlocker quiet(this);
    if (m_names.size() != names.size()) {
        clear();
        for (qsizetype i = 0; i < names.size(); ++i)
            addItem(new QListWidgetItem);
    }
    m_names = names;
    m_current = current;
    for (int i = 0; i < count(); ++i) {
        const bool open = i < done || i == current;
        const QString mark = i == current ? QStringLiteral("▸") : i < done ? QStringLiteral("✓") : QStringLiteral(" ");
        item(i)->setText(QStringLiteral("%1 %2 %3").arg(mark, format::number(i + 1), names.at(i)));
        item(i)->setFlags(open ? Qt::ItemIsEnabled | Qt::ItemIsSelectable : Qt::NoItemFlags);
        QFont bold = font();
        bold.setBold(i == current);
        item(i)->setFont(bold);
    }
    setCurrentRow(current);
    retranslate();
    updateGeometry();
}

QSize StepList::sizeHint() const
{
    QFont bold = font();
    bold.setBold(true);
    const QFontMetrics metrics(bold);
    int width = 0;
    for (const QString &name : m_names)
        width = std::max(width, metrics.horizontalAdvance(QStringLiteral("▸ 10 ") + name));
    return {width + 3 * metrics.averageCharWidth(), metrics.height() * 12};
}

void StepList::retranslate()
{
    setAccessibleName(tr("Steps"));
    for (int i = 0; i < count(); ++i) {
        const QString name = m_names.value(i);
        const bool open = item(i)->flags().testFlag(Qt::ItemIsEnabled);
        item(i)->setData(Qt::AccessibleTextRole,
            i == m_current ? tr("%1, current step").arg(name)
                : open     ? tr("%1, visited").arg(name)
                           : tr("%1, later").arg(name));
    }
}

void StepList::changeEvent(QEvent *event)
{
    QListWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

}
