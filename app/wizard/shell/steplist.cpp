#include "app/wizard/shell/steplist.h"

#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/marks.h"

#include <QEvent>
#include <QSignalBlocker>
#include <QStyledItemDelegate>

namespace edgelift::wizard {

namespace {

/// Room above and below each step.
class StepDelegate final : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const QSize size = QStyledItemDelegate::sizeHint(option, index);
        return {size.width(), option.fontMetrics.height() * 7 / 4};
    }

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        const int extent = option->fontMetrics.ascent();
        option->features |= QStyleOptionViewItem::HasDecoration; // also without a sign: all names begin at the same place
        option->decorationSize = {extent, extent};
    }
};

}

StepList::StepList(QWidget *parent)
    : QListWidget(parent)
{
    setObjectName(QStringLiteral("steps"));
    setFrameShape(QFrame::NoFrame);
    setItemDelegate(new StepDelegate(this));
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Expanding);
    viewport()->setBackgroundRole(QPalette::AlternateBase);
    const auto choose = [this](QListWidgetItem *item) {
        if (row(item) != m_current)
            Q_EMIT chosen(row(item));
    };
    connect(this, &QListWidget::itemClicked, this, choose);
    connect(this, &QListWidget::itemActivated, this, choose);
}

void StepList::setSteps(const QStringList &names, int current, int done)
{
    if (names == m_names && current == m_current && done == m_done)
        return;
    m_names = names;
    m_current = current;
    m_done = done;
    showSteps();
}

void StepList::showSteps()
{
    const QSignalBlocker quiet(this);
    if (m_names.size() != count()) {
        clear();
        for (qsizetype i = 0; i < m_names.size(); ++i)
            addItem(new QListWidgetItem);
    }
    const int extent = fontMetrics().ascent();
    for (int i = 0; i < count(); ++i) {
        const bool current = i == m_current;
        const marks::Mark mark = current ? marks::Mark::Now : marks::Mark::Done;
        const QColor colour = current ? palette().color(QPalette::HighlightedText) : marks::colourOf(mark, palette());
        //: A step of the wizard: %1 its number, %2 its name
        item(i)->setText(tr("%1 %2").arg(format::number(i + 1), m_names.at(i)));
        item(i)->setIcon(isOpen(i) ? marks::icon(mark, extent, devicePixelRatioF(), colour) : QIcon());
        item(i)->setFlags(isOpen(i) ? Qt::ItemIsEnabled | Qt::ItemIsSelectable : Qt::NoItemFlags);
        QFont bold = font();
        bold.setBold(current);
        item(i)->setFont(bold);
    }
    setCurrentRow(m_current);
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
        width = std::max(width, metrics.horizontalAdvance(format::number(10) + QLatin1Char(' ') + name));
    return {width + metrics.ascent() + 4 * metrics.averageCharWidth(), metrics.height() * 12};
}

void StepList::retranslate()
{
    setAccessibleName(tr("Steps"));
    for (int i = 0; i < count(); ++i) {
        const QString name = m_names.value(i);
        item(i)->setData(Qt::AccessibleTextRole,
            i == m_current  ? tr("%1, current step").arg(name)
                : isOpen(i) ? tr("%1, visited").arg(name)
                            : tr("%1, later").arg(name));
    }
}

void StepList::changeEvent(QEvent *event)
{
    QListWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    else if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange)
        showSteps();
}

}
