#pragma once
#include "core/receiver/bootfix/guest.h"

namespace edgelift::bootfix {

/// One kernel of the guest and what its initramfs lacks for a cloud instance.
struct KernelNeed
{
    QString version;
    QString initramfs; ///< canonical path; empty when the kernel has none
    QStringList drivers; ///< that the kernel can load and a cloud instance may need, sorted
    QStringList missing; ///< of these, not in the initramfs
    bool fit = false; ///< the kernel knows virtio disks at all
    bool starts = false; ///< it finds its root on a virtio disk as it is
    bool isDefault = false; ///< the one that starts when nobody chooses
};

/// The kernels that can be chosen, rescue images left out (they have every driver).
[[nodiscard]] QList<KernelNeed> kernelNeeds(Guest &guest);
/// What of virtio_pci and virtio_blk is neither in the kernel nor among `present`.
[[nodiscard]] QStringList lackingForRoot(const GuestTree &tree, const QString &version, const QSet<QString> &present);

/// Makes an initramfs of one kernel with the guest's own program.
struct InitramfsTool
{
    enum class Kind : quint8 { Dracut, InitramfsTools, Mkinitrd };
    Kind kind = Kind::Dracut;
    QString program;
};
[[nodiscard]] std::optional<InitramfsTool> initramfsTool(const Guest &guest);
/// The command that writes the initramfs of `kernel` to `output`; run in the guest.
[[nodiscard]] QStringList initramfsCommand(const InitramfsTool &tool, const KernelNeed &kernel, const QString &output);

}
