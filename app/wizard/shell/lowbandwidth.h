#pragma once
#include <QObject>

namespace edgelift::wizard {

/// For displays that are far away (ux.md section 0 and D4), where every repaint and every round trip costs: no tool tips, nothing that
/// follows the mouse; pages tell their numbers every five seconds (Page::setLowBandwidth). For the whole program, on the window's thread.
class LowBandwidth final : public QObject
{
    Q_OBJECT
public:
    explicit LowBandwidth(QObject *parent = nullptr);

    void set(bool on);
    [[nodiscard]] bool isOn() const { return m_on; }

Q_SIGNALS:
    void changed(bool on);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    bool m_on = false;
};

/// X through SSH: SSH_CONNECTION is set, and DISPLAY is not one of this machine (":n" with n below 10).
[[nodiscard]] bool isDisplayFarAway();
/// Before QApplication: what Qt need not ask such a display for. Saves a fifth of the round trips at the start (D4).
void spareFarDisplay();

}
