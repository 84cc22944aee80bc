#include "core/receiver/convert/grubimage.h"

#include "core/base/fd.h"

#include <QFile>
#include <QtEndian>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <libfdisk/libfdisk.h>
#include <limits>
#include <memory>

namespace edgelift::convert {

namespace {

constexpr qsizetype sector = 512;
constexpr qsizetype codeEnd = 0x1b8; // behind it: the disk's id and the partition table
constexpr qsizetype coreAt = 0x5c; // GRUB_BOOT_MACHINE_KERNEL_SECTOR
constexpr qsizetype driveAt = 0x64; // GRUB_BOOT_MACHINE_BOOT_DRIVE
constexpr qsizetype driveCheckAt = 0x66; // GRUB_BOOT_MACHINE_DRIVE_CHECK
constexpr qsizetype listAt = 0x1f4; // the last entry of diskboot's list of blocks
constexpr qsizetype nameFrom = 0x170; // "GRUB " is among the messages
constexpr char biosBoot[] = "21686148-6449-6E6F-744E-656564454649";

struct ContextDeleter
{
    void operator()(fdisk_context *context) const { fdisk_unref_context(context); }
};

struct TableDeleter
{
    void operator()(fdisk_table *table) const { fdisk_unref_table(table); }
};

Error failed(ErrorCode code, const QString &disk, int number)
{
    return {code, Retry::AfterUserAction, {disk}, QString::fromLocal8Bit(std::strerror(number < 0 ? -number : number))};
}

Error noRoom(const QString &disk, const QString &why) { return {ErrorCode::TargetTableFailed, Retry::AfterUserAction, {disk}, why}; }

Result<QByteArray> readSectors(int fd, const QString &disk, quint64 first, qsizetype count)
{
    QByteArray bytes(count * sector, Qt::Uninitialized);
    const ssize_t got = ::pread(fd, bytes.data(), size_t(bytes.size()), off_t(first) * sector);
    if (got != ssize_t(bytes.size()))
        return failed(ErrorCode::TargetReadFailed, disk, got < 0 ? errno : EIO);
    return bytes;
}

Result<> writeSectors(int fd, const QString &disk, quint64 first, const QByteArray &bytes)
{
    if (::pwrite(fd, bytes.constData(), size_t(bytes.size()), off_t(first) * sector) != ssize_t(bytes.size()) || ::fdatasync(fd) != 0)
        return failed(ErrorCode::TargetWriteFailed, disk, errno == 0 ? EIO : errno);
    return ok();
}

/// The table's partitions decide: an MBR's gap ends where the first one begins, a GPT has a partition for it.
Result<CoreArea> areaIn(fdisk_context *context, const QString &disk)
{
    fdisk_table *raw = nullptr;
    if (const int number = fdisk_get_partitions(context, &raw))
        return failed(ErrorCode::TargetTableFailed, disk, number);
    const std::unique_ptr<fdisk_table, TableDeleter> table(raw);
    const bool gpt = fdisk_is_label(context, GPT);
    CoreArea area{1, std::numeric_limits<quint64>::max()};
    bool found = !gpt;
    for (size_t i = 0; i < fdisk_table_get_nents(table.get()); ++i) {
        fdisk_partition *partition = fdisk_table_get_partition(table.get(), i);
        if (!fdisk_partition_has_start(partition) || !fdisk_partition_has_size(partition))
            continue;
        const quint64 start = fdisk_partition_get_start(partition);
        fdisk_parttype *type = fdisk_partition_get_type(partition);
        const char *guid = type ? fdisk_parttype_get_string(type) : nullptr;
        if (!gpt) {
            area.sectors = std::min(area.sectors, start - std::min<quint64>(start, area.first));
        } else if (guid && qstricmp(guid, biosBoot) == 0) {
            area = {start, fdisk_partition_get_size(partition)};
            found = true;
        }
    }
    if (!found)
        return noRoom(disk, QStringLiteral("the GPT has no BIOS boot partition"));
    if (area.sectors == std::numeric_limits<quint64>::max() || area.sectors == 0)
        return noRoom(disk, QStringLiteral("there is no room in front of the first partition"));
    return area;
}

}

QByteArray bootSectorFor(const QByteArray &bootImage, const QByteArray &before, quint64 core)
{
    if (bootImage.size() != sector || before.size() != sector)
        return {};
    QByteArray out = bootImage.left(codeEnd) + before.mid(codeEnd);
    qToLittleEndian(core, out.data() + coreAt);
    out[driveAt] = char(0xff); // the drive the BIOS started from, whichever it is
    out[driveCheckAt] = char(0x90); // no second guess: some firmware gives odd numbers
    out[driveCheckAt + 1] = char(0x90);
    out[510] = char(0x55);
    out[511] = char(0xaa);
    return out;
}

QByteArray coreFor(const QByteArray &core, quint64 first)
{
    QByteArray out = core;
    out.append((sector - out.size() % sector) % sector, '\0');
    const qsizetype following = out.size() / sector - 1;
    if (following < 1 || following > std::numeric_limits<quint16>::max())
        return {};
    qToLittleEndian(first + 1, out.data() + listAt);
    qToLittleEndian(quint16(following), out.data() + listAt + 8);
    return out;
}

quint64 coreSectorOf(const QByteArray &bootSector)
{
    if (bootSector.size() < sector || bootSector.mid(nameFrom, codeEnd - nameFrom).indexOf("GRUB ") < 0)
        return 0;
    return qFromLittleEndian<quint64>(bootSector.constData() + coreAt);
}

std::optional<EmbeddedCore> embeddedCore(const QByteArray &bootSector, const QByteArray &coreSector)
{
    EmbeddedCore found;
    found.first = coreSectorOf(bootSector);
    if (found.first == 0 || coreSector.size() < sector)
        return std::nullopt;
    found.next = qFromLittleEndian<quint64>(coreSector.constData() + listAt);
    found.count = qFromLittleEndian<quint16>(coreSector.constData() + listAt + 8);
    found.segment = qFromLittleEndian<quint16>(coreSector.constData() + listAt + 10);
    if (found.next == 0 || found.count == 0 || found.segment == 0)
        return std::nullopt;
    return found;
}

bool startsByGrub(const QString &disk)
{
    const Fd fd(::open(QFile::encodeName(disk).constData(), O_RDONLY | O_CLOEXEC));
    const Result<QByteArray> boot = fd ? readSectors(fd.get(), disk, 0, 1) : Result<QByteArray>(Error{});
    const quint64 core = boot ? coreSectorOf(*boot) : 0;
    if (core == 0 || core > quint64(std::numeric_limits<off_t>::max()) / sector)
        return false;
    const Result<QByteArray> first = readSectors(fd.get(), disk, core, 1);
    return first && embeddedCore(*boot, *first).has_value();
}

Result<CoreArea> coreArea(const QString &disk)
{
    const std::unique_ptr<fdisk_context, ContextDeleter> context(fdisk_new_context());
    if (!context)
        return noRoom(disk, QStringLiteral("no memory for libfdisk"));
    fdisk_disable_dialogs(context.get(), 1);
    if (const int number = fdisk_assign_device(context.get(), QFile::encodeName(disk).constData(), 1))
        return failed(ErrorCode::TargetTableFailed, disk, number);
    if (!fdisk_has_label(context.get()) || fdisk_get_sector_size(context.get()) != sector)
        return noRoom(disk, QStringLiteral("no partition table, or sectors of another size"));
    return areaIn(context.get(), disk);
}

Result<EmbeddedCore> embedGrub(const QString &disk, const QByteArray &bootImage, const QByteArray &core)
{
    const Result<CoreArea> area = coreArea(disk);
    if (!area)
        return area.error();
    const QByteArray placed = coreFor(core, area->first);
    if (placed.isEmpty())
        return noRoom(disk, QStringLiteral("the core image is damaged"));
    if (quint64(placed.size() / sector) > area->sectors)
        return Error{ErrorCode::NoSpace, Retry::AfterUserAction, {disk},
            QStringLiteral("GRUB needs %1 sectors, there are %2").arg(placed.size() / sector).arg(area->sectors)};
    const Fd fd(::open(QFile::encodeName(disk).constData(), O_RDWR | O_CLOEXEC));
    if (!fd)
        return failed(ErrorCode::TargetWriteFailed, disk, errno);
    const Result<QByteArray> before = readSectors(fd.get(), disk, 0, 1);
    const QByteArray boot = before ? bootSectorFor(bootImage, *before, area->first) : QByteArray();
    if (boot.isEmpty())
        return before ? noRoom(disk, QStringLiteral("boot.img is damaged")) : before.error();
    if (const Result<> written = writeSectors(fd.get(), disk, area->first, placed); !written)
        return written.error();
    if (const Result<> written = writeSectors(fd.get(), disk, 0, boot); !written)
        return written.error();
    const Result<QByteArray> there = readSectors(fd.get(), disk, 0, 1);
    const Result<QByteArray> first = readSectors(fd.get(), disk, area->first, placed.size() / sector);
    const std::optional<EmbeddedCore> found = there && first && *first == placed ? embeddedCore(*there, *first) : std::nullopt;
    if (!found)
        return failed(ErrorCode::TargetReadFailed, disk, EIO);
    return *found;
}

}
