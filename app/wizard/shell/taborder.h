#pragma once
#include <QList>

class QWidget;

namespace edgelift::wizard {

/// What Tab stops at inside of `pane`, as it is read: line by line from the top, in each from where reading begins. Pages make widgets in
/// another order, and some come later; Qt's own chain would follow that.
[[nodiscard]] QList<QWidget *> tabOrder(const QWidget &pane);

}
