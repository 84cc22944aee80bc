#include "core/simcloud/ossbody.h"

#include "core/base/fd.h"
#include "core/base/log.h"

#include <QFile>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace edgelift {

namespace {

bool writeAll(int fd, QByteArrayView bytes)
{
    for (qsizetype done = 0; done < bytes.size();) {
        const ssize_t put = ::write(fd, bytes.data() + done, size_t(bytes.size() - done));
        if (put < 0 && errno != EINTR)
            return false;
        done += std::max<ssize_t>(put, 0);
    }
    return true;
}

std::optional<ServerReply> refusedHead(const ServerRequest &request)
{
    if (!request.contentLength)
        return ossError(411, QStringLiteral("MissingContentLength"), QStringLiteral("You must provide the Content-Length HTTP header."));
    if (!request.header(QLatin1String("content-encoding")).isEmpty())
        return ossError(400, QStringLiteral("NotImplemented"), QStringLiteral("A Content-Encoding is not supported here."));
    return std::nullopt;
}

std::optional<ServerReply> refusedContent(const ServerRequest &request, const ContentDigest &digest, bool whole, bool stored)
{
    if (!stored)
        return ossError(507, QStringLiteral("InsufficientStorage"), QStringLiteral("The content could not be stored."));
    if (!whole || digest.size() != *request.contentLength)
        return ossError(400, QStringLiteral("IncompleteBody"), QStringLiteral("The body is shorter than Content-Length says."));
    const QString md5 = request.header(QLatin1String("content-md5"));
    if (!md5.isEmpty() && md5.toLatin1() != digest.md5().toBase64())
        return ossError(400, QStringLiteral("InvalidDigest"), QStringLiteral("The Content-MD5 you specified is invalid."));
    return std::nullopt;
}

}

std::variant<ReceivedFile, ServerReply> receive(const ServerRequest &request, const ObjectStore &objects)
{
    if (std::optional<ServerReply> refused = refusedHead(request))
        return *refused;
    const Result<QString> path = objects.temporaryFile();
    if (!path)
        return ossError(path.error(), {});
    const Fd file(::open(QFile::encodeName(*path).constData(), O_WRONLY | O_CLOEXEC));
    ReceivedFile received{*path, {}};
    bool stored = bool(file);
    const bool whole = request.readBody([&](QByteArrayView piece) {
        received.digest.add(piece);
        stored = stored && writeAll(file.get(), piece);
        return stored;
    });
    if (std::optional<ServerReply> refused = refusedContent(request, received.digest, whole, stored)) {
        QFile::remove(*path);
        return *refused;
    }
    return received;
}

ObjectAttributes attributesOf(const ServerRequest &request)
{
    static const QStringList kept{QStringLiteral("cache-control"), QStringLiteral("content-disposition"),
        QStringLiteral("content-language"), QStringLiteral("expires")};
    ObjectAttributes attributes;
    for (const auto &[name, value] : request.headers) {
        if (name == QLatin1String("content-type") && !value.isEmpty())
            attributes.contentType = value;
        else if (kept.contains(name) || name.startsWith(QLatin1String("x-oss-meta-")))
            attributes.headers.insert(name, value);
    }
    attributes.forbidOverwrite = request.header(QLatin1String("x-oss-forbid-overwrite")) == QLatin1String("true");
    return attributes;
}

}
