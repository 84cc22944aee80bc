#include "app/wizard/shell/calmwheel.h"

#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QApplication>
#include <QComboBox>
#include <QEvent>
#include <QScrollBar>

namespace edgelift::wizard {

namespace {

QWidget *turnedByWheels(QObject *object)
{
    const bool turns = qobject_cast<QComboBox *>(object) || qobject_cast<QAbstractSpinBox *>(object)
        || (qobject_cast<QAbstractSlider *>(object) && !qobject_cast<QScrollBar *>(object));
    return turns ? static_cast<QWidget *>(object) : nullptr;
}

}

CalmWheel::CalmWheel(QObject *parent)
    : QObject(parent)
{
    qApp->installEventFilter(this);
}

bool CalmWheel::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Polish) {
        if (QWidget *widget = turnedByWheels(watched); widget && widget->focusPolicy() == Qt::WheelFocus)
            widget->setFocusPolicy(Qt::StrongFocus);
    } else if (event->type() == QEvent::Wheel) {
        if (const QWidget *widget = turnedByWheels(watched); widget && !widget->hasFocus()) {
            event->ignore(); // the page takes it
            return true;
        }
    }
    return QObject::eventFilter(watched, event);
}

}
