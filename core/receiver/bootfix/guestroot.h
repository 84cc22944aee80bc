#pragma once
#include "core/guest/guesttree.h"

#include <QByteArray>
#include <functional>

namespace edgelift::bootfix {

/// What stands at a path; the last part is not followed.
struct GuestEntry
{
    enum class Kind : quint8 { Missing, File, Link, Folder, Other };
    Kind kind = Kind::Missing;
    qint64 size = 0;
    unsigned mode = 0; ///< permission bits
    bool immutable = false; ///< chattr +i
};

/// A guest's files below one folder, for changing them. No path and no link leads out of it; every call names what it changes by a path
/// absolute in the guest, as GuestTree::canonical() gives it, and never follows a link in the last part. Errors: NoSpace,
/// PermissionDenied, FileUnwritable, with the path. Not thread-safe.
class GuestRoot
{
public:
    /// Called before each change, with what it is and where; tests stop the work there.
    using Observer = std::function<void(const char *step, const QString &path)>;

    [[nodiscard]] static Result<GuestRoot> open(const QString &root);
    const GuestTree &tree() const { return m_tree; }
    void setObserver(Observer observer) { m_observer = std::move(observer); }
    void announce(const char *step, const QString &path) const; ///< a change made by somebody else, for the observer

    GuestEntry look(const QString &path) const;
    /// A new file that is on the disk when this returns. With `like` (a file that exists) it gets that one's owner, mode and extended
    /// attributes; otherwise root's, `mode`, and the SELinux label of what stands beside it.
    [[nodiscard]] Result<> createFile(const QString &path, const QByteArray &content, unsigned mode, const QString &like = {}) const;
    /// Owner, mode and extended attributes of `like` for the file at `path`, and all of it on the disk.
    [[nodiscard]] Result<> dressFile(const QString &path, const QString &like) const;
    [[nodiscard]] Result<> rename(const QString &from, const QString &to) const;
    /// A second name for a file; a copy where the filesystem knows no second names (FAT), made under a name with halfSuffix.
    static constexpr char halfSuffix[] = ".half";
    [[nodiscard]] Result<> keepAs(const QString &path, const QString &kept) const;
    [[nodiscard]] Result<> removeFile(const QString &path) const; ///< nothing there is no error
    [[nodiscard]] Result<> makeFolder(const QString &path) const; ///< 0755; there already is no error
    void removeEmptyFolder(const QString &path) const;
    [[nodiscard]] Result<> setImmutable(const QString &path, bool on) const;

private:
    explicit GuestRoot(GuestTree tree)
        : m_tree(std::move(tree))
    {
    }
    Fd folderOf(const QString &path) const;
    Fd openFile(const QString &path, int flags) const;
    GuestTree m_tree;
    Observer m_observer;
};

[[nodiscard]] QString folderName(const QString &path); ///< "/etc" of "/etc/fstab"
[[nodiscard]] QString leafName(const QString &path); ///< "fstab" of "/etc/fstab"

}
