#pragma once
#include "core/base/result.h"

#include <QSet>
#include <QString>
#include <stop_token>

namespace edgelift {

/// The kernel modules in an initramfs, as bare names ("virtio_blk"), dashes as underscores. Reads cpio archives one after the other (early
/// microcode first), plain or compressed with gzip, bzip2, lzma, xz, zstd or lz4; bounded in bytes and entries, for the file is a
/// stranger's. `fd` is read from its start. Errors: FileUnreadable (cut off, an unknown compression, or too large).
[[nodiscard]] Result<QSet<QString>> initramfsModules(int fd, const QString &name, const std::stop_token &stop);
/// "virtio_blk" out of "kernel/drivers/block/virtio_blk.ko.xz"; empty when it is no module.
[[nodiscard]] QString moduleName(const QString &path);

}
