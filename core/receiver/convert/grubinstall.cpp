#include "core/receiver/convert/grubinstall.h"

#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/base/process.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>
#include <algorithm>

namespace edgelift::convert {

namespace {

using bootfix::ConvertedVolume;
using bootfix::GuestRoot;

const auto platform = QStringLiteral("i386-pc");
constexpr qint64 mostCore = 8 << 20;
constexpr qint64 bootImageSize = 512;

QString guestProgram(const GuestTree &tree)
{
    for (const char *path : {"/usr/bin/grub2-mkimage", "/usr/bin/grub-mkimage"}) {
        if (tree.isFile(QLatin1String(path)))
            return QLatin1String(path);
    }
    return {};
}

}

std::optional<GrubTool> ownGrubTool()
{
    const QString beside = QCoreApplication::applicationDirPath() + QStringLiteral("/../grub/");
    const QString installed = QStandardPaths::findExecutable(QStringLiteral("grub-mkimage"));
    for (const GrubTool &tool : {GrubTool{beside + QStringLiteral("mkimage"), beside + platform},
             GrubTool{installed, QStringLiteral("/usr/lib/grub/") + platform}}) {
        if (QFileInfo(tool.program).isExecutable() && QFileInfo::exists(tool.modules + QStringLiteral("/boot.img")))
            return tool;
    }
    return std::nullopt;
}

const ConvertedVolume *GrubInstall::bootVolume() const
{
    const QList<ConvertedVolume> &volumes = m_parts.layout.volumes;
    const auto found = std::find_if(volumes.begin(), volumes.end(),
        [](const ConvertedVolume &volume) { return volume.migrated && volume.source.mountPoint == QLatin1String("/boot"); });
    return found == volumes.end() ? m_parts.layout.root() : &*found;
}

/// Where grub.cfg is: `folder` in the guest, the result on its filesystem.
QString GrubInstall::prefixFor(const GuestTree &tree, QString &folder) const
{
    const bool two = tree.isFile(QStringLiteral("/boot/grub2/grub.cfg"));
    folder = two ? QStringLiteral("/boot/grub2") : QStringLiteral("/boot/grub");
    if (bootVolume() != m_parts.layout.root())
        return folder.mid(5);
    return m_parts.subvolume + folder;
}

QByteArray GrubInstall::earlyConfig(const QString &prefix) const
{
    return "search.fs_uuid " + bootVolume()->uuid.toLatin1() + " root\nset prefix=($root)" + prefix.toUtf8() + '\n';
}

/// No more than is needed: the room in front of the first partition is 31 KiB on old disks.
QStringList GrubInstall::modules() const
{
    QStringList names{QStringLiteral("biosdisk"), QStringLiteral("part_msdos"), QStringLiteral("part_gpt"), QStringLiteral("search"),
        QStringLiteral("search_fs_uuid"), QStringLiteral("normal"), QStringLiteral("linux"), QStringLiteral("configfile"),
        QStringLiteral("echo"), QStringLiteral("test"), QStringLiteral("serial"), QStringLiteral("terminal"), QStringLiteral("minicmd"),
        QStringLiteral("ls")};
    for (const ConvertedVolume &volume : m_parts.layout.volumes) {
        const bool read = volume.migrated && (&volume == bootVolume() || &volume == m_parts.layout.root());
        if (!read)
            continue;
        names.append(volume.source.fs == FsType::Xfs ? QStringLiteral("xfs")
                : volume.source.fs == FsType::Btrfs  ? QStringLiteral("btrfs")
                                                     : QStringLiteral("ext2"));
        if (!volume.logicalVolume.isEmpty())
            names.append(QStringLiteral("lvm"));
    }
    names.removeDuplicates();
    return names;
}

QStringList GrubInstall::arguments(const QString &output, const QString &config, const QString &prefix) const
{
    return QStringList{
               QStringLiteral("-O"), platform, QStringLiteral("-o"), output, QStringLiteral("-c"), config, QStringLiteral("-p"), prefix}
    + modules();
}

Result<GrubInstall::Images> GrubInstall::fromGuest(
    const GuestRoot &guest, const QString &folder, const QString &prefix, const std::stop_token &stop)
{
    const QString source = QStringLiteral("/usr/lib/grub/") + platform;
    const QString program = guestProgram(guest.tree());
    const QByteArray boot = guest.tree().read(source + QStringLiteral("/boot.img"), bootImageSize);
    if (program.isEmpty() || boot.isEmpty())
        return Error{ErrorCode::ToolMissing, Retry::Never, {QStringLiteral("grub-mkimage")}, QStringLiteral("not in the guest")};
    const QString place = guest.tree().canonical(folder);
    const QString config = place + QStringLiteral("/edgelift-early.cfg");
    const QString output = place + QStringLiteral("/edgelift-core.img");
    (void)guest.removeFile(config); // left by a process that was killed
    if (const Result<> written = guest.createFile(config, earlyConfig(prefix), 0600); !written)
        return written.error();
    bootfix::GuestCommand command;
    command.arguments = QStringList{program, QStringLiteral("-d"), source} + arguments(output, config, prefix);
    const Result<bootfix::GuestOutput> made = m_runner.run(m_parts.root, command, stop);
    const QByteArray core = guest.tree().read(output, mostCore);
    (void)guest.removeFile(config);
    (void)guest.removeFile(output);
    if (!made)
        return made.error();
    if (made->exitCode != 0 || core.isEmpty())
        return Error{ErrorCode::ToolFailed, Retry::AfterUserAction, {program}, QString::fromLocal8Bit(made->output.right(500)).trimmed()};
    return Images{boot, core, program};
}

Result<GrubInstall::Images> GrubInstall::fromOwn(const QString &prefix, const std::stop_token &stop) const
{
    const std::optional<GrubTool> tool = ownGrubTool();
    if (!tool)
        return Error{ErrorCode::ToolMissing, Retry::AfterUserAction, {QStringLiteral("grub-mkimage")}, {}};
    const QString config = m_parts.scratch + QStringLiteral("/early.cfg");
    const QString output = m_parts.scratch + QStringLiteral("/core.img");
    if (const Result<> written = writeFileDurably(config, earlyConfig(prefix)); !written)
        return written.error();
    Command command;
    command.program = tool->program;
    command.arguments = QStringList{QStringLiteral("-d"), tool->modules} + arguments(output, config, prefix);
    if (const Result<QByteArray> made = runChecked(command, stop); !made)
        return made.error();
    const Result<QByteArray> boot = readFile(tool->modules + QStringLiteral("/boot.img"), bootImageSize);
    const Result<QByteArray> core = readFile(output, mostCore);
    QFile::remove(config);
    QFile::remove(output);
    if (!boot || !core)
        return boot ? core.error() : boot.error();
    return Images{*boot, *core, tool->program};
}

Result<InstalledGrub> GrubInstall::run(const QString &disk, const std::stop_token &stop)
{
    const Result<GuestRoot> guest = GuestRoot::open(m_parts.root);
    if (!guest)
        return guest.error();
    QString folder;
    const QString prefix = prefixFor(guest->tree(), folder);
    Result<Images> images = fromGuest(*guest, folder, prefix, stop);
    if (!images) {
        log::info("convert", QStringLiteral("GRUB of this receiver is used"), {{QStringLiteral("why"), logLine(images.error())}});
        images = fromOwn(prefix, stop);
    }
    if (!images)
        return images.error();
    const Result<EmbeddedCore> core = embedGrub(disk, images->boot, images->core);
    if (!core)
        return core.error();
    return InstalledGrub{images->tool, prefix, bootVolume()->uuid, *core};
}

}
