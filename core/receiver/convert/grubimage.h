#pragma once
#include "core/base/result.h"

#include <QByteArray>
#include <QString>
#include <optional>

namespace edgelift::convert {

/// Sectors (of 512 bytes) of a disk where GRUB's core image may be: between the partition table and the first partition of an MBR disk, or
/// the BIOS boot partition of a GPT.
struct CoreArea
{
    quint64 first = 0;
    quint64 sectors = 0;
};

/// What a boot sector of GRUB 2 says of its core image, and what is there.
struct EmbeddedCore
{
    quint64 first = 0; ///< sector of the core's beginning
    quint64 next = 0; ///< of what follows, by the list of blocks at the end of the first sector
    quint16 count = 0; ///< how many follow
    quint16 segment = 0; ///< where they are loaded to
};

// The bytes of GRUB for BIOS, as grub-core/boot/i386/pc/boot.S and diskboot.S define them (GRUB 2.02 to 2.12).

/// The first sector of a disk: `bootImage` (boot.img) pointed to a core at `core`, with the partition table and the disk's id of `before`,
/// both 512 bytes. Empty when one of them has another size.
[[nodiscard]] QByteArray bootSectorFor(const QByteArray &bootImage, const QByteArray &before, quint64 core);
/// `core` (core.img of grub-mkimage) padded to whole sectors, with the list of blocks for a place at `first`. Empty when it is too short to
/// be one, or longer than the list can say.
[[nodiscard]] QByteArray coreFor(const QByteArray &core, quint64 first);
/// What bootSectorFor() and coreFor() wrote, read back; nothing when it is not GRUB's. `coreSector`: the 512 bytes at EmbeddedCore::first,
/// which the caller finds by coreSectorOf().
[[nodiscard]] std::optional<EmbeddedCore> embeddedCore(const QByteArray &bootSector, const QByteArray &coreSector);
/// 0: not a boot sector of GRUB 2.
[[nodiscard]] quint64 coreSectorOf(const QByteArray &bootSector);

/// True when the disk's boot sector is GRUB 2's and leads to a core image. False also when the disk cannot be read.
[[nodiscard]] bool startsByGrub(const QString &disk);
/// Errors: TargetTableFailed (args: the disk; the table cannot be read, or has no room at all), TargetReadFailed.
[[nodiscard]] Result<CoreArea> coreArea(const QString &disk);
/// Writes both, durably, the core first, and reads them back. Errors: NoSpace (the core does not fit; args: the disk), TargetTableFailed
/// (`bootImage` or `core` is no such image), TargetReadFailed, TargetWriteFailed.
[[nodiscard]] Result<EmbeddedCore> embedGrub(const QString &disk, const QByteArray &bootImage, const QByteArray &core);

}
