#pragma once
#include <QAbstractButton>
#include <QAccessible>
#include <QLabel>
#include <QStringList>
#include <QWidget>

namespace edgelift::test {

/// Controls a screen reader could only call "button": every visible widget that takes the focus must have a name.
inline QStringList namelessControls(const QWidget &root)
{
    QStringList out;
    for (QWidget *widget : root.findChildren<QWidget *>()) {
        const bool part = widget->objectName().startsWith(QLatin1String("qt_")); // of another control
        if (part || widget->focusPolicy() == Qt::NoFocus || !widget->isVisibleTo(&root))
            continue;
        QAccessibleInterface *interface = QAccessible::queryAccessibleInterface(widget);
        if (!interface || interface->text(QAccessible::Name).trimmed().isEmpty())
            out.append(QStringLiteral("%1 “%2”").arg(QLatin1String(widget->metaObject()->className()), widget->objectName()));
    }
    return out;
}

/// Labels and buttons whose text does not fit where they stand.
inline QStringList cutTexts(const QWidget &root)
{
    QStringList out;
    for (QWidget *widget : root.findChildren<QWidget *>()) {
        if (!widget->isVisibleTo(&root))
            continue;
        QString text;
        QSize needs;
        if (const auto *label = qobject_cast<QLabel *>(widget); label && !label->text().isEmpty()) {
            text = label->text();
            needs = label->wordWrap() ? QSize(0, label->heightForWidth(label->width())) : label->sizeHint();
        } else if (const auto *button = qobject_cast<QAbstractButton *>(widget); button && !button->text().isEmpty()) {
            text = button->text();
            needs = button->minimumSizeHint();
        }
        if (!text.isEmpty() && (widget->width() < needs.width() || widget->height() < needs.height()))
            out.append(QStringLiteral("%1 has %2x%3, needs %4x%5: %6")
                           .arg(widget->objectName())
                           .arg(widget->width())
                           .arg(widget->height())
                           .arg(needs.width())
                           .arg(needs.height())
                           .arg(text.left(60)));
    }
    return out;
}

}
