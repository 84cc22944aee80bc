#include "core/guest/guesttree.h"

#include "core/base/files.h"

#include <QFile>
#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <memory>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace edgelift {

Result<GuestTree> GuestTree::open(const QString &root)
{
    Fd fd(::open(QFile::encodeName(root).constData(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!fd)
        return errnoError(errno, ErrorCode::FileUnreadable, root);
    return GuestTree(std::move(fd));
}

Fd GuestTree::openAt(const QString &path, int flags, unsigned mode) const
{
    open_how how{};
    how.flags = quint64(flags | O_CLOEXEC);
    how.mode = mode;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    return Fd(int(::syscall(SYS_openat2, m_root.get(), QFile::encodeName(path).constData(), &how, sizeof how)));
}

Fd GuestTree::openFile(const QString &path) const
{
    // Looked at first and opened then: opening a device or a pipe has effects.
    const Fd handle = openAt(path, O_PATH);
    struct stat facts
    {
    };
    if (!handle || ::fstat(handle.get(), &facts) != 0 || !S_ISREG(facts.st_mode))
        return Fd();
    return Fd(::open(QStringLiteral("/proc/self/fd/%1").arg(handle.get()).toLatin1().constData(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
}

Fd GuestTree::openFolder(const QString &path) const { return openAt(path, O_PATH | O_DIRECTORY); }

QByteArray GuestTree::readStart(const QString &path, qint64 length) const
{
    const Fd fd = openFile(path);
    QByteArray bytes(length, Qt::Uninitialized);
    qint64 done = 0;
    while (fd && done < length) {
        const ssize_t got = ::read(fd.get(), bytes.data() + done, size_t(length - done));
        if (got <= 0)
            break;
        done += got;
    }
    bytes.truncate(done);
    return bytes;
}

QByteArray GuestTree::read(const QString &path, qint64 limit) const
{
    const QByteArray bytes = readStart(path, limit + 1);
    return bytes.size() > limit ? QByteArray() : bytes;
}

bool GuestTree::isFile(const QString &path) const
{
    const Fd handle = openAt(path, O_PATH);
    struct stat facts
    {
    };
    return handle && ::fstat(handle.get(), &facts) == 0 && S_ISREG(facts.st_mode);
}

bool GuestTree::isFolder(const QString &path) const { return bool(openFolder(path)); }

bool GuestTree::exists(const QString &path) const { return bool(openAt(path, O_PATH | O_NOFOLLOW)); }

QStringList GuestTree::list(const QString &path) const
{
    constexpr qsizetype mostNames = 10000;
    Fd folder = openAt(path, O_RDONLY | O_DIRECTORY);
    const std::unique_ptr<DIR, int (*)(DIR *)> stream(folder ? ::fdopendir(folder.get()) : nullptr, ::closedir);
    QStringList names;
    if (!stream)
        return names;
    folder.release();
    while (const dirent *entry = ::readdir(stream.get())) { // NOLINT(concurrency-mt-unsafe): the stream is this call's own
        const QString name = QFile::decodeName(entry->d_name);
        if (name != QLatin1String(".") && name != QLatin1String("..") && names.size() < mostNames)
            names.append(name);
    }
    names.sort();
    return names;
}

QByteArray GuestTree::linkTarget(const QString &path) const
{
    const Fd handle = openAt(path, O_PATH | O_NOFOLLOW);
    QByteArray target(4096, Qt::Uninitialized);
    const ssize_t length = handle ? ::readlinkat(handle.get(), "", target.data(), size_t(target.size())) : -1;
    target.truncate(std::max<ssize_t>(length, 0));
    return target;
}

QString GuestTree::canonical(const QString &path, bool keepLast) const
{
    constexpr int mostSteps = 200;
    QStringList todo = path.split(QLatin1Char('/'), Qt::SkipEmptyParts);
    QStringList done;
    for (int step = 0; !todo.isEmpty(); ++step) {
        const QString part = todo.takeFirst();
        if (part == QLatin1String("..") && !done.isEmpty())
            done.removeLast(); // ".." of the root is the root
        if (part == QLatin1String("..") || part == QLatin1String("."))
            continue;
        const QString here = QLatin1Char('/') + (done + QStringList{part}).join(QLatin1Char('/'));
        const QByteArray target = keepLast && todo.isEmpty() ? QByteArray() : linkTarget(here);
        if (target.isEmpty()) {
            const bool wrong = exists(here) ? !todo.isEmpty() && !isFolder(here) : todo.contains(QLatin1String(".."));
            if (wrong)
                return {};
            done.append(part);
            continue;
        }
        if (step > mostSteps)
            return {};
        if (target.startsWith('/'))
            done.clear();
        todo = QFile::decodeName(target).split(QLatin1Char('/'), Qt::SkipEmptyParts) + todo;
    }
    return QLatin1Char('/') + done.join(QLatin1Char('/'));
}

}
