#include "core/source/probe.h"

#include "core/base/fd.h"
#include "core/base/files.h"

#include <QFile>
#include <QHash>
#include <blkid/blkid.h>
#include <cerrno>
#include <fcntl.h>
#include <memory>

namespace edgelift {

namespace {

struct Release
{
    void operator()(blkid_probe probe) const { blkid_free_probe(probe); }
};

QString value(blkid_probe probe, const char *name)
{
    const char *text = nullptr;
    return blkid_probe_lookup_value(probe, name, &text, nullptr) == 0 ? QString::fromUtf8(text) : QString();
}

FsType typeByName(const QString &name)
{
    static const QHash<QString, FsType> types{{QStringLiteral("ext2"), FsType::Ext2}, {QStringLiteral("ext3"), FsType::Ext3},
        {QStringLiteral("ext4"), FsType::Ext4}, {QStringLiteral("xfs"), FsType::Xfs}, {QStringLiteral("btrfs"), FsType::Btrfs},
        {QStringLiteral("vfat"), FsType::Vfat}, {QStringLiteral("swap"), FsType::Swap},
        {QStringLiteral("LVM2_member"), FsType::LvmPhysicalVolume}, {QStringLiteral("linux_raid_member"), FsType::MdMember},
        {QStringLiteral("crypto_LUKS"), FsType::Crypt}};
    return types.value(name, FsType::Unknown);
}

}

Result<ProbedContent> probeContent(const QString &path, Bytes offset, Bytes length)
{
    const Fd fd(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        return errnoError(errno, ErrorCode::SourceUnreadable, path);
    const std::unique_ptr<std::remove_pointer_t<blkid_probe>, Release> probe(blkid_new_probe());
    if (!probe || blkid_probe_set_device(probe.get(), fd.get(), blkid_loff_t(offset.count), blkid_loff_t(length.count)) != 0)
        return Error{ErrorCode::SourceUnreadable, Retry::AfterUserAction, {path}, QStringLiteral("libblkid cannot open it")};
    blkid_probe_enable_superblocks(probe.get(), 1);
    blkid_probe_set_superblocks_flags(probe.get(), BLKID_SUBLKS_TYPE | BLKID_SUBLKS_UUID | BLKID_SUBLKS_LABEL);
    blkid_probe_enable_partitions(probe.get(), 0);
    ProbedContent content;
    switch (blkid_do_safeprobe(probe.get())) {
    case 0:
        content.uuid = value(probe.get(), "UUID");
        content.label = value(probe.get(), "LABEL");
        content.note = value(probe.get(), "TYPE");
        content.fs = typeByName(content.note);
        break;
    case 1: // nothing was found
        break;
    case -2:
        content.fs = FsType::Unknown;
        content.note = QStringLiteral("signatures of several filesystems");
        break;
    default:
        return Error{ErrorCode::SourceUnreadable, Retry::AfterUserAction, {path}, QStringLiteral("libblkid cannot read it")};
    }
    return content;
}

}
