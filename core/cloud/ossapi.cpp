#include "core/cloud/ossapi.h"
#include "core/base/log.h"
#include "core/cloud/ossreplies.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>
#include <QLocale>
#include <QTimeZone>

namespace edgelift {

namespace {

constexpr quint64 mostParts = 10000;
constexpr quint64 mebibyte = 1ULL << 20;

/// Base64 of the MD5 of a part of a file; empty when it cannot be read to its end.
QByteArray contentMd5(const QString &path, quint64 offset, quint64 length, const std::stop_token &stop)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered) || !file.seek(qint64(offset)))
        return {};
    QCryptographicHash hash(QCryptographicHash::Md5);
    QByteArray buffer(int(mebibyte), Qt::Uninitialized);
    while (length > 0 && !stop.stop_requested()) {
        const qint64 got = file.read(buffer.data(), qint64(qMin(length, mebibyte)));
        if (got <= 0)
            return {};
        hash.addData(QByteArrayView(buffer.constData(), got));
        length -= quint64(got);
    }
    return hash.result().toBase64();
}

Error unreadable(const QString &file) { return {ErrorCode::FileUnreadable, Retry::AfterUserAction, {file}, {}}; }

/// Parts as small as asked, but not more than the cloud allows; whole mebibytes.
quint64 partSize(Bytes total, const oss::PartSizes &sizes)
{
    const quint64 least = (total.count + mostParts - 1) / mostParts;
    return least <= sizes.part.count ? sizes.part.count : (least + mebibyte - 1) / mebibyte * mebibyte;
}

}

OssApi::OssApi(const CloudAccess &access, Endpoints endpoints, QString region, oss::PartSizes sizes)
    : m_client(access, std::move(endpoints), std::move(region))
    , m_sizes(sizes)
{
}

Result<> OssApi::put(const QString &bucket, const QString &key, const oss::Content &content, const std::stop_token &stop) const
{
    OssCall call{"PUT", QStringLiteral("PutObject"), bucket, key};
    call.contentType = content.type;
    if (content.file.isEmpty()) {
        call.body = content.bytes;
        call.contentMd5 = QCryptographicHash::hash(content.bytes, QCryptographicHash::Md5).toBase64();
    } else {
        const QFileInfo info(content.file);
        const Bytes size{quint64(info.size())};
        if (!info.isFile())
            return unreadable(content.file);
        if (size > m_sizes.single)
            return putInParts(bucket, key, content, size, stop);
        call.bodyFile = content.file;
        call.bodyLength = qint64(size.count);
        call.contentMd5 = contentMd5(content.file, 0, size.count, stop);
        if (call.contentMd5.isEmpty())
            return unreadable(content.file);
    }
    const Result<HttpReply> reply = m_client.expect(call, stop);
    return reply ? ok() : Result<>(reply.error());
}

Result<> OssApi::putInParts(
    const QString &bucket, const QString &key, const oss::Content &content, Bytes size, const std::stop_token &stop) const
{
    OssCall initiate{
        "POST", QStringLiteral("InitiateMultipartUpload"), bucket, key, {{QStringLiteral("uploads"), QString()}}, content.type};
    const Result<HttpReply> reply = m_client.expect(initiate, stop);
    if (!reply)
        return reply.error();
    const QString uploadId = oss::readUploadId(reply->body);
    if (uploadId.isEmpty())
        return unreadableReply(m_client.factsOf(initiate), QStringLiteral("no UploadId"));

    OssCall upload{"POST", QStringLiteral("CompleteMultipartUpload"), bucket, key, {{QStringLiteral("uploadId"), uploadId}}};
    const Result<QByteArray> parts = sendParts(upload, content.file, size, stop);
    const Result<> done = parts ? complete(upload, *parts, size, stop) : Result<>(parts.error());
    if (!done)
        abort(upload);
    return done;
}

Result<QByteArray> OssApi::sendParts(const OssCall &upload, const QString &file, Bytes size, const std::stop_token &stop) const
{
    const quint64 each = partSize(size, m_sizes);
    QList<QByteArray> etags;
    for (quint64 offset = 0; offset < size.count; offset += each) {
        OssCall part{
            "PUT", QStringLiteral("UploadPart"), upload.bucket, upload.key, upload.query, QStringLiteral("application/octet-stream")};
        part.query.append({QStringLiteral("partNumber"), QString::number(etags.size() + 1)});
        part.bodyFile = file;
        part.bodyOffset = qint64(offset);
        part.bodyLength = qint64(qMin(each, size.count - offset));
        part.contentMd5 = contentMd5(file, offset, quint64(part.bodyLength), stop);
        if (part.contentMd5.isEmpty())
            return unreadable(file);
        const Result<HttpReply> reply = m_client.expect(part, stop);
        if (!reply)
            return reply.error();
        const QByteArray etag = reply->header("ETag");
        if (etag.isEmpty())
            return unreadableReply(m_client.factsOf(part), QStringLiteral("no ETag"));
        etags.append(etag);
    }
    return oss::partList(etags);
}

