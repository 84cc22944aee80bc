#include "core/source/fsfeatures.h"

#include "core/base/fd.h"

#include <QFile>
#include <QtEndian>
#include <cerrno>
#include <fcntl.h>
#include <span>
#include <unistd.h>

namespace edgelift {

namespace {

struct Flag
{
    quint64 bit;
    const char *name;
};

// Those a new filesystem can have from the start; what only a running one has (needs_recovery) is left out. Linux, fs/ext4/ext4.h.
constexpr Flag extCompat[] = {
    {0x4, "has_journal"}, {0x8, "ext_attr"}, {0x10, "resize_inode"}, {0x20, "dir_index"}, {0x400, "fast_commit"}, {0x1000, "orphan_file"}};
constexpr Flag extIncompat[] = {{0x2, "filetype"}, {0x40, "extent"}, {0x80, "64bit"}, {0x200, "flex_bg"}, {0x400, "ea_inode"},
    {0x2000, "metadata_csum_seed"}, {0x4000, "large_dir"}, {0x8000, "inline_data"}, {0x10000, "encrypt"}, {0x20000, "casefold"}};
constexpr Flag extReadOnly[] = {{0x1, "sparse_super"}, {0x2, "large_file"}, {0x8, "huge_file"}, {0x10, "uninit_bg"}, {0x20, "dir_nlink"},
    {0x40, "extra_isize"}, {0x100, "quota"}, {0x400, "metadata_csum"}, {0x2000, "project"}, {0x8000, "verity"}};
// Linux, fs/xfs/libxfs/xfs_format.h.
constexpr Flag xfsReadOnly[] = {{0x1, "finobt"}, {0x2, "rmapbt"}, {0x4, "reflink"}, {0x8, "inobtcount"}};
constexpr Flag xfsIncompat[] = {{0x1, "ftype"}, {0x2, "sparse"}, {0x8, "bigtime"}, {0x20, "nrext64"}};
// Linux, include/uapi/linux/btrfs.h.
constexpr Flag btrfsIncompat[] = {{0x4, "mixed-bg"}, {0x40, "extref"}, {0x100, "skinny-metadata"}, {0x200, "no-holes"}};
constexpr Flag btrfsReadOnly[] = {{0x1, "free-space-tree"}};

template <class T>
T little(const QByteArray &super, qsizetype offset)
{
    return qFromLittleEndian<T>(super.constData() + offset);
}

template <class T>
T big(const QByteArray &super, qsizetype offset)
{
    return qFromBigEndian<T>(super.constData() + offset);
}

void addNames(QStringList &out, std::span<const Flag> flags, quint64 bits)
{
    for (const Flag &flag : flags) {
        if (bits & flag.bit)
            out.append(QLatin1String(flag.name));
    }
}

void addNumbers(QStringList &out, std::span<const Flag> flags, quint64 bits)
{
    for (const Flag &flag : flags)
        out.append(QLatin1String(flag.name) + QLatin1String(bits & flag.bit ? "=1" : "=0"));
}

void addNumber(QStringList &out, const char *name, quint64 number)
{
    out.append(QStringLiteral("%1=%2").arg(QLatin1String(name)).arg(number));
}

QStringList extFeatures(const QByteArray &super)
{
    QStringList out;
    addNames(out, extCompat, little<quint32>(super, 0x5c));
    addNames(out, extIncompat, little<quint32>(super, 0x60));
    addNames(out, extReadOnly, little<quint32>(super, 0x64));
    const quint32 shift = little<quint32>(super, 0x18);
    const quint64 blocks = little<quint32>(super, 0x04);
    const quint64 inodes = little<quint32>(super, 0x00);
    const quint64 freeInodes = std::min<quint64>(little<quint32>(super, 0x10), inodes);
    if (shift <= 6)
        addNumber(out, "blocksize", 1024ULL << shift);
    if (const quint16 size = little<quint16>(super, 0x58); size >= 128 && size <= 4096)
        addNumber(out, "inodesize", size);
    if (blocks > 0)
        addNumber(out, "reserved", std::min<quint64>(50, (little<quint32>(super, 0x08) * 100ULL + blocks / 2) / blocks));
    constexpr quint64 spare = 4096;
    addNumber(out, "inodes", std::min<quint64>(0xffffffff, (inodes - freeInodes) * 5 / 4 + spare));
    return out;
}

QStringList xfsFeatures(const QByteArray &super)
{
    QStringList out;
    const bool crc = (big<quint16>(super, 100) & 0xf) == 5;
    addNumber(out, "crc", crc ? 1 : 0);
    if (crc) {
        addNumbers(out, xfsReadOnly, big<quint32>(super, 212));
        addNumbers(out, xfsIncompat, big<quint32>(super, 216));
        out.removeAll(QStringLiteral("ftype=1")); // always so, and not to be asked for
    } else {
        addNumber(out, "finobt", 0);
        addNumber(out, "ftype", big<quint32>(super, 200) & 0x200 ? 1 : 0);
    }
    addNumber(out, "blocksize", big<quint32>(super, 4));
    addNumber(out, "inodesize", big<quint16>(super, 104));
    return out;
}

QStringList btrfsFeatures(const QByteArray &super)
{
    QStringList out;
    addNames(out, btrfsIncompat, little<quint64>(super, 188));
    addNames(out, btrfsReadOnly, little<quint64>(super, 180));
    addNumber(out, "nodesize", little<quint32>(super, 148));
    return out;
}

QStringList fatFeatures(const QByteArray &super)
{
    const quint32 sectorsPerCluster = quint8(super.at(13));
    const quint32 fatSectors = little<quint16>(super, 22);
    if (fatSectors == 0)
        return {QStringLiteral("fat=32")};
    const quint32 small = little<quint16>(super, 19);
    const quint32 sectors = small ? small : little<quint32>(super, 32);
    const quint32 clusters = sectorsPerCluster ? sectors / sectorsPerCluster : 0; // the tables' few do not matter but at the very edge
    return {clusters < 4085 ? QStringLiteral("fat=12") : QStringLiteral("fat=16")};
}

}

QStringList featuresOf(const QByteArray &super, FsType fs)
{
    switch (fs) {
    case FsType::Ext2:
    case FsType::Ext3:
    case FsType::Ext4:
        return super.size() < 1024 ? QStringList() : extFeatures(super);
    case FsType::Xfs:
        return super.size() < 512 ? QStringList() : xfsFeatures(super);
    case FsType::Btrfs:
        return super.size() < 4096 ? QStringList() : btrfsFeatures(super);
    case FsType::Vfat:
        return super.size() < 512 ? QStringList() : fatFeatures(super);
    case FsType::Empty:
    case FsType::Unknown:
    case FsType::Swap:
    case FsType::LvmPhysicalVolume:
    case FsType::MdMember:
    case FsType::Crypt:
        break;
    }
    return {};
}

Result<QStringList> filesystemFeatures(const QString &path, Bytes offset, FsType fs)
{
    const bool ext = fs == FsType::Ext2 || fs == FsType::Ext3 || fs == FsType::Ext4;
    const quint64 place = ext ? 1024 : fs == FsType::Btrfs ? 65536 : 0;
    QByteArray super(fs == FsType::Btrfs ? 4096 : ext ? 1024 : 512, '\0');
    const Fd disk(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC));
    if (!disk || ::pread(disk.get(), super.data(), size_t(super.size()), off_t(offset.count + place)) != super.size())
        return Error{ErrorCode::SourceUnreadable, Retry::AfterUserAction, {path}, qt_error_string(errno)};
    return featuresOf(super, fs);
}

}
