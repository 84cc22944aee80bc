#pragma once
#include <QAccessible>
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

}
