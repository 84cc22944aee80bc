#include "core/receiver/build/filesystemmaker.h"

#include "core/base/files.h"
#include "core/base/log.h"
#include "core/guest/guestmounts.h"
#include "core/layout/factsjson.h"
#include "core/receiver/build/buildtools.h"

#include <QHash>
#include <sys/mount.h>

namespace edgelift::build {

namespace {

QString word(const char *text) { return QString::fromLatin1(text); }

/// TargetVolume::features, taken apart: "name=number" here, all others in `words`.
struct Features
{
    explicit Features(const QStringList &features)
    {
        for (const QString &feature : features) {
            const qsizetype equals = feature.indexOf(QLatin1Char('='));
            if (equals < 0)
                words.append(feature);
            else
                numbers.insert(feature.left(equals), feature.mid(equals + 1));
        }
    }
    /// Option and number, when the number is known.
    void add(QStringList &arguments, const char *option, const char *name) const
    {
        if (numbers.contains(QLatin1String(name)))
            arguments << word(option) << numbers.value(QLatin1String(name));
    }
    /// "crc=1,finobt=1" of those that are known.
    QString joined(std::initializer_list<const char *> names) const
    {
        QStringList out;
        for (const char *name : names) {
            if (numbers.contains(QLatin1String(name)))
                out.append(word(name) + QLatin1Char('=') + numbers.value(QLatin1String(name)));
        }
        return out.join(QLatin1Char(','));
    }
    QStringList words;
    QHash<QString, QString> numbers;
};

QString nameOf(const TargetVolume &volume) { return volume.mountPoint.isEmpty() ? volume.source : volume.mountPoint; }

void addLabel(QStringList &arguments, const char *option, const TargetVolume &volume)
{
    if (!volume.label.isEmpty())
        arguments << word(option) << volume.label;
}

Result<QByteArray> makeExt(const QString &device, const TargetVolume &volume, const std::stop_token &stop)
{
    const Features features(volume.features);
    QStringList arguments{word("-q"), word("-F"), word("-t"), fsName(volume.fs)};
    if (!features.words.isEmpty())
        arguments << word("-O") << word("none,") + features.words.join(QLatin1Char(','));
    features.add(arguments, "-b", "blocksize");
    features.add(arguments, "-I", "inodesize");
    features.add(arguments, "-m", "reserved");
    // As many files as there are; the tool's own ratio may be more.
    constexpr quint64 bytesPerInode = 16384;
    if (features.numbers.value(word("inodes")).toULongLong() > volume.size.count / bytesPerInode)
        features.add(arguments, "-N", "inodes");
    if (!volume.uuid.isEmpty())
        arguments << word("-U") << volume.uuid;
    addLabel(arguments, "-L", volume);
    return runTool(nameOf(volume), word("mke2fs"), arguments << device, stop);
}

Result<QByteArray> makeXfs(const QString &device, const TargetVolume &volume, const std::stop_token &stop)
{
    const Features features(volume.features);
    QStringList arguments{word("-q"), word("-f"), word("-K")};
    QString metadata = features.joined({"crc", "finobt", "rmapbt", "reflink", "bigtime", "inobtcount"});
    if (!volume.uuid.isEmpty())
        metadata += QLatin1String(metadata.isEmpty() ? "uuid=" : ",uuid=") + volume.uuid;
    const QString inodes = features.joined({"sparse", "nrext64"});
    if (!metadata.isEmpty())
        arguments << word("-m") << metadata;
    if (!inodes.isEmpty())
        arguments << word("-i") << inodes;
    if (features.numbers.contains(word("inodesize")))
        arguments << word("-i") << word("size=") + features.numbers.value(word("inodesize"));
    if (features.numbers.contains(word("blocksize")))
        arguments << word("-b") << word("size=") + features.numbers.value(word("blocksize"));
    if (const QString naming = features.joined({"ftype"}); !naming.isEmpty())
        arguments << word("-n") << naming;
    addLabel(arguments, "-L", volume);
    return runTool(nameOf(volume), word("mkfs.xfs"), arguments << device, stop);
}

Result<QByteArray> makeBtrfs(const QString &device, const TargetVolume &volume, const std::stop_token &stop)
{
    const Features features(volume.features);
    QStringList arguments{word("-q"), word("-f"), word("-K")};
    QStringList options = features.words;
    // On by default since 5.15, unknown to the kernels of older servers. The second one is a "runtime feature" to the tool: before 6.3 it
    // has an option of its own.
    const QString noHoles = word("no-holes");
    const QString freeSpaceTree = word("free-space-tree");
    const bool hasFreeSpaceTree = options.removeOne(freeSpaceTree);
    if (!volume.features.isEmpty()) {
        if (!options.contains(noHoles))
            options.append(QLatin1Char('^') + noHoles);
        arguments << word("-R") << (hasFreeSpaceTree ? freeSpaceTree : QLatin1Char('^') + freeSpaceTree);
    }
    if (!options.isEmpty())
        arguments << word("-O") << options.join(QLatin1Char(','));
    features.add(arguments, "-n", "nodesize");
    addLabel(arguments, "-L", volume);
    return runTool(nameOf(volume), word("mkfs.btrfs"), arguments << device, stop);
}

Result<QByteArray> makeVfat(const QString &device, const TargetVolume &volume, const std::stop_token &stop)
{
    const Features features(volume.features);
    QStringList arguments;
    features.add(arguments, "-F", "fat");
    if (!volume.uuid.isEmpty())
        arguments << word("-i") << QString(volume.uuid).remove(QLatin1Char('-'));
    addLabel(arguments, "-n", volume);
    return runTool(nameOf(volume), word("mkfs.vfat"), arguments << device, stop);
}

Result<QByteArray> makeSwap(const QString &device, const TargetVolume &volume, const std::stop_token &stop)
{
    QStringList arguments{word("-q")};
    if (!volume.uuid.isEmpty())
        arguments << word("-U") << volume.uuid;
    addLabel(arguments, "-L", volume);
    return runTool(nameOf(volume), word("mkswap"), arguments << device, stop);
}

/// btrfstune looks at every disk of the machine for that UUID, by /sys/block and /proc/partitions, and refuses one it finds. The source may
/// be such a disk (a simulated cloud); it and the copy are never mounted at the same time. False: they cannot be hidden without hiding them
/// from others.
bool hideDisks(const QString &folder, GuestMounts &mounts)
{
    const QString file = folder + word("/none");
    const QString empty = folder + word("/empty");
    return ::mount(nullptr, "/proc", nullptr, MS_PRIVATE, nullptr) == 0 && ::mount(nullptr, "/sys", nullptr, MS_PRIVATE, nullptr) == 0
        && writeFileDurably(file, {}) && makeFolder(empty) && mounts.bind(file, word("/proc/partitions"))
        && mounts.bind(empty, word("/sys/block"));
}

Result<> setBtrfsUuid(const QString &device, const TargetVolume &volume, const QString &mountsFolder, const std::stop_token &stop)
{
    const QString tool = word("btrfstune");
    Result<CommandOutput> tuned = CommandOutput();
    const Result<> separate = inPrivateMounts(mountsFolder, [&](GuestMounts &mounts) {
        if (!hideDisks(mountsFolder, mounts))
            log::warning("receiver", QStringLiteral("btrfstune sees the other disks of this machine"));
        Command command;
        command.program = word("env"); // the cache of blkid knows disks as well
        command.arguments = QStringList{word("BLKID_FILE=/dev/null"), tool, word("-f"), word("-U"), volume.uuid, device};
        command.timeout = std::chrono::hours(2); // every block of metadata is written anew
        tuned = run(command, stop);
    });
    if (!separate)
        return separate;
    if (!tuned)
        return buildFailed(nameOf(volume), tool, tuned.error().detail);
    const QString said = QString::fromLocal8Bit(tuned->errors.right(500)).trimmed();
    return tuned->exitCode == 0 ? ok() : Result<>(buildFailed(nameOf(volume), tool, said));
}

Result<> done(const Result<QByteArray> &result) { return result ? ok() : Result<>(result.error()); }

}

Result<> makeFilesystem(const QString &device, const TargetVolume &volume, const std::stop_token &stop)
{
    switch (volume.fs) {
    case FsType::Ext2:
    case FsType::Ext3:
    case FsType::Ext4:
        return done(makeExt(device, volume, stop));
    case FsType::Xfs:
        return done(makeXfs(device, volume, stop));
    case FsType::Btrfs:
        return done(makeBtrfs(device, volume, stop));
    case FsType::Vfat:
        return done(makeVfat(device, volume, stop));
    case FsType::Swap:
        return done(makeSwap(device, volume, stop));
    case FsType::Empty:
    case FsType::Unknown:
    case FsType::LvmPhysicalVolume:
    case FsType::MdMember:
    case FsType::Crypt:
        break;
    }
    return buildFailed(nameOf(volume), fsName(volume.fs), QStringLiteral("nobody makes such a filesystem here"));
}

Result<> finishUuid(const QString &device, const TargetVolume &volume, const QString &mountsFolder, const std::stop_token &stop)
{
    if (volume.fs != FsType::Btrfs || volume.uuid.isEmpty())
        return ok();
    const Result<QByteArray> found =
        runTool(nameOf(volume), word("blkid"), {word("-p"), word("-s"), word("UUID"), word("-o"), word("value"), device}, stop);
    if (!found)
        return found.error();
    if (found->trimmed() == volume.uuid.toLatin1())
        return ok();
    return setBtrfsUuid(device, volume, mountsFolder, stop);
}

}
