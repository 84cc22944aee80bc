#pragma once
#include "core/guest/fatfolder.h"
#include "core/guest/guestmounts.h"
#include "core/receiver/bootfix/targetlayout.h"
#include "core/receiver/convert/volumewindow.h"

#include <map>

namespace edgelift::convert {

/// What the order says, as boot conversion wants it.
[[nodiscard]] bootfix::TargetLayout layoutOf(const ConvertOrder &order);

/// The copied server's filesystems, mounted from the target disks under one folder as its own fstab says: its root, and what is below
/// /usr, /boot, /efi, /var and /etc. Of an EFI system partition (FAT) the files are shown in its place, and go back when they are
/// unmounted: it has no journal, and not every kernel knows it. On the thread of inPrivateMounts(); everything is gone when that ends,
/// however it ends.
class GuestAssembly
{
public:
    struct Parts
    {
        const ConvertOrder &order;
        const bootfix::TargetLayout &layout; ///< outlives this, like `order`
        QStringList disks; ///< paths by index
        QString scratch; ///< for VolumeWindow
    };
    GuestAssembly(GuestMounts &mounts, Parts parts)
        : m_mounts(mounts)
        , m_parts(std::move(parts))
    {
    }
    GuestAssembly(const GuestAssembly &) = delete;
    GuestAssembly &operator=(const GuestAssembly &) = delete;
    ~GuestAssembly();

    /// Errors: FilesystemDamaged, VolumeUnsupported, NoRootFilesystem (args: the volume, why), PermissionDenied, ToolFailed, and those of
    /// VolumeWindow. After an error unmount() is still due.
    [[nodiscard]] Result<> mount(GuestAccess access);
    /// Everything written is in the disks' files afterwards, or in the windows' copies. Errors: ToolFailed (a filesystem does not let go),
    /// and those of FatFolder::writeBack().
    [[nodiscard]] Result<> unmount();
    /// After unmount(): windows too. Errors: those of VolumeWindow::close().
    [[nodiscard]] Result<> close();

    const QString &root() const { return m_root; } ///< while mounted
    bool isEspHidden() const { return m_espHidden; } ///< there is one that cannot be read
    [[nodiscard]] QString rootSubvolume() const; ///< "/@" of a root on a subvolume of btrfs, empty otherwise

private:
    Result<QString> deviceOf(const bootfix::ConvertedVolume &volume);
    Result<> mountRoot();
    Result<> mountBelow(const FstabEntry &entry);
    Result<> mountFat(const bootfix::ConvertedVolume &volume, const QString &device, const QString &target);
    Result<> writeFatBack();

    GuestMounts &m_mounts;
    const Parts m_parts;
    std::map<QString, VolumeWindow> m_windows; ///< by volume id
    std::map<QString, FatFolder> m_fat; ///< shown now, by volume id
    GuestAccess m_access = GuestAccess::Untouched;
    QString m_root;
    QStringList m_mounted; ///< in order
    bool m_espHidden = false;
};

}
