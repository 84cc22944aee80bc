#include "app/wizard/pages/layoutproblems.h"

#include "app/wizard/models/layoutmodel.h"
#include "app/wizard/shell/said.h"
#include "app/wizard/widgets/discard.h"
#include "app/wizard/widgets/marks.h"
#include "app/wizard/widgets/textlabel.h"
#include "core/layout/targetplan.h"

#include <QEvent>
#include <QPainter>
#include <QStyleOptionFocusRect>
#include <QVBoxLayout>
#include <algorithm>

namespace edgelift::wizard {

namespace {

constexpr qsizetype mostLines = 12;

}

QList<LayoutProblems::Line> LayoutProblems::linesOf(const LayoutModel &model)
{
    QList<Line> lines;
    for (const Problem &problem : model.problems())
        lines.append({said::of(problem), problem.severity == Problem::Severity::Blocker});
    if (model.rowCount() == 0 || hasBlocker(model.problems()))
        return lines; // what stands in the way first
    if (const Result<> allowed = requireFeasibleLayout(model.plan(), model.facts()); !allowed)
        lines.append({said::paragraph(allowed.error()), true});
    return lines;
}

LayoutProblems::LayoutProblems(QWidget *parent)
    : QWidget(parent)
    , m_column(new QVBoxLayout(this))
{
    setObjectName(QStringLiteral("layoutProblems"));
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(2);
    setFocusPolicy(Qt::TabFocus);
    hide();
}

void LayoutProblems::setLines(const QList<Line> &lines)
{
    if (lines == m_lines && m_column->count() > 0)
        return;
    m_lines = lines;
    discardItems(*m_column);
    QList<Line> sorted = lines;
    std::stable_partition(sorted.begin(), sorted.end(), [](const Line &line) { return line.blocks; });
    if (sorted.size() > mostLines) {
        const int more = int(sorted.size() - mostLines);
        sorted.resize(mostLines);
        sorted.append({tr("And %n more.", nullptr, more), false});
    }
    for (const Line &line : sorted) {
        auto *sign = new QLabel(this);
        marks::show(*sign, line.blocks ? marks::Mark::Error : marks::Mark::Information);
        //: severity of a problem, for screen readers
        sign->setAccessibleName(line.blocks ? tr("Must be solved") : tr("Note"));
        auto *text = new TextLabel(this, "problemText");
        text->say(line.text);
        auto *row = new QHBoxLayout;
        row->addWidget(sign, 0, Qt::AlignTop);
        row->addWidget(text, 1);
        m_column->addLayout(row);
    }
    setAccessibleName(sorted.isEmpty() ? tr("Problems of the layout") : texts().join(QLatin1Char(' ')));
    setVisible(!sorted.isEmpty());
}

QStringList LayoutProblems::texts() const
{
    QStringList out;
    for (const TextLabel *label : findChildren<TextLabel *>(QStringLiteral("problemText")))
        out.append(label->said());
    return out;
}

void LayoutProblems::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange && event->type() != QEvent::FontChange)
        return;
    const QList<Line> lines = std::exchange(m_lines, {});
    setLines(lines);
}

void LayoutProblems::paintEvent(QPaintEvent *)
{
    if (!hasFocus())
        return;
    QPainter painter(this);
    QStyleOptionFocusRect option;
    option.initFrom(this);
    style()->drawPrimitive(QStyle::PE_FrameFocusRect, &option, &painter, this);
}

}
