#pragma once
#include "core/base/result.h"
#include "core/guest/fatfolder.h"
#include "core/layout/serverfacts.h"

#include <QString>
#include <functional>
#include <vector>

namespace edgelift {

/// What a mount may do to the filesystem.
enum class GuestAccess : quint8 {
    Untouched, ///< nothing at all: journals are not replayed, so what is seen may be older than what a mount would show
    ReadOnly, ///< a journal is replayed when there is something in it
    Writable,
};

/// Filesystems of a guest, mounted without devices, set-uid or programs. Exists on the thread of inPrivateMounts() only. What was mounted
/// is unmounted in reverse order by the destructor. Of a FAT that this machine's kernel does not know the files are shown, from memory:
/// such partitions hold loaders.
class GuestMounts
{
public:
    explicit GuestMounts(QString folder)
        : m_folder(std::move(folder))
    {
    }
    GuestMounts(const GuestMounts &) = delete;
    GuestMounts &operator=(const GuestMounts &) = delete;
    ~GuestMounts() { unmountAll(); }

    /// Mounts a block device on a folder of its own; the folder's path. `subvolume` is for btrfs ("subvol=@"), empty for the default one.
    /// Errors: FilesystemDamaged (%1 `name`), PermissionDenied; ToolMissing (mtools, for a FAT).
    [[nodiscard]] Result<QString> mount(const QString &device, FsType fs, const QString &subvolume, const QString &name);
    void setAccess(GuestAccess access) { m_access = access; } ///< of what is mounted from now on
    /// The same on a folder that is already there (a handle of the guest's folder as /proc/self/fd/N).
    [[nodiscard]] Result<> mountOn(const QString &device, FsType fs, const QString &subvolume, const QString &name, const QString &target);
    /// Brings what was written to files of a FAT that are only shown to its device; what is really mounted needs none of it. Errors: those
    /// of FatFolder::writeBack().
    [[nodiscard]] Result<> writeBack(const std::stop_token &stop);
    /// Shows a folder of this machine, as it is mounted there, at `target` as well, in a way that nothing can be written: not even times of
    /// access. What is mounted below the folder is left out. `target` is a path without links, no handle: a handle goes on meaning what
    /// lies below the mount. Errors: PermissionDenied, ToolFailed.
    [[nodiscard]] Result<> bind(const QString &folder, const QString &target);
    /// The same at a folder of its own; the folder's path.
    [[nodiscard]] Result<QString> bind(const QString &folder);
    void unmountAll();

private:
    Result<QString> makeTarget();
    Result<QString> showFat(const QString &device, const QString &name);
    QString m_folder;
    GuestAccess m_access = GuestAccess::Untouched;
    QStringList m_mounted;
    QStringList m_btrfsDevices;
    std::vector<FatFolder> m_fat;
    int m_count = 0;
};

/// Runs `work` on a thread with a mount namespace of its own: no mount it makes is seen by anybody else, and none survives it. `folder`
/// is an existing private folder; the mounts are below it. Blocks until the work is done. Errors: PermissionDenied, ToolFailed.
[[nodiscard]] Result<> inPrivateMounts(const QString &folder, const std::function<void(GuestMounts &)> &work);

/// True for what mount() can look into.
[[nodiscard]] bool isMountable(FsType fs);

}
