#include "app/wizard/widgets/textlabel.h"

#include "app/wizard/shell/clipboard.h"

#include <QKeyEvent>

namespace edgelift::wizard {

namespace {

constexpr QChar breakHere(0x200b);

}

TextLabel::TextLabel(QWidget *parent, const char *name)
    : QLabel(parent)
{
    setObjectName(QLatin1String(name));
    setTextFormat(Qt::PlainText);
    setWordWrap(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse);
    align();
}

/// By the window's direction: a selectable label would go by that of its text, which may be a Latin name in an Arabic window.
void TextLabel::align() { setAlignment(Qt::AlignAbsolute | Qt::AlignVCenter | (isRightToLeft() ? Qt::AlignRight : Qt::AlignLeft)); }

void TextLabel::changeEvent(QEvent *event)
{
    QLabel::changeEvent(event);
    if (event->type() == QEvent::LayoutDirectionChange)
        align();
}

void TextLabel::say(const QString &text)
{
    if (text == m_said)
        return;
    m_said = text;
    setText(breakable(text));
    setAccessibleName(text);
}

void TextLabel::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy) && hasSelectedText())
        copyText(selectedText().remove(breakHere));
    else
        QLabel::keyPressEvent(event);
}

QString breakable(const QString &text)
{
    constexpr int longestWord = 24;
    QString out;
    int run = 0;
    for (const QChar c : text) {
        run = c.isSpace() ? 0 : run + 1;
        if (run > longestWord && !c.isLowSurrogate()) {
            out += breakHere;
            run = 1;
        }
        out += c;
    }
    return out;
}

}
