#include "app/wizard/shell/todoline.h"

#include "app/wizard/widgets/textlabel.h"

#include <QFocusEvent>

namespace edgelift::wizard {

ToDoLine::ToDoLine(const QString &text, bool isLink, QWidget *parent)
    : QLabel(parent)
{
    setWordWrap(true);
    setAccessibleName(text);
    const QString shown = breakable(text).toHtmlEscaped();
    setText(isLink ? QStringLiteral("• <a href=\"go\">%1</a>").arg(shown) : QStringLiteral("• %1").arg(shown));
    setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    if (!isLink)
        setFocusPolicy(Qt::NoFocus);
}

void ToDoLine::focusInEvent(QFocusEvent *event)
{
    QLabel::focusInEvent(event);
    if (event->reason() != Qt::MouseFocusReason)
        QLabel::focusNextPrevChild(true); // into the link
}

}
