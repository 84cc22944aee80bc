#include "core/base/fd.h"
#include "core/source/probe.h"

#include <QFile>
#include <QtEndian>
#include <fcntl.h>
#include <optional>
#include <unistd.h>

namespace edgelift {

namespace {

/// A superblock out of a region; numbers outside it are 0.
class Block
{
public:
    Block(int fd, Bytes region, quint64 offset, qsizetype length)
        : m_bytes(length, '\0')
    {
        if (::pread(fd, m_bytes.data(), size_t(length), off_t(region.count + offset)) != length)
            m_bytes.clear();
    }
    template <class T>
    T little(qsizetype offset) const
    {
        return fits<T>(offset) ? qFromLittleEndian<T>(m_bytes.constData() + offset) : T(0);
    }
    template <class T>
    T big(qsizetype offset) const
    {
        return fits<T>(offset) ? qFromBigEndian<T>(m_bytes.constData() + offset) : T(0);
    }

private:
    template <class T>
    bool fits(qsizetype offset) const
    {
        return offset + qsizetype(sizeof(T)) <= m_bytes.size();
    }
    QByteArray m_bytes;
};

std::optional<quint64> product(quint64 count, quint64 unit)
{
    quint64 out = 0;
    return __builtin_mul_overflow(count, unit, &out) ? std::nullopt : std::optional(out);
}

/// A number of ext that is 32 bits wide, with 32 more in large filesystems.
quint64 extCount(const Block &super, qsizetype low, qsizetype high)
{
    constexpr quint32 has64bit = 0x80;
    const quint64 mask = (super.little<quint32>(0x60) & has64bit) ? ~0ULL : 0xffffffffULL;
    return (super.little<quint32>(low) | quint64(super.little<quint32>(high)) << 32) & mask;
}

std::optional<quint64> extBytes(const Block &super, quint64 blocks)
{
    const quint32 shift = super.little<quint32>(0x18);
    return shift <= 6 ? product(blocks, 1024ULL << shift) : std::nullopt;
}

std::optional<quint64> extUsed(const Block &super)
{
    const quint64 blocks = extCount(super, 0x04, 0x150);
    const quint64 free = extCount(super, 0x0c, 0x158);
    return free <= blocks ? extBytes(super, blocks - free) : std::nullopt;
}

std::optional<quint64> xfsUsed(const Block &super)
{
    const quint64 blocks = super.big<quint64>(8);
    const quint64 free = super.big<quint64>(144);
    return free <= blocks ? product(blocks - free, super.big<quint32>(4)) : std::nullopt;
}

/// All of it, used or not. Nothing for btrfs: what the kernel calls free there depends on the profile.
std::optional<quint64> wholeByType(int fd, Bytes offset, FsType fs)
{
    const Block boot(fd, offset, 0, 512);
    if (fs == FsType::Ext2 || fs == FsType::Ext3 || fs == FsType::Ext4) {
        const Block super(fd, offset, 1024, 1024);
        return extBytes(super, extCount(super, 0x04, 0x150));
    }
    if (fs == FsType::Xfs)
        return product(boot.big<quint64>(8), boot.big<quint32>(4));
    if (fs != FsType::Vfat)
        return std::nullopt;
    const quint64 sectors = boot.little<quint16>(19); // unaligned in the boot sector; 0 for the large ones
    return product(sectors == 0 ? boot.little<quint32>(32) : sectors, boot.little<quint16>(11));
}

/// FAT32 keeps a count of free clusters; the smaller kinds do not, and are small.
std::optional<quint64> fatUsed(int fd, Bytes offset, const Block &boot)
{
    const quint64 sector = boot.little<quint16>(11);
    const quint64 infoSector = boot.little<quint16>(48);
    if (boot.little<quint16>(22) != 0 || infoSector == 0 || infoSector == 0xffff || sector < 512 || sector > 4096)
        return std::nullopt;
    const Block info(fd, offset, infoSector * sector, 512);
    if (info.little<quint32>(0) != 0x41615252 || info.little<quint32>(488) == 0xffffffff)
        return std::nullopt;
    const quint64 total = quint64(boot.little<quint32>(32)) * sector;
    const quint64 free = quint64(info.little<quint32>(488)) * boot.little<quint8>(13) * sector;
    return free <= total ? std::optional(total - free) : std::nullopt;
}

std::optional<quint64> usedByType(int fd, Bytes offset, FsType fs)
{
    switch (fs) {
    case FsType::Ext2:
    case FsType::Ext3:
    case FsType::Ext4:
        return extUsed(Block(fd, offset, 1024, 1024));
    case FsType::Xfs:
        return xfsUsed(Block(fd, offset, 0, 512));
    case FsType::Btrfs:
        return Block(fd, offset, 65536, 4096).little<quint64>(120);
    case FsType::Vfat:
        return fatUsed(fd, offset, Block(fd, offset, 0, 512));
    case FsType::Swap:
        return 4096; // what swap holds is worth nothing after a shutdown; only its header is copied
    case FsType::Empty:
    case FsType::Unknown:
    case FsType::LvmPhysicalVolume:
    case FsType::MdMember:
    case FsType::Crypt:
        return std::nullopt;
    }
    Q_UNREACHABLE();
}

}

Bytes usedBytes(const QString &path, Bytes offset, Bytes length, FsType fs)
{
    const Fd fd(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC));
    const std::optional<quint64> used = fd ? usedByType(fd.get(), offset, fs) : std::nullopt;
    return Bytes{std::min(used.value_or(length.count), length.count)};
}

Bytes usedBytesMounted(const QString &path, Bytes offset, Bytes length, FsType fs, Bytes free)
{
    const Fd fd(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC));
    const std::optional<quint64> whole = fd ? wholeByType(fd.get(), offset, fs) : std::nullopt;
    if (!whole || *whole < free.count || *whole > length.count)
        return usedBytes(path, offset, length, fs);
    return Bytes{*whole - free.count};
}

}
