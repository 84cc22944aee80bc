#include "app/wizard/widgets/valuelabel.h"

#include <QEvent>
#include <algorithm>

namespace edgelift::wizard {

ValueLabel::ValueLabel(QWidget *parent, const QString &name)
    : QLabel(parent)
{
    setObjectName(name);
    setTextFormat(Qt::PlainText);
    setTextInteractionFlags(Qt::TextSelectableByMouse);
    takePlace(0);
}

void ValueLabel::setValue(const QString &text, const QString &accessibleName)
{
    const QString name = accessibleName.isEmpty() ? text : accessibleName;
    if (this->text() == text && this->accessibleName() == name)
        return;
    setText(text);
    setAccessibleName(name);
    takePlace(minimumWidth());
}

void ValueLabel::reserve(const QString &widest)
{
    m_widest = widest;
    takePlace(0);
}

void ValueLabel::takePlace(int atLeast)
{
    // By the window's direction: a selectable label would go by that of its text, which may be "9.2 MiB/s" in an Arabic window.
    setAlignment(Qt::AlignAbsolute | Qt::AlignVCenter | (layoutDirection() == Qt::RightToLeft ? Qt::AlignLeft : Qt::AlignRight));
    constexpr int border = 2;
    const int reserved = fontMetrics().horizontalAdvance(m_widest) + border;
    const QSize place(std::max({atLeast, reserved, sizeHint().width()}), sizeHint().height());
    if (place != minimumSize())
        setFixedSize(place);
}

void ValueLabel::changeEvent(QEvent *event)
{
    QLabel::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange || event->type() == QEvent::LayoutDirectionChange)
        takePlace(0);
}

}
