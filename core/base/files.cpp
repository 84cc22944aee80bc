#include "core/base/files.h"

#include "core/base/fd.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

namespace edgelift {

namespace {

Result<> writeAll(int fd, const QByteArray &content, const QString &path)
{
    for (qsizetype done = 0; done < content.size();) {
        const ssize_t put = ::write(fd, content.constData() + done, size_t(content.size() - done));
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return errnoError(errno, ErrorCode::FileUnwritable, path);
        done += put;
    }
    return ok();
}

void syncFolder(const QString &folder)
{
    const Fd fd(::open(QFile::encodeName(folder).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd)
        ::fsync(fd.get());
}

}

Error errnoError(int number, ErrorCode otherwise, const QString &path)
{
    const QString detail = path + QLatin1String(": ") + QString::fromLocal8Bit(std::strerror(number));
    if (number == ENOSPC || number == EDQUOT)
        return {ErrorCode::NoSpace, Retry::AfterUserAction, {path}, detail};
    if (number == EACCES || number == EPERM)
        return {ErrorCode::PermissionDenied, Retry::AfterUserAction, {path}, detail};
    return {otherwise, Retry::AfterUserAction, {path}, detail};
}

Result<> writeFileDurably(const QString &path, const QByteArray &content, unsigned mode)
{
    const QByteArray name = QFile::encodeName(path);
    const QByteArray temporary = name + ".new";
    ::unlink(temporary.constData()); // left by a crash
    Fd fd(::open(temporary.constData(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!fd)
        return errnoError(errno, ErrorCode::FileUnwritable, path);
    ::fchmod(fd.get(), mode); // whatever the umask says
    Result<> written = writeAll(fd.get(), content, path);
    if (written && ::fsync(fd.get()) != 0)
        written = errnoError(errno, ErrorCode::FileUnwritable, path);
    if (written && ::rename(temporary.constData(), name.constData()) != 0)
        written = errnoError(errno, ErrorCode::FileUnwritable, path);
    if (!written)
        ::unlink(temporary.constData());
    else
        syncFolder(QFileInfo(path).absolutePath());
    return written;
}

Result<QByteArray> readFile(const QString &path, qint64 limit)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorCode::FileUnreadable, Retry::AfterUserAction, {path}, file.errorString()};
    QByteArray content = file.read(limit + 1);
    if (file.error() != QFileDevice::NoError)
        return Error{ErrorCode::FileUnreadable, Retry::AfterUserAction, {path}, file.errorString()};
    if (content.size() > limit)
        return Error{ErrorCode::FileUnreadable, Retry::Never, {path}, QStringLiteral("longer than %1 bytes").arg(limit)};
    return content;
}

Result<QJsonObject> readJsonFile(const QString &path)
{
    const Result<QByteArray> content = readFile(path);
    if (!content)
        return content.error();
    QJsonParseError problem{};
    const QJsonDocument document = QJsonDocument::fromJson(*content, &problem);
    if (!document.isObject())
        return Error{ErrorCode::StateUnreadable, Retry::Never, {path}, problem.errorString()};
    return document.object();
}

Result<> writeJsonFile(const QString &path, const QJsonObject &object, unsigned mode)
{
    return writeFileDurably(path, QJsonDocument(object).toJson(), mode);
}

Result<> makeFolder(const QString &path, unsigned mode)
{
    const QString clean = QDir::cleanPath(path);
    if (QFileInfo(clean).isDir())
        return ok();
    const QString parent = QFileInfo(clean).path();
    if (parent != clean) {
        if (Result<> made = makeFolder(parent, mode); !made)
            return made;
    }
    if (::mkdir(QFile::encodeName(clean).constData(), mode) != 0 && errno != EEXIST)
        return errnoError(errno, ErrorCode::FileUnwritable, clean);
    return ok();
}

}
