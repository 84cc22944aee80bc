#include "app/agent/agentprogram.h"
#include "core/source/tracking/freezemarker.h"
#include "tests/unit/tracking/mountedloop.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>

using namespace edgelift;
using namespace edgelift::test;

namespace {

constexpr int rescueAfter = 6; ///< seconds; a writer that waits for a thaw cannot be killed

QByteArray content(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void makeHook(const QString &path, const QByteArray &command)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("#!/bin/sh\n" + command + '\n');
    QVERIFY(::fchmod(file.handle(), 0700) == 0);
}

}

class AgentStartTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void whatAKilledAgentLeftFrozenGoesOn();
    void damagedMarkerDoesNotStopIt();

private:
    /// Starts it, and asks it to end at once. Its exit code.
    int start(const QString &stateDir) const;

    QTemporaryDir m_folder;
};

void AgentStartTest::initTestCase()
{
    QVERIFY2(::geteuid() == 0, "run as root: it mounts and freezes loop devices");
    QVERIFY(::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
}

int AgentStartTest::start(const QString &stateDir) const
{
    AgentOptions options;
    options.socket = m_folder.filePath(QStringLiteral("socket"));
    options.stateDir = stateDir;
    options.logPath = stateDir + QLatin1String("/agent.log");
    options.freezeMarker = m_folder.filePath(QStringLiteral("marker"));
    QTimer::singleShot(0, QCoreApplication::instance(), &QCoreApplication::quit);
    return runAgent(options);
}

/// Its own state and log lie on what is frozen: it has to thaw before it does anything else.
void AgentStartTest::whatAKilledAgentLeftFrozenGoesOn()
{
    const MountedLoop loop("ext4"), whole("ext4");
    const Rescue rescue({loop.path()}, rescueAfter);
    const QString ran = m_folder.filePath(QStringLiteral("ran"));
    makeHook(m_folder.filePath(QStringLiteral("post-freeze")), "echo yes > " + QFile::encodeName(ran));
    QVERIFY(writeFreezeMarker(m_folder.filePath(QStringLiteral("marker")), {whole.path(), loop.path()}, m_folder.path()));
    const Fd folder(::open(QFile::encodeName(loop.path()).constData(), O_RDONLY | O_CLOEXEC));
    QCOMPARE(::ioctl(folder.get(), FIFREEZE, 0), 0);
    QElapsedTimer timer;
    timer.start();
    const int code = start(loop.path() + QLatin1String("/state"));
    const bool inTime = timer.elapsed() < rescueAfter * 1000 - 1000;
    QVERIFY2(inTime, "it waited for somebody else to thaw");
    QCOMPARE(code, 0);
    QVERIFY(!loop.thaw());
    QVERIFY(!QFile::exists(m_folder.filePath(QStringLiteral("marker"))));
    QCOMPARE(content(ran), QByteArray("yes\n"));
    const QByteArray log = content(loop.path() + QLatin1String("/state/agent.log"));
    QVERIFY2(log.contains("in the middle of a freeze") && log.contains("[\"" + loop.path().toUtf8() + "\"]"), log.constData());
}

void AgentStartTest::damagedMarkerDoesNotStopIt()
{
    QFile marker(m_folder.filePath(QStringLiteral("marker")));
    QVERIFY(marker.open(QIODevice::WriteOnly) && marker.write("{") == 1);
    marker.close();
    QCOMPARE(start(m_folder.filePath(QStringLiteral("state"))), 0);
    QVERIFY(content(m_folder.filePath(QStringLiteral("state/agent.log"))).contains("marker"));
    QVERIFY(marker.exists()); // for whoever looks into it
}

QTEST_GUILESS_MAIN(AgentStartTest)
#include "tst_agentstart.moc"
