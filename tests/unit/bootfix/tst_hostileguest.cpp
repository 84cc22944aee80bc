#include "core/receiver/bootfix/bootconversion.h"
#include "tests/unit/bootfix/phonyguest.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTest>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

using namespace edgelift;
using namespace edgelift::bootfix;
using namespace edgelift::test;

/// Guests that want to reach out, hang the receiver or make it eat its memory.
class HostileGuestTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void linksNeverLeadOut_data();
    void linksNeverLeadOut();
    void nothingOfTheMachineIsRead();
    void whatIsNoPlainFileIsLeftAlone_data();
    void whatIsNoPlainFileIsLeftAlone();
    void hugeFilesAreNotRead();
    void plantedTemporaryNamesDoNoHarm();
    void pathsAreMadeWithoutLinks();

private:
    static PhonyGuest debian() { return PhonyGuest::load(QStringLiteral("debian12")); }
    static void replaceByLink(const PhonyGuest &guest, const QString &path, const QByteArray &target)
    {
        const QByteArray name = QFile::encodeName(guest.path(path));
        QVERIFY(::rename(name.constData(), (name + ".moved").constData()) == 0 || errno == ENOENT);
        QVERIFY(::symlink(target.constData(), name.constData()) == 0);
    }
    FakeRunner m_runner;
};

void HostileGuestTest::linksNeverLeadOut_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("form"); // %1: a folder of the host, %2: enough ".."
    for (const char *path :
        {"/etc/fstab", "/etc/default/grub", "/boot/grub/grub.cfg", "/etc/crypttab", "/etc/initramfs-tools", "/etc/network/interfaces.d",
            "/etc/udev/rules.d", "/etc/lvm", "/boot/initrd.img-6.1.0-18-amd64", "/etc", "/boot", "/etc/network"}) {
        QTest::addRow("%s, absolute", path) << QString::fromLatin1(path) << QStringLiteral("%1");
        QTest::addRow("%s, upwards", path) << QString::fromLatin1(path) << QStringLiteral("%2%1");
        QTest::addRow("%s, to the root", path) << QString::fromLatin1(path) << QStringLiteral("%2");
        QTest::addRow("%s, to itself", path) << QString::fromLatin1(path) << QStringLiteral("%3");
        QTest::addRow("%s, through /proc", path) << QString::fromLatin1(path) << QStringLiteral("/proc/self/root%1");
    }
}

void HostileGuestTest::linksNeverLeadOut()
{
    QFETCH(QString, path);
    QFETCH(QString, form);
    // The host: the same files as the guest has, so that everything would find what it looks for.
    const PhonyGuest host = debian();
    const QMap<QString, QByteArray> before = host.snapshot();
    const PhonyGuest guest = debian();
    QString target = form;
    target.replace(QLatin1String("%1"), host.path(path))
        .replace(QLatin1String("%2"), QStringLiteral("../../../../../../../../.."))
        .replace(QLatin1String("%3"), path.mid(path.lastIndexOf(QLatin1Char('/')) + 1));
    replaceByLink(guest, path, QFile::encodeName(target));
    const Result<ConversionResult> result = BootConversion(m_runner).run(guest.root(), guest.layout, guest.journal());
    Q_UNUSED(result) // refused or done without that file: both are right
    QCOMPARE(host.snapshot(), before);
    QVERIFY(!QFile::exists(guest.journal()));
}

/// What a report would show to whoever owns the guest.
void HostileGuestTest::nothingOfTheMachineIsRead()
{
    const PhonyGuest host = PhonyGuest::parse("--- /etc/secret\nID=debian\nPRETTY_NAME=\"secret of the machine\"\n");
    for (const QByteArray &before : {QByteArray(), QByteArray("../../../../../../../../..")}) {
        const PhonyGuest guest = debian();
        replaceByLink(guest, QStringLiteral("/etc/os-release"), before + QFile::encodeName(host.path(QStringLiteral("/etc/secret"))));
        const Result<ConversionResult> result = BootConversion(m_runner).run(guest.root(), guest.layout, guest.journal());
        QVERIFY(result);
        QVERIFY(!result->system.contains(QLatin1String("secret")));
    }
}

void HostileGuestTest::whatIsNoPlainFileIsLeftAlone_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("kind");
    for (const char *path : {"/etc/fstab", "/etc/default/grub", "/boot/grub/grub.cfg", "/etc/network/interfaces", "/etc/os-release",
             "/boot/initrd.img-6.1.0-18-amd64", "/etc/udev/rules.d/70-persistent-net.rules", "/bin/sh"}) {
        for (const char *kind : {"fifo", "socket", "device", "folder"})
            QTest::addRow("%s is a %s", path, kind) << QString::fromLatin1(path) << QString::fromLatin1(kind);
    }
}

