#include "core/simcloud/ossobjects.h"

#include "core/simcloud/ossbody.h"
#include "core/simcloud/ossxml.h"

#include <QFile>
#include <QRegularExpression>
#include <QXmlStreamReader>

namespace edgelift {

namespace {

constexpr qint64 largestList = 2 << 20;
constexpr int mostKeys = 1000;

QByteArray quoted(const QString &etag) { return '"' + etag.toLatin1() + '"'; }

struct ByteSpan
{
    qint64 first = 0;
    qint64 length = 0;
};

/// "bytes=a-b", "bytes=a-" or "bytes=-n" within `size`; nothing when it is something else or outside.
std::optional<ByteSpan> rangeOf(const QString &header, qint64 size)
{
    static const QRegularExpression form(QStringLiteral("\\Abytes=(\\d{0,18})-(\\d{0,18})\\z"));
    const QRegularExpressionMatch match = form.match(header);
    if (!match.hasMatch() || (match.captured(1).isEmpty() && match.captured(2).isEmpty()))
        return std::nullopt;
    if (match.captured(1).isEmpty()) {
        const qint64 last = std::min(match.captured(2).toLongLong(), size);
        return last > 0 ? std::optional(ByteSpan{size - last, last}) : std::nullopt;
    }
    const qint64 first = match.captured(1).toLongLong();
    const qint64 end = match.captured(2).isEmpty() ? size - 1 : std::min(match.captured(2).toLongLong(), size - 1);
    return first <= end ? std::optional(ByteSpan{first, end - first + 1}) : std::nullopt;
}

void describe(ServerReply &reply, const ObjectInfo &info)
{
    reply.contentType = info.contentType.toUtf8();
    reply.headers = {{"ETag", quoted(info.etag)}, {"Last-Modified", httpTime(info.modified)}, {"Accept-Ranges", "bytes"},
        {"x-oss-object-type", info.multipart ? "Multipart" : "Normal"}, {"x-oss-storage-class", "Standard"},
        {"x-oss-hash-crc64ecma", QByteArray::number(info.crc64)}};
    for (auto it = info.headers.begin(); it != info.headers.end(); ++it)
        reply.headers.append({it.key().toUtf8(), it.value().toUtf8()});
}

ServerReply noSuchKey(const OssTarget &target)
{
    return ossError(
        404, QStringLiteral("NoSuchKey"), QStringLiteral("The specified key does not exist."), {{QStringLiteral("Key"), target.key}});
}

/// The keys of a <Delete> list; nothing when it is none.
std::optional<QStringList> keysToDelete(const QByteArray &body, bool *quiet)
{
    QXmlStreamReader xml(body);
    QStringList keys;
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement)
            continue;
        if (xml.name() == QLatin1String("Key"))
            keys.append(xml.readElementText());
        else if (xml.name() == QLatin1String("Quiet"))
            *quiet = xml.readElementText() == QLatin1String("true");
    }
    if (xml.hasError() || keys.isEmpty() || keys.size() > mostKeys)
        return std::nullopt;
    return keys;
}

}

ServerReply putObject(ObjectStore &objects, const ServerRequest &request, const OssTarget &target)
{
    if (!ObjectStore::validKey(target.key))
        return ossError(Error{ErrorCode::RequestMalformed, Retry::Never, {}, {}}, target);
    auto received = receive(request, objects);
    if (ServerReply *refused = std::get_if<ServerReply>(&received))
        return *refused;
    const ReceivedFile &file = std::get<ReceivedFile>(received);
    const Result<ObjectInfo> put = objects.putFile(target.bucket, target.key, file.path, attributesOf(request), &file.digest);
    if (!put) {
        QFile::remove(file.path);
        return ossError(put.error(), target);
    }
    ServerReply reply;
    reply.contentType = "application/xml";
    reply.headers = {{"ETag", quoted(put->etag)}, {"x-oss-hash-crc64ecma", QByteArray::number(put->crc64)},
        {"Content-MD5", file.digest.md5().toBase64()}};
    return reply;
}

ServerReply getObject(const ObjectStore &objects, const ServerRequest &request, const OssTarget &target)
{
    std::optional<ObjectStore::Opened> object = objects.openObject(target.bucket, target.key);
    if (!object)
        return noSuchKey(target);
    const ObjectInfo &info = object->info;
    ServerReply reply;
    describe(reply, info);
    reply.file = std::move(object->file);
    reply.length = info.size;
    const QString range = request.header(QLatin1String("range"));
    if (range.isEmpty())
        return reply;
    if (const std::optional<ByteSpan> span = rangeOf(range, info.size)) {
        reply.status = 206;
        reply.offset = span->first;
        reply.length = span->length;
        const QString shown = QStringLiteral("bytes %1-%2/%3").arg(span->first).arg(span->first + span->length - 1).arg(info.size);
        reply.headers.append({"Content-Range", shown.toLatin1()});
    } else if (request.header(QLatin1String("x-oss-range-behavior")) == QLatin1String("standard")) {
        return ossError(416, QStringLiteral("InvalidRange"), QStringLiteral("The requested range cannot be satisfied."),
            {{QStringLiteral("ActualObjectSize"), QString::number(info.size)}, {QStringLiteral("RangeRequested"), range}});
    }
    return reply;
}

ServerReply deleteObject(ObjectStore &objects, const OssTarget &target)
{
    if (const Result<> removed = objects.remove(target.bucket, target.key); !removed)
        return ossError(removed.error(), target);
    ServerReply reply;
    reply.status = 204; // also for a key that was not there
    return reply;
}

ServerReply deleteObjects(ObjectStore &objects, const ServerRequest &request, const OssTarget &target)
{
    const std::optional<QByteArray> body = request.body(largestList);
    bool quiet = false;
    const std::optional<QStringList> keys = body ? keysToDelete(*body, &quiet) : std::nullopt;
    if (!keys)
        return ossError(
            400, QStringLiteral("MalformedXML"), QStringLiteral("The XML you provided was not well-formed or did not validate."));
    XmlText xml(QStringLiteral("DeleteResult"));
    for (const QString &key : *keys) {
        if (const Result<> removed = objects.remove(target.bucket, key); !removed)
            return ossError(removed.error(), target);
        if (!quiet)
            xml.open("Deleted").add("Key", key).close();
    }
    return xml.reply();
}

}
