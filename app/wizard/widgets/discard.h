#pragma once
#include <QLayout>
#include <QWidget>
#include <memory>

namespace edgelift::wizard {

/// Takes every item from index `from` on out of the layout. Their widgets disappear now but are deleted by the event loop: one of them
/// may be telling us something, and Qt may be walking through the children this very moment (QWidget::hide() tells a spin box's last
/// edit while it does).
inline void discardItems(QLayout &layout, int from = 0)
{
    while (layout.count() > from) {
        const std::unique_ptr<QLayoutItem> item(layout.takeAt(from));
        if (QLayout *inner = item->layout())
            discardItems(*inner);
        if (QWidget *widget = item->widget()) {
            widget->hide();
            widget->setObjectName({}); // nobody finds it any more
            widget->deleteLater();
        }
    }
}

}
