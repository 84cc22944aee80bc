#pragma once
#include "core/base/error.h"

#include <QWidget>
#include <functional>

class QAction;
class QComboBox;
class QLabel;
class QPushButton;

namespace edgelift::wizard {

class DemoWorld;

/// The striped banner above a demonstration: says what this is, sets the speed of the simulated link, and makes things fail on demand. Says
/// in words what it did. Decides nothing itself.
class DemoBar final : public QWidget
{
    Q_OBJECT
public:
    /// The world outlives this.
    explicit DemoBar(DemoWorld &world, QWidget *parent = nullptr);

    void setReady(bool ready); ///< false, as in the beginning: there is nothing to make fail yet

protected:
    void changeEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void layOut();
    void makeMenu();
    void retranslate();
    void refresh();
    void wrapTexts(); ///< which are on one line where there is room
    /// Shows what happened; asked again after a language change. Announced to screen readers.
    void say(const std::function<QString()> &text);
    void say(const Error &error);
    void chooseSpeed(int index);
    void drop(int seconds);
    void kill();
    void sellOrRestock();

    DemoWorld &m_world;
    std::function<QString()> m_said;
    bool m_wasDown = false;
    QLabel *m_banner;
    QLabel *m_speedLabel;
    QComboBox *m_speed;
    QPushButton *m_fail;
    QList<std::pair<QAction *, int>> m_drops; ///< each with its seconds
    QAction *m_kill = nullptr;
    QAction *m_stock = nullptr;
    QLabel *m_status;
};

}
