#include "tests/gui/wizardprocess.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QGuiApplication>
#include <QImage>
#include <QPixmap>
#include <QScreen>
#include <QTest>
#include <chrono>
#include <unistd.h>

namespace edgelift::test {

namespace {

qint64 now() { return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// A window paints its ground before its texts: more than two colours in the middle.
bool somethingIsShown()
{
    const QImage seen = QGuiApplication::primaryScreen()->grabWindow(0).toImage();
    QList<QRgb> colours;
    for (int y = 0; y < seen.height(); y += 3) {
        for (int x = 0; x < seen.width(); x += 3) {
            if (const QRgb colour = seen.pixel(x, y); !colours.contains(colour))
                colours.append(colour);
            if (colours.size() > 3)
                return true;
        }
    }
    return false;
}

}

WizardProcess::~WizardProcess()
{
    m_process.terminate();
    if (!m_process.waitForFinished(10000)) {
        m_process.kill();
        m_process.waitForFinished(5000);
    }
}

bool WizardProcess::start(const QString &socket, const QString &display, bool far)
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    if (!display.isEmpty()) {
        environment.insert(QStringLiteral("DISPLAY"), display);
        environment.insert(QStringLiteral("QT_XCB_NO_MITSHM"), QStringLiteral("1")); // there is no shared memory over a network
    }
    if (far)
        environment.insert(QStringLiteral("SSH_CONNECTION"), QStringLiteral("192.0.2.1 50000 192.0.2.2 22"));
    m_process.setProcessEnvironment(environment);
    m_process.setProcessChannelMode(QProcess::ForwardedChannels);
    if (!QTest::qWaitFor([] { return !somethingIsShown(); }, 5000))
        return false; // of an earlier one
    m_started = now();
    m_process.start(QStringLiteral(EDGELIFT_BIN_DIR "/edgelift"),
        {QStringLiteral("--socket"), socket, QStringLiteral("--state-dir"), m_state.path(), QStringLiteral("--language"),
            QStringLiteral("en"), QStringLiteral("--theme"), QStringLiteral("light")});
    return m_process.waitForStarted();
}

qint64 WizardProcess::waitForWindow()
{
    const QDeadlineTimer deadline(30000);
    while (!deadline.hasExpired()) {
        if (somethingIsShown())
            return now() - m_started;
        QTest::qWait(10);
    }
    return -1;
}

double WizardProcess::processorSeconds() const
{
    QFile file(QStringLiteral("/proc/%1/stat").arg(m_process.processId()));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QByteArray line = file.readAll(); // proc(5): fields 14 and 15, counted from after the name, which may hold spaces
    const QList<QByteArray> fields = line.mid(line.lastIndexOf(')') + 2).split(' ');
    return double(fields.value(11).toLongLong() + fields.value(12).toLongLong()) / double(::sysconf(_SC_CLK_TCK));
}

}
