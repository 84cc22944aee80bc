#pragma once
#include "core/base/fd.h"
#include "core/base/result.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace edgelift {

/// A guest's files below one folder. Every path is resolved inside it, symbolic links too ("/etc/x" means the guest's /etc), and
/// nothing larger than a limit is read: the files are a stranger's. Paths are absolute in the guest.
class GuestTree
{
public:
    /// `root` is the folder the guest's / is at. Errors: FileUnreadable.
    [[nodiscard]] static Result<GuestTree> open(const QString &root);

    /// Empty when it is not there, not a regular file, or larger than `limit`.
    QByteArray read(const QString &path, qint64 limit = 1 << 20) const;
    /// Like read(), but the first `length` bytes of a file of any size.
    QByteArray readStart(const QString &path, qint64 length) const;
    bool isFile(const QString &path) const;
    bool isFolder(const QString &path) const;
    bool exists(const QString &path) const; ///< a dangling link counts
    /// Names in a folder, sorted; at most 10000.
    QStringList list(const QString &path) const;
    /// A regular file, for reading; no Fd when there is none.
    Fd openFile(const QString &path) const;
    /// A folder as a handle that can be mounted on; no Fd when there is none.
    Fd openFolder(const QString &path) const;
    /// Whatever is there, opened with `flags` (O_CLOEXEC is added); no Fd, and errno, when that fails. Opening a device or a pipe has
    /// effects: give O_PATH unless the kind is known.
    Fd openAt(const QString &path, int flags, unsigned mode = 0) const;
    /// The path without any link in it: "/boot/grub2/grub.cfg" for "/etc/grub2.cfg". Its end need not exist; with `keepLast` a link
    /// in the last part is not followed. Empty when a file stands where a folder should, or when links go round in a circle.
    QString canonical(const QString &path, bool keepLast = false) const;

private:
    QByteArray linkTarget(const QString &path) const; ///< empty when it is no link
    explicit GuestTree(Fd root)
        : m_root(std::move(root))
    {
    }
    Fd m_root;
};

}
