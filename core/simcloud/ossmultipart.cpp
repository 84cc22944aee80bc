#include "core/simcloud/ossmultipart.h"

#include "core/simcloud/ossbody.h"
#include "core/simcloud/ossxml.h"

#include <QFile>
#include <QXmlStreamReader>
#include <algorithm>

namespace edgelift {

namespace {

constexpr qint64 smallestPart = 100 << 10; // but for the last
constexpr int mostParts = 10000;
constexpr qint64 largestPartList = 4 << 20;

QByteArray quoted(const QString &etag) { return '"' + etag.toLatin1() + '"'; }

ServerReply refusal(const Error &error, const ServerRequest &request, const OssTarget &target)
{
    if (error.code == ErrorCode::ResourceMissing)
        return ossError(404, QStringLiteral("NoSuchUpload"),
            QStringLiteral(
                "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."),
            {{QStringLiteral("UploadId"), request.queryValue(QLatin1String("uploadId"))}});
    return ossError(error, target);
}

struct Listed
{
    int number = 0;
    QString etag; ///< upper-case, without quotes
};

std::optional<QList<Listed>> partList(const QByteArray &body)
{
    QXmlStreamReader xml(body);
    QList<Listed> parts;
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement)
            continue;
        if (xml.name() == QLatin1String("Part"))
            parts.append(Listed());
        else if (xml.name() == QLatin1String("PartNumber") && !parts.isEmpty())
            parts.last().number = xml.readElementText().toInt();
        else if (xml.name() == QLatin1String("ETag") && !parts.isEmpty())
            parts.last().etag = xml.readElementText().remove(QLatin1Char('"')).toUpper();
    }
    if (xml.hasError() || parts.isEmpty() || parts.size() > mostParts)
        return std::nullopt;
    return parts;
}

/// The stored parts that a list names, or why it cannot be done.
std::variant<QList<UploadPart>, ServerReply> chosen(const QList<Listed> &wanted, const QList<UploadPart> &stored)
{
    QList<UploadPart> parts;
    for (const Listed &one : wanted) {
        if (!parts.isEmpty() && one.number <= parts.last().number)
            return ossError(400, QStringLiteral("InvalidPartOrder"), QStringLiteral("The list of parts was not in ascending order."));
        const auto found = std::find_if(stored.begin(), stored.end(), [&](const UploadPart &part) { return part.number == one.number; });
        if (found == stored.end() || found->etag != one.etag)
            return ossError(400, QStringLiteral("InvalidPart"),
                QStringLiteral("One or more of the specified parts could not be found or the specified entity tag might not have matched "
                               "the part's entity tag."),
                {{QStringLiteral("PartNumber"), QString::number(one.number)}});
        parts.append(*found);
    }
    return parts;
}

}

OssMultipart::OssMultipart(ObjectStore &objects, MultipartUploads &uploads)
    : m_objects(objects)
    , m_uploads(uploads)
{
}

Result<MultipartUploads::Upload> OssMultipart::uploadOf(const ServerRequest &request, const OssTarget &target) const
{
    return m_uploads.find(request.queryValue(QLatin1String("uploadId")), target.bucket, target.key);
}

ServerReply OssMultipart::initiate(const ServerRequest &request, const OssTarget &target)
{
    if (!ObjectStore::validKey(target.key))
        return ossError(Error{ErrorCode::RequestMalformed, Retry::Never, {}, {}}, target);
    const auto upload = m_uploads.begin(target.bucket, target.key, attributesOf(request));
    if (!upload)
        return refusal(upload.error(), request, target);
    XmlText xml(QStringLiteral("InitiateMultipartUploadResult"));
    return xml.add("Bucket", target.bucket).add("Key", target.key).add("UploadId", upload->id).reply();
}

ServerReply OssMultipart::uploadPart(const ServerRequest &request, const OssTarget &target)
{
    bool isNumber = false;
    const int number = request.queryValue(QLatin1String("partNumber")).toInt(&isNumber);
    if (!isNumber || number < 1 || number > mostParts)
        return ossError(
            400, QStringLiteral("InvalidArgument"), QStringLiteral("Part number must be an integer between 1 and 10000, inclusive."));
    const auto upload = uploadOf(request, target);
    if (!upload)
        return refusal(upload.error(), request, target);
    auto received = receive(request, m_objects);
    if (ServerReply *refused = std::get_if<ServerReply>(&received))
        return *refused;
    const ReceivedFile &file = std::get<ReceivedFile>(received);
    if (const Result<> put = m_uploads.putPart(*upload, number, file.path, file.digest); !put) {
        QFile::remove(file.path);
        return refusal(put.error(), request, target);
    }
    ServerReply reply;
    reply.contentType = "application/xml";
    reply.headers = {{"ETag", quoted(QString::fromLatin1(file.digest.md5().toHex().toUpper()))},
        {"x-oss-hash-crc64ecma", QByteArray::number(file.digest.crc64())}};
    return reply;
}