void HostileGuestTest::whatIsNoPlainFileIsLeftAlone()
{
    QFETCH(QString, path);
    QFETCH(QString, kind);
    const PhonyGuest guest = debian();
    const QByteArray name = QFile::encodeName(guest.path(path));
    ::unlink(name.constData());
    int made = 0;
    if (kind == QLatin1String("fifo")) {
        made = ::mkfifo(name.constData(), 0644);
    } else if (kind == QLatin1String("folder")) {
        made = ::mkdir(name.constData(), 0755);
    } else if (kind == QLatin1String("device")) {
        made = ::mknod(name.constData(), S_IFCHR | 0644, makedev(5, 0)); // the terminal
    } else {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        qstrncpy(address.sun_path, name.constData(), sizeof address.sun_path);
        const Fd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
        made = ::bind(socket.get(), reinterpret_cast<sockaddr *>(&address), sizeof address);
    }
    if (made != 0 && ::geteuid() != 0)
        QSKIP("needs root");
    QCOMPARE(made, 0);
    QElapsedTimer time;
    time.start();
    const Result<ConversionResult> result = BootConversion(m_runner).run(guest.root(), guest.layout, guest.journal());
    QVERIFY(time.elapsed() < 20000);
    QVERIFY(result);
    struct stat facts
    {
    };
    QCOMPARE(::lstat(name.constData(), &facts), 0);
    QVERIFY(!S_ISREG(facts.st_mode));
}

void HostileGuestTest::hugeFilesAreNotRead()
{
    for (const char *path : {"/etc/fstab", "/boot/grub/grub.cfg", "/etc/default/grub", "/etc/network/interfaces", "/etc/os-release"}) {
        const PhonyGuest guest = debian();
        QFile file(guest.path(QString::fromLatin1(path)));
        QVERIFY(file.resize(qint64(1) << 40)); // sparse
        const Result<ConversionResult> result = BootConversion(m_runner).run(guest.root(), guest.layout, guest.journal());
        QVERIFY(result);
        QCOMPARE(file.size(), qint64(1) << 40);
        QVERIFY(!guest.exists(QString::fromLatin1(path) + QStringLiteral(".edgelift-orig")));
    }
}

/// Names we use, taken before we come: by links out of the guest, and by folders that cannot be removed as files.
void HostileGuestTest::plantedTemporaryNamesDoNoHarm()
{
    const PhonyGuest host = debian();
    const QMap<QString, QByteArray> before = host.snapshot();
    for (const char *planted : {"/etc/.fstab.edgelift-new", "/etc/.fstab.edgelift-prev", "/etc/fstab.edgelift-orig",
             "/boot/.initrd.img-6.1.0-18-amd64.edgelift-new"}) {
        const PhonyGuest guest = debian();
        const QByteArray name = QFile::encodeName(guest.path(QString::fromLatin1(planted)));
        QVERIFY(::symlink(QFile::encodeName(host.path(QStringLiteral("/etc/fstab"))).constData(), name.constData()) == 0);
        const Result<ConversionResult> result = BootConversion(m_runner).run(guest.root(), guest.layout, guest.journal());
        QVERIFY(result && result->applied);
        QCOMPARE(host.snapshot(), before);
    }
    const PhonyGuest guest = debian();
    QVERIFY(::mkdir(QFile::encodeName(guest.path(QStringLiteral("/etc/.fstab.edgelift-new"))).constData(), 0755) == 0);
    const QMap<QString, QByteArray> untouched = guest.snapshot();
    QVERIFY(!BootConversion(m_runner).run(guest.root(), guest.layout, guest.journal()));
    QCOMPARE(guest.snapshot(), untouched);
}

void HostileGuestTest::pathsAreMadeWithoutLinks()
{
    const PhonyGuest guest = PhonyGuest::parse("link /etc/grub2.cfg ../boot/grub2/grub.cfg\n"
                                               "link /lib usr/lib\n"
                                               "link /loop loop\n"
                                               "link /out ../../../../etc/passwd\n"
                                               "link /usr/lib/dangling /nowhere/else\n"
                                               "--- /boot/grub2/grub.cfg\nx\n"
                                               "--- /usr/lib/file\nx\n");
    const Result<GuestTree> tree = GuestTree::open(guest.root());
    const auto canonical = [&tree](const char *path, bool keep = false) { return tree->canonical(QString::fromLatin1(path), keep); };
    QCOMPARE(canonical("/etc/grub2.cfg"), QStringLiteral("/boot/grub2/grub.cfg"));
    QCOMPARE(canonical("/etc/grub2.cfg", true), QStringLiteral("/etc/grub2.cfg"));
    QCOMPARE(canonical("/lib/../lib/./file"), QStringLiteral("/usr/lib/file"));
    QCOMPARE(canonical("/lib/dangling"), QStringLiteral("/nowhere/else"));
    QCOMPARE(canonical("/out"), QStringLiteral("/etc/passwd"));
    QCOMPARE(canonical("/loop"), QString());
    QCOMPARE(canonical("/usr/lib/file/below"), QString());
    QCOMPARE(canonical("/missing/../etc"), QString());
    QCOMPARE(canonical("/../.."), QStringLiteral("/"));
    QCOMPARE(canonical("/new/folder/file"), QStringLiteral("/new/folder/file"));
}

QTEST_GUILESS_MAIN(HostileGuestTest)
#include "tst_hostileguest.moc"
