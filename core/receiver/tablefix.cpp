#include "core/receiver/tablefix.h"

#include "core/base/fd.h"

#include <QFile>
#include <QtEndian>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <libfdisk/libfdisk.h>
#include <limits>
#include <memory>

namespace edgelift::receiver {

namespace {

constexpr unsigned long sectorSize = 512; // of every disk the clouds attach; a GPT is tied to it
constexpr off_t primaryHeaderAt = 512;

struct ContextDeleter
{
    void operator()(fdisk_context *context) const { fdisk_unref_context(context); }
};
using Context = std::unique_ptr<fdisk_context, ContextDeleter>;

Error failed(const QString &serial, const QString &why) { return {ErrorCode::TargetTableFailed, Retry::AfterUserAction, {serial}, why}; }

QString errnoText(int number) { return QString::fromLocal8Bit(std::strerror(number < 0 ? -number : number)); }

/// Whether libfdisk would take more memory for the partitions of the header at sector `lba` than any real table needs: up to 4 GiB.
bool asksForTooMuch(int disk, quint64 lba)
{
    constexpr quint64 mostBytes = 4 << 20;
    char header[sectorSize] = {};
    if (lba > quint64(std::numeric_limits<off_t>::max()) / sectorSize
        || ::pread(disk, header, sizeof header, off_t(lba * sectorSize)) != ssize_t(sizeof header))
        return false;
    return std::memcmp(header, "EFI PART", 8) == 0
        && quint64(qFromLittleEndian<quint32>(header + 80)) * qFromLittleEndian<quint32>(header + 84) > mostBytes;
}

/// Whether the disk claims to have a GPT: its own signature, or a protective MBR (type 0xEE) in front of a damaged one.
Result<bool> claimsGpt(const QString &path, const QString &serial)
{
    const Fd disk(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC));
    char head[2 * sectorSize] = {};
    if (!disk || ::pread(disk.get(), head, sizeof head, 0) < 0)
        return failed(serial, path + QLatin1String(": ") + errnoText(errno));
    const off_t size = ::lseek(disk.get(), 0, SEEK_END);
    for (const quint64 lba : {quint64(1), qFromLittleEndian<quint64>(head + primaryHeaderAt + 32), quint64(size) / sectorSize - 1}) {
        if (asksForTooMuch(disk.get(), lba))
            return failed(serial, QStringLiteral("the GPT header at sector %1 describes an impossible list of partitions").arg(lba));
    }
    if (std::memcmp(head + primaryHeaderAt, "EFI PART", 8) == 0)
        return true;
    const bool bootRecord = quint8(head[510]) == 0x55 && quint8(head[511]) == 0xAA;
    bool protective = false;
    for (int entry = 0; entry < 4; ++entry)
        protective = protective || quint8(head[446 + 16 * entry + 4]) == 0xEE;
    return bootRecord && protective;
}

}

Result<TableFix> moveBackupGptToEnd(const QString &path, const QString &serial)
{
    const Result<bool> gpt = claimsGpt(path, serial);
    if (!gpt)
        return gpt.error();
    if (!*gpt)
        return TableFix::NothingToDo;
    const Context context(fdisk_new_context());
    if (!context)
        return failed(serial, QStringLiteral("no memory for libfdisk"));
    fdisk_disable_dialogs(context.get(), 1);
    if (const int number = fdisk_assign_device(context.get(), QFile::encodeName(path).constData(), 0))
        return failed(serial, path + QLatin1String(": ") + errnoText(number));
    if (fdisk_get_sector_size(context.get()) != sectorSize)
        return failed(serial, QStringLiteral("sectors of %1 bytes").arg(fdisk_get_sector_size(context.get())));
    if (!fdisk_is_label(context.get(), GPT))
        return failed(serial, QStringLiteral("the GUID partition table is damaged"));
    // Reading the label, libfdisk has put a misplaced backup at the end (in memory) and marked the label as changed.
    const fdisk_label *label = fdisk_get_label(context.get(), nullptr);
    const bool misplaced = fdisk_label_is_changed(label) != 0;
    if (misplaced) {
        if (const int number = fdisk_write_disklabel(context.get()))
            return failed(serial, path + QLatin1String(": writing the table: ") + errnoText(number));
    }
    if (const int number = fdisk_deassign_device(context.get(), 1)) // 1: no sync(2) of the whole machine; the caller syncs
        return failed(serial, path + QLatin1String(": ") + errnoText(number));
    return misplaced ? TableFix::Relocated : TableFix::NothingToDo;
}

}
