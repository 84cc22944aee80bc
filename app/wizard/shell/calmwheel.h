#pragma once
#include <QObject>

namespace edgelift::wizard {

/// A wheel that scrolls the page must not change a list, a number or a slider on its way: those turn only when they have the focus, and a
/// wheel does not give it to them. For the whole program, as long as this lives.
class CalmWheel final : public QObject
{
    Q_OBJECT
public:
    explicit CalmWheel(QObject *parent = nullptr);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
};

}
