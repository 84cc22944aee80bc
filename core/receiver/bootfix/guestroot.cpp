#include "core/receiver/bootfix/guestroot.h"

#include "core/base/files.h"

#include <QFile>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

namespace edgelift::bootfix {

namespace {

constexpr char selinuxLabel[] = "security.selinux";
constexpr qint64 mostCopied = 512 << 20; // of what keepAs() copies: initramfs images and EFI programs

QByteArray leafBytes(const QString &path) { return QFile::encodeName(leafName(path)); }
Error unwritable(const QString &path) { return errnoError(errno, ErrorCode::FileUnwritable, path); }

QByteArray attributeOf(int fd, const QByteArray &name)
{
    QByteArray value(65536, Qt::Uninitialized);
    const ssize_t length = ::fgetxattr(fd, name.constData(), value.data(), size_t(value.size()));
    value.truncate(std::max<ssize_t>(length, 0));
    return value;
}

/// What the target's filesystem does not know (FAT has no attributes at all) is left out.
void copyAttributes(int from, int to)
{
    QByteArray names(65536, Qt::Uninitialized);
    const ssize_t length = ::flistxattr(from, names.data(), size_t(names.size()));
    names.truncate(std::max<ssize_t>(length, 0));
    for (const QByteArray &name : names.split('\0')) {
        if (name.isEmpty())
            continue;
        const QByteArray value = attributeOf(from, name);
        ::fsetxattr(to, name.constData(), value.constData(), size_t(value.size()), 0);
    }
}

Result<> writeAll(int fd, const QByteArray &content, const QString &path)
{
    for (qsizetype done = 0; done < content.size();) {
        const ssize_t put = ::write(fd, content.constData() + done, size_t(content.size() - done));
        if (put < 0)
            return unwritable(path);
        done += put;
    }
    return ok();
}

Result<> dress(int fd, int like, const QString &path)
{
    struct stat facts
    {
    };
    if (::fstat(like, &facts) != 0)
        return unwritable(path);
    // The owner first: giving a file away takes its set-user-id bits.
    if ((::fchown(fd, facts.st_uid, facts.st_gid) != 0 || ::fchmod(fd, facts.st_mode & 07777) != 0) && errno != EPERM)
        return unwritable(path);
    copyAttributes(like, fd);
    return ok();
}

}

QString folderName(const QString &path)
{
    const QString folder = path.left(path.lastIndexOf(QLatin1Char('/')));
    return folder.isEmpty() ? QStringLiteral("/") : folder;
}

QString leafName(const QString &path) { return path.mid(path.lastIndexOf(QLatin1Char('/')) + 1); }

Result<GuestRoot> GuestRoot::open(const QString &root)
{
    Result<GuestTree> tree = GuestTree::open(root);
    if (!tree)
        return tree.error();
    return GuestRoot(tree.take());
}

void GuestRoot::announce(const char *step, const QString &path) const
{
    if (m_observer)
        m_observer(step, path);
}

Fd GuestRoot::folderOf(const QString &path) const { return m_tree.openAt(folderName(path), O_RDONLY | O_DIRECTORY); }

/// A regular file for its attributes; never opens a device or a pipe.
Fd GuestRoot::openFile(const QString &path, int flags) const
{
    if (look(path).kind != GuestEntry::Kind::File) {
        errno = EINVAL;
        return Fd();
    }
    return m_tree.openAt(path, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
}

GuestEntry GuestRoot::look(const QString &path) const
{
    const Fd handle = m_tree.openAt(path, O_PATH | O_NOFOLLOW);
    struct stat facts
    {
    };
    GuestEntry entry;
    if (!handle || ::fstat(handle.get(), &facts) != 0)
        return entry;
    entry.kind = S_ISREG(facts.st_mode) ? GuestEntry::Kind::File
        : S_ISLNK(facts.st_mode)        ? GuestEntry::Kind::Link
        : S_ISDIR(facts.st_mode)        ? GuestEntry::Kind::Folder
                                        : GuestEntry::Kind::Other;
    entry.size = facts.st_size;
    entry.mode = facts.st_mode & 07777;
    if (entry.kind != GuestEntry::Kind::File)
        return entry;
    int flags = 0;
    const Fd file = m_tree.openAt(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    entry.immutable = file && ::ioctl(file.get(), FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_IMMUTABLE_FL);
    return entry;
}

Result<> GuestRoot::createFile(const QString &path, const QByteArray &content, unsigned mode, const QString &like) const
{
    announce("create", path);
    const Fd folder = folderOf(path);
    const Fd model = like.isEmpty() ? Fd() : openFile(like, O_RDONLY);
    if (!folder || (!like.isEmpty() && !model))
        return unwritable(path);
    const Fd file(::openat(folder.get(), leafBytes(path).constData(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file)
        return unwritable(path);
    Result<> done = writeAll(file.get(), content, path);
    if (done && model) {
        done = dress(file.get(), model.get(), path);
    } else if (done) {
        ::fchmod(file.get(), mode);
        const QByteArray label = attributeOf(folder.get(), selinuxLabel);
        if (!label.isEmpty())
            ::fsetxattr(file.get(), selinuxLabel, label.constData(), size_t(label.size()), 0);
    }
    if (done && ::fsync(file.get()) != 0)
        done = unwritable(path);
    if (!done)
        ::unlinkat(folder.get(), leafBytes(path).constData(), 0);
    return done;
}

Result<> GuestRoot::dressFile(const QString &path, const QString &like) const
{
    announce("dress", path);
    const Fd file = openFile(path, O_RDONLY);
    const Fd model = openFile(like, O_RDONLY);
    if (!file || !model)
        return unwritable(path);
    if (Result<> done = dress(file.get(), model.get(), path); !done)
        return done;
    return ::fsync(file.get()) == 0 ? ok() : Result<>(unwritable(path));
}

Result<> GuestRoot::rename(const QString &from, const QString &to) const
{
    announce("rename", to);
    const Fd fromFolder = folderOf(from);
    const Fd toFolder = folderOf(to);
    if (!fromFolder || !toFolder
        || ::renameat(fromFolder.get(), leafBytes(from).constData(), toFolder.get(), leafBytes(to).constData()) != 0)
        return unwritable(to);
    ::fsync(toFolder.get());
    return ok();
}

Result<> GuestRoot::keepAs(const QString &path, const QString &kept) const
{
    announce("keep", kept);
    const Fd folder = folderOf(path);
    if (!folder)
        return unwritable(path);
    if (::linkat(folder.get(), leafBytes(path).constData(), folder.get(), leafBytes(kept).constData(), 0) == 0) {
        ::fsync(folder.get());
        return ok();
    }
    if (errno != EPERM && errno != EOPNOTSUPP && errno != EMLINK)
        return unwritable(kept);
    // Under another name first: half a copy must never look like the original.
    const QString half = kept + QLatin1String(halfSuffix);
    if (Result<> removed = removeFile(half); !removed)
        return removed;
    const QByteArray content = m_tree.read(path, mostCopied);
    if (content.size() != look(path).size)
        return Error{ErrorCode::FileUnreadable, Retry::Never, {path}, QStringLiteral("cannot be copied")};
    if (Result<> copied = createFile(half, content, 0600, path); !copied)
        return copied;
    return rename(half, kept);
}

Result<> GuestRoot::removeFile(const QString &path) const
{
    announce("remove", path);
    const Fd folder = folderOf(path);
    if (!folder)
        return errno == ENOENT || errno == ENOTDIR ? ok() : Result<>(unwritable(path));
    if (::unlinkat(folder.get(), leafBytes(path).constData(), 0) != 0 && errno != ENOENT)
        return unwritable(path);
    ::fsync(folder.get());
    return ok();
}

Result<> GuestRoot::makeFolder(const QString &path) const
{
    announce("folder", path);
    const Fd parent = folderOf(path);
    if (!parent || (::mkdirat(parent.get(), leafBytes(path).constData(), 0755) != 0 && errno != EEXIST))
        return unwritable(path);
    ::fsync(parent.get());
    return ok();
}

void GuestRoot::removeEmptyFolder(const QString &path) const
{
    announce("folder", path);
    const Fd parent = folderOf(path);
    if (parent)
        ::unlinkat(parent.get(), leafBytes(path).constData(), AT_REMOVEDIR);
}

Result<> GuestRoot::setImmutable(const QString &path, bool on) const
{
    announce("flags", path);
    const Fd file = openFile(path, O_RDONLY);
    int flags = 0;
    if (!file || ::ioctl(file.get(), FS_IOC_GETFLAGS, &flags) != 0)
        return unwritable(path);
    flags = on ? flags | FS_IMMUTABLE_FL : flags & ~FS_IMMUTABLE_FL;
    return ::ioctl(file.get(), FS_IOC_SETFLAGS, &flags) == 0 ? ok() : Result<>(unwritable(path));
}

}