Result<> OssApi::complete(const OssCall &upload, const QByteArray &partList, Bytes size, const std::stop_token &stop) const
{
    OssCall call = upload;
    call.contentType = QStringLiteral("application/xml");
    call.body = partList;
    std::variant<HttpReply, Failure> answer = m_client.send(call, stop);
    const auto *failure = std::get_if<Failure>(&answer);
    if (!failure)
        return ok();
    if (failure->cloudCode == QLatin1String("NoSuchUpload")) { // an attempt without an answer may have completed it
        const Result<oss::Object> there = head(upload.bucket, upload.key, stop);
        if (there && there->size == size)
            return ok();
    }
    return failure->error;
}

/// Parts of a failed upload cost money for ever. Also after a stop, therefore without its token, but not insisting.
void OssApi::abort(const OssCall &upload) const
{
    const std::optional<Failure> failure =
        m_client.tidy({"DELETE", QStringLiteral("AbortMultipartUpload"), upload.bucket, upload.key, upload.query});
    if (failure && failure->error.code != ErrorCode::ResourceMissing)
        log::warning("cloud", QStringLiteral("an upload in parts could not be aborted; its parts stay in the bucket"),
            {{QStringLiteral("bucket"), upload.bucket}, {QStringLiteral("key"), upload.key}});
}

Result<oss::Object> OssApi::head(const QString &bucket, const QString &key, const std::stop_token &stop) const
{
    const Result<HttpReply> reply = m_client.expect({"HEAD", QStringLiteral("HeadObject"), bucket, key}, stop);
    if (!reply)
        return reply.error();
    QDateTime modified =
        QLocale::c().toDateTime(QString::fromLatin1(reply->header("Last-Modified")), QStringLiteral("ddd, dd MMM yyyy HH:mm:ss 'GMT'"));
    modified.setTimeZone(QTimeZone::utc());
    return oss::Object{key, Bytes{reply->header("Content-Length").toULongLong()},
        QString::fromLatin1(reply->header("ETag")).remove(QLatin1Char('"')), modified};
}

Result<> OssApi::remove(const QString &bucket, const QString &key, const std::stop_token &stop) const
{
    const Result<HttpReply> reply = m_client.expect({"DELETE", QStringLiteral("DeleteObject"), bucket, key}, stop);
    return reply || reply.error().code == ErrorCode::ResourceMissing ? ok() : Result<>(reply.error());
}

Result<QList<oss::Object>> OssApi::list(const QString &bucket, const QString &prefix, const std::stop_token &stop) const
{
    QList<oss::Object> out;
    QString token;
    do {
        OssCall call{"GET", QStringLiteral("ListObjectsV2"), bucket, {},
            {{QStringLiteral("list-type"), QStringLiteral("2")}, {QStringLiteral("max-keys"), QStringLiteral("1000")},
                {QStringLiteral("prefix"), prefix}}};
        if (!token.isEmpty())
            call.query.append({QStringLiteral("continuation-token"), token});
        const Result<HttpReply> reply = m_client.expect(call, stop);
        if (!reply)
            return reply.error();
        const std::optional<oss::ObjectPage> page = oss::readObjects(reply->body);
        if (!page || (!page->next.isEmpty() && page->next == token))
            return unreadableReply(m_client.factsOf(call), QStringLiteral("not a list of objects"));
        out += page->objects;
        token = page->next;
    } while (!token.isEmpty());
    return out;
}

Result<oss::Bucket> OssApi::bucketInfo(const QString &bucket, const std::stop_token &stop) const
{
    const OssCall call{"GET", QStringLiteral("GetBucketInfo"), bucket, {}, {{QStringLiteral("bucketInfo"), QString()}}};
    const Result<HttpReply> reply = m_client.expect(call, stop);
    if (!reply)
        return reply.error();
    const std::optional<oss::Bucket> info = oss::readBucketInfo(reply->body);
    if (!info)
        return unreadableReply(m_client.factsOf(call), QStringLiteral("no BucketInfo"));
    return *info;
}

Result<QList<oss::Bucket>> OssApi::listBuckets(const std::stop_token &stop) const
{
    QList<oss::Bucket> out;
    QString marker;
    do {
        OssCall call{"GET", QStringLiteral("ListBuckets"), {}, {}, {{QStringLiteral("max-keys"), QStringLiteral("1000")}}};
        if (!marker.isEmpty())
            call.query.append({QStringLiteral("marker"), marker});
        const Result<HttpReply> reply = m_client.expect(call, stop);
        if (!reply)
            return reply.error();
        const std::optional<oss::BucketPage> page = oss::readBuckets(reply->body);
        if (!page || (!page->next.isEmpty() && page->next == marker))
            return unreadableReply(m_client.factsOf(call), QStringLiteral("not a list of buckets"));
        out += page->buckets;
        marker = page->next;
    } while (!marker.isEmpty());
    return out;
}

Result<QUrl> OssApi::presignedGet(const QString &bucket, const QString &key, std::chrono::seconds valid, const std::stop_token &stop) const
{
    return m_client.presigned(bucket, key, valid, stop);
}

}
