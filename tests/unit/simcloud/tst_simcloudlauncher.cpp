#include "core/base/files.h"
#include "core/base/process.h"
#include "core/simcloud/instancelauncher.h"

#include <QDir>
#include <QFile>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace edgelift;

class LauncherTest : public QObject
{
    Q_OBJECT

    struct Set
    {
        QTemporaryDir folder;
        InstanceSpec spec;
    };

    /// An instance with one 64 MiB data disk (serial "abc123") and this user data.
    static std::unique_ptr<Set> make(const QByteArray &userData, const QString &address = QStringLiteral("127.88.3.4"))
    {
        auto set = std::make_unique<Set>();
        const QString disk = set->folder.filePath(QStringLiteral("disk.raw"));
        QFile file(disk);
        if (!file.open(QIODevice::WriteOnly) || !file.resize(64 << 20)
            || !writeFileDurably(set->folder.filePath(QStringLiteral("user-data")), userData))
            qFatal("no files");
        set->spec = {QStringLiteral("i-test"), set->folder.path(), address, {{QStringLiteral("vdb"), QStringLiteral("abc123"), disk}}};
        return set;
    }

    static QByteArray console(const Set &set)
    {
        QFile file(set.folder.filePath(QStringLiteral("console.log")));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    static QByteArray diskStart(const Set &set, int length)
    {
        QFile file(set.spec.disks.first().path);
        return file.open(QIODevice::ReadOnly) ? file.read(length) : QByteArray();
    }

    /// Pids of this machine whose command line holds `mark`.
    static QStringList processes(const QByteArray &mark)
    {
        QStringList out;
        for (const QString &pid : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs)) {
            QFile line(QStringLiteral("/proc/%1/cmdline").arg(pid));
            if (pid.at(0).isDigit() && line.open(QIODevice::ReadOnly) && line.readAll().contains(mark))
                out += pid;
        }
        return out;
    }

