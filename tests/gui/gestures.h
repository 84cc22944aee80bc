#pragma once
#include <QApplication>
#include <QDrag>
#include <QTest>
#include <QTimer>
#include <QWindow>

namespace edgelift::test {

/// A press at `start`, a drag to `end` and a release there, as the window system delivers them; points are the window's. Returns when the
/// drag is over. A drag that hangs is cancelled after 20 s.
inline void dragMouse(QWindow *window, QPoint start, QPoint end)
{
    QTimer guard;
    guard.setSingleShot(true);
    QObject::connect(&guard, &QTimer::timeout, [] { QDrag::cancel(); });
    guard.start(20000);
    QTimer::singleShot(200, window, [=] { QTest::mouseMove(window, end); });
    QTimer::singleShot(400, window, [=] { QTest::mouseMove(window, end + QPoint(3, 1)); });
    QTimer::singleShot(600, window, [=] { QTest::mouseRelease(window, Qt::LeftButton, {}, end); });
    QTest::mousePress(window, Qt::LeftButton, {}, start);
    QTest::mouseMove(window, start + QPoint(QApplication::startDragDistance() + 5, 0)); // blocks until the drag ends
    QTRY_VERIFY_WITH_TIMEOUT(!QApplication::mouseButtons().testFlag(Qt::LeftButton), 30000);
}

}
