#include "app/wizard/widgets/logview.h"

#include <QScrollBar>
#include <QTextBlock>

namespace edgelift::wizard {

LogView::LogView(int limit, QWidget *parent)
    : QPlainTextEdit(parent)
{
    setReadOnly(true);
    setTabChangesFocus(true);
    setUndoRedoEnabled(false);
    setLineWrapMode(QPlainTextEdit::WidgetWidth);
    setMaximumBlockCount(limit);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
}

void LogView::setLines(const QStringList &lines)
{
    QScrollBar *bar = verticalScrollBar();
    const bool atEnd = bar->value() == bar->maximum();
    const int at = bar->value();
    setPlainText(lines.join(QLatin1Char('\n')));
    bar->setValue(atEnd ? bar->maximum() : at);
}

void LogView::addLines(const QStringList &lines)
{
    if (lines.isEmpty())
        return;
    QScrollBar *bar = verticalScrollBar();
    const bool atEnd = bar->value() == bar->maximum();
    const int at = bar->value() - linesOfFirst(blockCount() + int(lines.size()) - maximumBlockCount());
    appendPlainText(lines.join(QLatin1Char('\n')));
    bar->setValue(atEnd ? bar->maximum() : at);
}

/// How many lines of the view the oldest `blocks` lines of the log take.
int LogView::linesOfFirst(int blocks) const
{
    int out = 0;
    for (QTextBlock block = document()->firstBlock(); block.isValid() && blocks > 0; block = block.next(), --blocks)
        out += block.lineCount();
    return out;
}

}