    static QByteArray swappiness()
    {
        QFile file(QStringLiteral("/proc/sys/vm/swappiness"));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    static bool connects(const QString &address, quint16 port)
    {
        QTcpSocket socket;
        socket.connectToHost(address, port);
        return socket.waitForConnected(1000);
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY2(::geteuid() == 0, "run as root: it makes namespaces");
    }

    void userDataWritesToItsDiskAndNowhereElse()
    {
        const auto set = make("#!/bin/sh\n"
                              "printf marker-7391 | dd of=/dev/disk/by-id/virtio-abc123 conv=notrunc 2>/dev/null\n"
                              "touch /edgelift-marker /etc/edgelift-marker /usr/edgelift-marker /tmp/edgelift-marker /run/edgelift-marker "
                              "/dev/shm/edgelift-marker /dev/edgelift-marker\n"
                              "echo 1 > /proc/sys/vm/swappiness\n"
                              "echo host=$(hostname) address=$EDGELIFT_LISTEN_ADDRESS one=$(cat /proc/1/comm) link=$(readlink "
                              "/dev/disk/by-id/virtio-abc123)\n"
                              "echo marker on $(stat -c %n /edgelift-marker)\n");
        const QByteArray panic = swappiness();
        InstanceLauncher launcher;
        const Result<> launched = launcher.launch(set->spec);
        QVERIFY2(bool(launched), launched ? "" : qPrintable(launched.error().detail));
        QTRY_VERIFY_WITH_TIMEOUT(console(*set).contains("user data ended with 0"), 15000);
        QCOMPARE(diskStart(*set, 11), QByteArray("marker-7391"));
        QVERIFY2(console(*set).contains("host=i-test address=127.88.3.4 one=sh link=../../vdb"), console(*set).constData());
        QVERIFY(console(*set).contains("marker on /edgelift-marker"));
        for (const char *place : {"/", "/etc/", "/usr/", "/tmp/", "/run/", "/dev/shm/", "/dev/"})
            QVERIFY2(!QFile::exists(QLatin1String(place) + QStringLiteral("edgelift-marker")), place);
        QCOMPARE(swappiness(), panic);
        QVERIFY(launcher.isRunning(set->spec.id)); // as a server does, it runs on after its user data
        QFile mounts(QStringLiteral("/proc/self/mounts"));
        QVERIFY(mounts.open(QIODevice::ReadOnly));
        QVERIFY(!mounts.readAll().contains(set->folder.path().toUtf8()));
    }

    void listensOnItsAddressUntilStopped()
    {
        const auto set =
            make("#!/bin/sh\nexec python3 -m http.server --bind $EDGELIFT_LISTEN_ADDRESS 8080\n", QStringLiteral("127.88.3.5"));
        InstanceLauncher launcher;
        QVERIFY(launcher.launch(set->spec));
        QTRY_VERIFY_WITH_TIMEOUT(connects(set->spec.address, 8080), 15000);
        QVERIFY(!connects(QStringLiteral("127.0.0.1"), 8080));
        QVERIFY(launcher.reserveAddress(set->spec.address) != set->spec.address); // somebody listens there
        launcher.end(set->spec.id, false);
        QTRY_VERIFY_WITH_TIMEOUT(!launcher.isRunning(set->spec.id), 10000);
        QVERIFY(console(*set).contains("shut down"));
        QVERIFY(!connects(set->spec.address, 8080));
    }

    void itsSystemDiskOutlivesAPulledPlug()
    {
        const auto set = make("#!/bin/sh\necho once more >> /var/lib/edgelift-boots\nwc -l < /var/lib/edgelift-boots\n");
        InstanceLauncher launcher;
        for (int boot = 1; boot <= 3; ++boot) {
            QVERIFY(launcher.launch(set->spec));
            QTRY_COMPARE_WITH_TIMEOUT(console(*set).count("user data ended with 0"), boot, 15000);
            QVERIFY2(console(*set).contains("\n" + QByteArray::number(boot) + "\n"), console(*set).constData());
            launcher.end(set->spec.id, true);
            QTRY_VERIFY_WITH_TIMEOUT(!launcher.isRunning(set->spec.id), 10000);
        }
        QVERIFY(!QFile::exists(QStringLiteral("/var/lib/edgelift-boots")));
    }

    void shutdownIsAnnouncedToTheProgramsAndForceIsNot()
    {
        const auto set = make("trap 'echo saw-term; exit 0' TERM\necho waiting\nwhile :; do sleep 0.1; done\n");
        InstanceLauncher launcher;
        QVERIFY(launcher.launch(set->spec));
        QTRY_VERIFY_WITH_TIMEOUT(console(*set).contains("waiting"), 15000);
        launcher.end(set->spec.id, false);
        QTRY_VERIFY_WITH_TIMEOUT(!launcher.isRunning(set->spec.id), 10000);
        QCOMPARE(console(*set).count("saw-term"), 1);
        QVERIFY(launcher.launch(set->spec));
        QTRY_COMPARE_WITH_TIMEOUT(console(*set).count("waiting"), 2, 15000);
        launcher.end(set->spec.id, true);
        QTRY_VERIFY_WITH_TIMEOUT(!launcher.isRunning(set->spec.id), 5000);
        QCOMPARE(console(*set).count("saw-term"), 1);
    }

    void nothingSurvivesEndingEvenWhatHidIn()
    {
        const QByteArray mark = "edgelift-daemon-" + QByteArray::number(::getpid());
        const auto set = make("setsid sh -c 'trap \"\" TERM HUP; while :; do sleep 1; done' " + mark + " &\necho started\n");
        InstanceLauncher launcher;
        QVERIFY(launcher.launch(set->spec));
        QTRY_VERIFY_WITH_TIMEOUT(!processes(mark).isEmpty(), 15000);
        launcher.endAll();
        QCOMPARE(processes(mark), QStringList());
        QCOMPARE(QDir(set->folder.path()).exists(QStringLiteral("root")), false);
    }

    void nothingSurvivesTheDeathOfTheOwner()
    {
        const QByteArray mark = "edgelift-orphan-" + QByteArray::number(::getpid());
        const auto set = make("setsid sh -c 'while :; do sleep 1; done' " + mark + " &\nwait\n");
        const pid_t owner = ::fork();
        if (owner == 0) { // a service of its own, to be killed
            InstanceLauncher launcher;
            if (!launcher.launch(set->spec))
                ::_exit(1);
            for (;;)
                ::pause();
        }
        QTRY_VERIFY_WITH_TIMEOUT(!processes(mark).isEmpty(), 15000);
        ::kill(owner, SIGKILL);
        int status = 0;
        QCOMPARE(::waitpid(owner, &status, 0), owner);
        QTRY_COMPARE_WITH_TIMEOUT(processes(mark), QStringList(), 5000);
    }

    void loopDevicesAreGivenBack()
    {
        const auto set = make("mkfs.ext4 -q -F /dev/vdb && losetup --find --show /dev/vdb && mkdir -p /mnt && mount $(losetup -j /dev/vdb "
                              "-O NAME -n | head -1) /mnt && echo mounted\nsleep 1000\n");
        InstanceLauncher launcher;
        QVERIFY(launcher.launch(set->spec));
        QTRY_VERIFY2_WITH_TIMEOUT(console(*set).contains("mounted"), console(*set).constData(), 20000);
        launcher.endAll();
        const Result<QByteArray> left =
            runChecked({QStringLiteral("losetup"), {QStringLiteral("-a")}, {}, std::chrono::seconds(10), 1 << 20});
        QVERIFY(left);
        QVERIFY2(!left->contains("/vdb"), left->constData());
        QVERIFY(!left->contains(set->folder.path().toUtf8()));
    }

    void disksArePluggedAndUnpluggedWhileItRuns()
    {
        const auto set = make(
            "while [ ! -e /dev/disk/by-id/virtio-hot1 ]; do sleep 0.1; done\nprintf plugged | dd of=/dev/vdc conv=notrunc 2>/dev/null\n"
            "echo written; while [ -e /dev/vdc ]; do sleep 0.1; done\necho unplugged\n");
        const InstanceDisk hot{QStringLiteral("vdc"), QStringLiteral("hot1"), set->folder.filePath(QStringLiteral("hot.raw"))};
        QFile file(hot.path);
        QVERIFY(file.open(QIODevice::ReadWrite) && file.resize(1 << 20));
        InstanceLauncher launcher;
        QVERIFY(launcher.launch(set->spec));
        QTRY_VERIFY_WITH_TIMEOUT(console(*set).contains("booted"), 15000);
        const Result<> plugged = launcher.plug(set->spec.id, hot);
        QVERIFY2(bool(plugged), plugged ? "" : qPrintable(plugged.error().detail));
        QTRY_VERIFY_WITH_TIMEOUT(console(*set).contains("written"), 10000);
        QCOMPARE(file.read(7), QByteArray("plugged"));
        QVERIFY(launcher.unplug(set->spec.id, hot));
        QTRY_VERIFY_WITH_TIMEOUT(console(*set).contains("unplugged"), 10000);
    }

    void addressesAreToldApart()
    {
        InstanceLauncher first, second; // two clouds on one machine
        const QString address = first.reserveAddress({});
        QVERIFY(address.startsWith(QLatin1String("127.88.")));
        QVERIFY(second.reserveAddress(address) != address);
        first.releaseAddress(address);
        QCOMPARE(second.reserveAddress(address), address);
        QVERIFY(first.reserveAddress(QStringLiteral("192.168.0.1")).startsWith(QLatin1String("127.88.")));
    }
};

QTEST_GUILESS_MAIN(LauncherTest)
#include "tst_simcloudlauncher.moc"
