#include "core/receiver/bootfix/chrootrunner.h"
#include "tests/unit/bootfix/phonyguest.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTest>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

using namespace edgelift;
using namespace edgelift::bootfix;
using namespace edgelift::test;

/// Real programs in a guest of one file: busybox, which needs no libraries. Needs root.
class ChrootRunnerTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void runsInTheGuestAndTellsTheExitCode();
    void whatHangsIsEndedWithAllItStarted();
    void manyMegabytesOfMessagesDoNoHarm();
    void thereIsNoNetworkAndNothingOfTheMachine();
    void mountPointsThatAreLinksLeadNowhere();
    void missingProgramsAreTold();
    void stopEndsIt();

private:
    Result<GuestOutput> shell(const QString &script, std::chrono::milliseconds timeout = std::chrono::seconds(20))
    {
        return m_runner.run(m_guest->root(),
            {{QStringLiteral("/bin/busybox"), QStringLiteral("sh"), QStringLiteral("-c"), script}, timeout, true}, m_stop.get_token());
    }
    ChrootRunner m_runner;
    std::unique_ptr<PhonyGuest> m_guest;
    std::stop_source m_stop;
};

void ChrootRunnerTest::initTestCase()
{
    if (::geteuid() != 0)
        QSKIP("needs root");
    QVERIFY(QFile::exists(QStringLiteral("/bin/busybox")));
    m_guest = std::make_unique<PhonyGuest>(
        PhonyGuest::parse("folder /bin\nfolder /proc\nfolder /sys\nfolder /dev\nfolder /run\nfolder /tmp\nfolder /var/tmp\n"));
    QVERIFY(QFile::copy(QStringLiteral("/bin/busybox"), m_guest->path(QStringLiteral("/bin/busybox"))));
    QVERIFY(QDir().mkpath(m_guest->path(QStringLiteral("/boot"))));
}

void ChrootRunnerTest::runsInTheGuestAndTellsTheExitCode()
{
    const Result<GuestOutput> out =
        shell(QStringLiteral("busybox echo made >/boot/image; busybox pwd; echo told >&2; cat </dev/null; exit 7"));
    QVERIFY2(out, out ? "" : qPrintable(out.error().detail));
    QCOMPARE(out->exitCode, 7);
    QCOMPARE(out->output, QByteArray("/\ntold\n"));
    QCOMPARE(m_guest->read(QStringLiteral("/boot/image")), QByteArray("made\n"));
}

void ChrootRunnerTest::whatHangsIsEndedWithAllItStarted()
{
    QElapsedTimer time;
    time.start();
    // One child that keeps the pipe, one that has let go of it.
    const Result<GuestOutput> out = shell(
        QStringLiteral("busybox sleep 4321 & busybox sleep 4321 >/dev/null 2>&1 & busybox sleep 4321"), std::chrono::milliseconds(500));
    QVERIFY(!out);
    QCOMPARE(out.error().code, ErrorCode::ToolTimedOut);
    QVERIFY(time.elapsed() < 10000);
    for (const QString &pid : QDir(QStringLiteral("/proc")).entryList({QStringLiteral("[0-9]*")})) {
        QFile line(QStringLiteral("/proc/%1/cmdline").arg(pid));
        QVERIFY(!line.open(QIODevice::ReadOnly) || !line.readAll().endsWith(QByteArray("4321\0", 5)));
    }
}

void ChrootRunnerTest::manyMegabytesOfMessagesDoNoHarm()
{
    const Result<GuestOutput> out = shell(QStringLiteral("busybox dd if=/dev/zero bs=1M count=100 >&2; busybox echo end"));
    QVERIFY(out);
    QVERIFY(out->output.size() <= 64 * 1024);
    QVERIFY(out->output.endsWith("end\n"));
}

void ChrootRunnerTest::thereIsNoNetworkAndNothingOfTheMachine()
{
    const char *const mustFail[] = {
        "busybox ping -c 1 -W 1 127.0.0.1", // even loopback is down
        "busybox mount -t tmpfs none /tmp", // no capability
        "echo 1 >/proc/sys/kernel/panic", // settings of the whole machine
        "busybox mknod /boot/disk b 254 0 && busybox head -c 1 /boot/disk", // a device file can be made, but not opened
        "busybox mknod /tmp/null c 1 3 && busybox head -c 1 /tmp/null",
        "busybox touch /dev/x",
        "busybox ls /proc/1/root/../etc/shadow",
        "busybox chroot /proc/1/root /bin/busybox ls /root/.bashrc",
        "busybox ls /sys/firmware/acpi",
        "busybox hostname other && false",
    };
    for (const char *command : mustFail) {
        const Result<GuestOutput> out = shell(QString::fromLatin1(command));
        QVERIFY2(out && out->exitCode != 0, command);
    }
    const Result<GuestOutput> processes = shell(QStringLiteral("busybox ls /proc | busybox grep -c '^[0-9]'"));
    QVERIFY(processes && processes->output.trimmed().toInt() < 6);
    const Result<GuestOutput> works =
        shell(QStringLiteral("busybox echo x >/dev/null && busybox head -c 4 /dev/urandom >/tmp/x && busybox test -r /proc/self/status"));
    QVERIFY(works);
    QCOMPARE(works->exitCode, 0);
    QVERIFY(!m_guest->exists(QStringLiteral("/tmp/x"))); // it was in memory
}

void ChrootRunnerTest::mountPointsThatAreLinksLeadNowhere()
{
    const PhonyGuest guest = PhonyGuest::parse("folder /bin\nlink /proc /../../../proc\nfolder /dev\nfolder /tmp\n");
    QVERIFY(QFile::copy(QStringLiteral("/bin/busybox"), guest.path(QStringLiteral("/bin/busybox"))));
    const Result<GuestOutput> out =
        m_runner.run(guest.root(), {{QStringLiteral("/bin/busybox"), QStringLiteral("true")}, std::chrono::seconds(10), true}, {});
    QVERIFY(!out); // "/proc" that leads to itself is no place for proc
    QCOMPARE(out.error().code, ErrorCode::ToolFailed);
    QVERIFY(QFile::exists(QStringLiteral("/proc/1/status")));
}

void ChrootRunnerTest::missingProgramsAreTold()
{
    const Result<GuestOutput> out =
        m_runner.run(m_guest->root(), {{QStringLiteral("/usr/bin/dracut")}, std::chrono::seconds(10), true}, {});
    QVERIFY(!out);
    QCOMPARE(out.error().code, ErrorCode::ToolMissing);
}

void ChrootRunnerTest::stopEndsIt()
{
    m_stop.request_stop();
    const Result<GuestOutput> out = shell(QStringLiteral("busybox sleep 100"));
    QVERIFY(!out);
    QCOMPARE(out.error().code, ErrorCode::ToolFailed);
}

QTEST_GUILESS_MAIN(ChrootRunnerTest)
#include "tst_chrootrunner.moc"