ServerReply OssMultipart::complete(const ServerRequest &request, const OssTarget &target)
{
    const auto upload = uploadOf(request, target);
    if (!upload)
        return refusal(upload.error(), request, target);
    QList<UploadPart> parts = m_uploads.parts(*upload);
    if (request.header(QLatin1String("x-oss-complete-all")) != QLatin1String("yes")) {
        const std::optional<QByteArray> body = request.body(largestPartList);
        const auto wanted = body ? partList(*body) : std::nullopt;
        if (!wanted)
            return ossError(
                400, QStringLiteral("MalformedXML"), QStringLiteral("The XML you provided was not well-formed or did not validate."));
        auto found = chosen(*wanted, parts);
        if (ServerReply *refused = std::get_if<ServerReply>(&found))
            return *refused;
        parts = std::get<QList<UploadPart>>(found);
    }
    if (parts.isEmpty() || std::any_of(parts.begin(), parts.end() - 1, [](const UploadPart &part) { return part.size < smallestPart; }))
        return ossError(400, QStringLiteral("EntityTooSmall"),
            QStringLiteral("Your proposed upload is smaller than the minimum allowed size."),
            {{QStringLiteral("MinSizeAllowed"), QString::number(smallestPart)}});
    const Result<ObjectInfo> made = m_uploads.complete(*upload, parts);
    if (!made)
        return refusal(made.error(), request, target);
    XmlText xml(QStringLiteral("CompleteMultipartUploadResult"));
    xml.add("Location", QStringLiteral("http://%1/%2").arg(request.header(QLatin1String("host")), target.key));
    xml.add("Bucket", target.bucket).add("Key", target.key).add("ETag", QString::fromLatin1(quoted(made->etag)));
    ServerReply reply = xml.reply();
    reply.headers = {{"x-oss-hash-crc64ecma", QByteArray::number(made->crc64)}};
    return reply;
}

ServerReply OssMultipart::abort(const ServerRequest &request, const OssTarget &target)
{
    const auto upload = uploadOf(request, target);
    if (!upload)
        return refusal(upload.error(), request, target);
    m_uploads.abort(*upload);
    ServerReply reply;
    reply.status = 204;
    return reply;
}

ServerReply OssMultipart::listParts(const ServerRequest &request, const OssTarget &target) const
{
    const auto upload = uploadOf(request, target);
    if (!upload)
        return refusal(upload.error(), request, target);
    const QString maxText = request.queryValue(QLatin1String("max-parts"));
    const int most = maxText.isEmpty() ? 1000 : std::clamp(maxText.toInt(), 1, 1000);
    const int marker = request.queryValue(QLatin1String("part-number-marker")).toInt();
    XmlText xml(QStringLiteral("ListPartsResult"));
    xml.add("Bucket", target.bucket).add("Key", target.key).add("UploadId", upload->id);
    xml.add("MaxParts", QString::number(most)).add("PartNumberMarker", QString::number(marker));
    int shown = 0;
    int last = marker;
    bool more = false;
    const QList<UploadPart> parts = m_uploads.parts(*upload);
    for (const UploadPart &part : parts) {
        if (part.number <= marker)
            continue;
        more = shown == most;
        if (more)
            break;
        xml.open("Part").add("PartNumber", QString::number(part.number)).add("LastModified", ossTime(part.modified));
        xml.add("ETag", QString::fromLatin1(quoted(part.etag))).add("Size", QString::number(part.size)).close();
        last = part.number;
        ++shown;
    }
    xml.add("IsTruncated", more ? QStringLiteral("true") : QStringLiteral("false")).add("NextPartNumberMarker", QString::number(last));
    return xml.reply();
}

ServerReply OssMultipart::listUploads(const OssTarget &target) const
{
    XmlText xml(QStringLiteral("ListMultipartUploadsResult"));
    xml.add("Bucket", target.bucket).add("MaxUploads", QStringLiteral("1000")).add("IsTruncated", QStringLiteral("false"));
    const QList<MultipartUploads::Upload> uploads = m_uploads.uploads(target.bucket);
    for (const MultipartUploads::Upload &upload : uploads)
        xml.open("Upload").add("Key", upload.key).add("UploadId", upload.id).add("Initiated", ossTime(upload.created)).close();
    return xml.reply();
}

}
