#include "core/guest/osinspect.h"

#include <QHash>
#include <QtEndian>

namespace edgelift {

namespace {

QString architectureOf(const GuestTree &tree)
{
    // On a merged /usr these are links; they are followed inside the guest.
    static const QStringList programs{QStringLiteral("/bin/sh"), QStringLiteral("/usr/bin/sh"), QStringLiteral("/bin/busybox"),
        QStringLiteral("/sbin/init"), QStringLiteral("/usr/lib/systemd/systemd"), QStringLiteral("/usr/bin/env")};
    for (const QString &program : programs) {
        if (const QString found = elfArchitecture(tree.readStart(program, 64)); !found.isEmpty())
            return found;
    }
    return {};
}

QString bootLoaderOf(const GuestTree &tree)
{
    struct Loader
    {
        const char *name;
        QStringList files;
    };
    static const QList<Loader> loaders{
        {"grub2",
            {QStringLiteral("/boot/grub/grub.cfg"), QStringLiteral("/boot/grub2/grub.cfg"), QStringLiteral("/boot/grub/i386-pc/core.img"),
                QStringLiteral("/boot/grub2/i386-pc/core.img"), QStringLiteral("/etc/grub2-efi.cfg"), QStringLiteral("/etc/grub2.cfg")}},
        {"grub-legacy", {QStringLiteral("/boot/grub/menu.lst"), QStringLiteral("/boot/grub/grub.conf")}},
        {"systemd-boot",
            {QStringLiteral("/boot/loader/loader.conf"), QStringLiteral("/boot/efi/loader/loader.conf"),
                QStringLiteral("/efi/loader/loader.conf")}},
        {"extlinux",
            {QStringLiteral("/boot/extlinux/extlinux.conf"), QStringLiteral("/boot/syslinux/syslinux.cfg"),
                QStringLiteral("/boot/extlinux.conf")}}};
    for (const Loader &loader : loaders) {
        for (const QString &file : loader.files) {
            // Links in /etc point into the ESP, which not every kernel can mount.
            if (tree.isFile(file) || (file.startsWith(QLatin1String("/etc/")) && tree.exists(file)))
                return QString::fromLatin1(loader.name);
        }
    }
    return {};
}

}

QString shellValue(const QByteArray &content, const QByteArray &key)
{
    for (const QByteArray &raw : content.split('\n')) {
        QByteArray line = raw.trimmed();
        if (!line.startsWith(key + '='))
            continue;
        line = line.mid(key.size() + 1).trimmed();
        const bool quoted = line.size() >= 2 && (line.front() == '"' || line.front() == '\'') && line.back() == line.front();
        return QString::fromUtf8(quoted ? line.mid(1).chopped(1) : line);
    }
    return {};
}

QString elfArchitecture(const QByteArray &start)
{
    static const QHash<quint16, QString> machines{{3, QStringLiteral("i386")}, {20, QStringLiteral("ppc")}, {21, QStringLiteral("ppc64")},
        {22, QStringLiteral("s390x")}, {40, QStringLiteral("arm")}, {62, QStringLiteral("x86_64")}, {183, QStringLiteral("aarch64")},
        {243, QStringLiteral("riscv64")}, {258, QStringLiteral("loongarch64")}};
    if (start.size() < 20
        || !start.startsWith("\x7f"
                             "ELF"))
        return {};
    const bool bigEndian = start.at(5) == 2;
    const quint16 machine =
        bigEndian ? qFromBigEndian<quint16>(start.constData() + 18) : qFromLittleEndian<quint16>(start.constData() + 18);
    return machines.value(machine, QStringLiteral("ELF machine %1").arg(machine));
}

bool isLinuxRoot(const GuestTree &tree)
{
    static const QStringList names{QStringLiteral("/etc/os-release"), QStringLiteral("/usr/lib/os-release"),
        QStringLiteral("/etc/redhat-release"), QStringLiteral("/etc/debian_version"), QStringLiteral("/etc/SuSE-release")};
    const bool named = std::any_of(names.begin(), names.end(), [&tree](const QString &name) { return tree.exists(name); });
    return named && tree.isFile(QStringLiteral("/etc/fstab"))
        && (tree.exists(QStringLiteral("/bin")) || tree.isFolder(QStringLiteral("/usr/bin")));
}

OsFacts inspectOs(const GuestTree &tree, QStringList &notes, const std::stop_token &stop)
{
    OsFacts os;
    QByteArray release = tree.read(QStringLiteral("/etc/os-release"), 65536);
    if (release.isEmpty())
        release = tree.read(QStringLiteral("/usr/lib/os-release"), 65536);
    os.id = shellValue(release, "ID");
    os.versionId = shellValue(release, "VERSION_ID");
    os.prettyName = shellValue(release, "PRETTY_NAME");
    if (os.id.isEmpty() && tree.isFile(QStringLiteral("/etc/redhat-release"))) { // older than os-release
        os.prettyName = QString::fromUtf8(tree.read(QStringLiteral("/etc/redhat-release"), 4096)).trimmed();
        os.id = os.prettyName.startsWith(QLatin1String("CentOS")) ? QStringLiteral("centos") : QStringLiteral("rhel");
    }
    os.hostName = QString::fromUtf8(tree.read(QStringLiteral("/etc/hostname"), 4096)).section(QLatin1Char('\n'), 0, 0).trimmed();
    os.architecture = architectureOf(tree);
    os.boot = bootLoaderOf(tree);
    os.selinux = shellValue(tree.read(QStringLiteral("/etc/selinux/config"), 65536), "SELINUX").toLower();
    os.rsync = tree.isFile(QStringLiteral("/usr/bin/rsync"));
    os.lvm = tree.isFile(QStringLiteral("/sbin/lvm")) || tree.isFile(QStringLiteral("/usr/sbin/lvm"));
    os.cloudInit = tree.isFile(QStringLiteral("/usr/bin/cloud-init")) || tree.isFile(QStringLiteral("/etc/cloud/cloud.cfg"));
    os.kernels = inspectKernels(tree, notes, stop);
    return os;
}

}
