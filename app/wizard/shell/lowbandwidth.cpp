#include "app/wizard/shell/lowbandwidth.h"

#include <QApplication>
#include <QEvent>

namespace edgelift::wizard {

LowBandwidth::LowBandwidth(QObject *parent)
    : QObject(parent)
{
}

void LowBandwidth::set(bool on)
{
    if (std::exchange(m_on, on) == on)
        return;
    if (on)
        qApp->installEventFilter(this);
    else
        qApp->removeEventFilter(this);
    Q_EMIT changed(on);
}

bool LowBandwidth::eventFilter(QObject *watched, QEvent *event)
{
    const QEvent::Type type = event->type();
    const bool spared = type == QEvent::ToolTip || type == QEvent::HoverEnter || type == QEvent::HoverMove || type == QEvent::HoverLeave;
    return (spared && watched->isWidgetType()) || QObject::eventFilter(watched, event);
}

bool isDisplayFarAway()
{
    constexpr int firstOfSsh = 10; // X11DisplayOffset of sshd
    if (qEnvironmentVariableIsEmpty("SSH_CONNECTION"))
        return false;
    const QString display = qEnvironmentVariable("DISPLAY");
    const QString host = display.section(QLatin1Char(':'), 0, 0);
    const int number = display.section(QLatin1Char(':'), 1).section(QLatin1Char('.'), 0, 0).toInt();
    return !display.isEmpty() && (!host.isEmpty() || number >= firstOfSsh);
}

void spareFarDisplay()
{
    if (!isDisplayFarAway())
        return;
    for (const char *name : {"QT_XCB_NO_XI2", "QT_XCB_NO_XRANDR", "QT_XCB_NO_MITSHM"}) {
        if (!qEnvironmentVariableIsSet(name))
            qputenv(name, "1");
    }
    if (!qEnvironmentVariableIsSet("QT_XCB_GL_INTEGRATION"))
        qputenv("QT_XCB_GL_INTEGRATION", "none");
}

}
