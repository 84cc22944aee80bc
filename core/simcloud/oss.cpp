#include "core/simcloud/oss.h"

#include "core/base/ids.h"
#include "core/base/log.h"
#include "core/simcloud/ossbuckets.h"
#include "core/simcloud/ossobjects.h"

#include <algorithm>
#include <array>

namespace edgelift {

namespace {

const QString defaultRegion = QStringLiteral("cn-hangzhou"); // OSS's own, for a V1 signed PutBucket at a bare address

ServerReply notImplemented()
{
    return ossError(400, QStringLiteral("NotImplemented"),
        QStringLiteral("A header or query you provided requires functionality that is not implemented."));
}

ServerReply elsewhere(const Bucket &bucket)
{
    return ossError(403, QStringLiteral("AccessDenied"),
        QStringLiteral("The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future "
                       "requests to this endpoint."),
        {{QStringLiteral("BucketName"), bucket.name}, {QStringLiteral("Endpoint"), publicEndpoint(bucket.region)}});
}

/// Every reply carries its request id, errors also in their text.
void sign(ServerReply &reply, const ServerRequest &request, const QString &requestId)
{
    reply.headers.append({"x-oss-request-id", requestId.toLatin1()});
    reply.headers.append({QByteArrayLiteral("Server"), QByteArrayLiteral("AliyunOSS")});
    if (reply.status >= 400) {
        const QByteArray ids = "<RequestId>" + requestId.toLatin1() + "</RequestId><HostId>"
            + request.header(QLatin1String("host")).toHtmlEscaped().toUtf8() + "</HostId></Error>";
        reply.body.replace("</Error>", ids);
    }
}

}

ObjectStorage::ObjectStorage(const QString &dataDir, ObjectStore &objects, const AccessKeyStore &keys, const Clock &clock)
    : m_objects(objects)
    , m_keys(keys)
    , m_clock(clock)
    , m_uploads(dataDir, objects, clock)
    , m_multipart(objects, m_uploads)
{
}

ServerReply ObjectStorage::answer(const ServerRequest &request)
{
    const OssTarget target = ossTarget(request);
    const QString requestId = QString::fromLatin1(randomBytes(12).toHex().toUpper());
    ServerReply reply = routed(request, target);
    sign(reply, request, requestId);
    log::info("oss", QString::fromLatin1(request.method),
        {{QStringLiteral("bucket"), target.bucket}, {QStringLiteral("key"), target.key}, {QStringLiteral("status"), reply.status},
            {QStringLiteral("requestId"), requestId}});
    return reply;
}

ServerReply ObjectStorage::routed(const ServerRequest &request, const OssTarget &target)
{
    const auto who = authenticateOss(request, target, m_keys, m_clock.now());
    if (const ServerReply *refusal = std::get_if<ServerReply>(&who))
        return *refusal;
    if (target.bucket.isEmpty())
        return request.method == "GET" ? listBuckets(m_objects, request) : notImplemented();
    const std::optional<Bucket> bucket = m_objects.bucket(target.bucket);
    if (!bucket)
        return withoutBucket(request, target);
    const QString region = target.hostRegion.isEmpty() ? signedRegion(request, target) : target.hostRegion;
    if (!region.isEmpty() && region != bucket->region)
        return elsewhere(*bucket);
    return target.key.isEmpty() ? onBucket(request, target, *bucket) : onObject(request, target);
}

ServerReply ObjectStorage::withoutBucket(const ServerRequest &request, const OssTarget &target)
{
    if (request.method != "PUT" || !target.key.isEmpty() || !request.query.isEmpty())
        return ossError(404, QStringLiteral("NoSuchBucket"), QStringLiteral("The specified bucket does not exist."),
            {{QStringLiteral("BucketName"), target.bucket}});
    const QString region = target.hostRegion.isEmpty() ? signedRegion(request, target) : target.hostRegion;
    return putBucket(m_objects, target, region.isEmpty() ? defaultRegion : region, m_clock.now());
}

ServerReply ObjectStorage::onBucket(const ServerRequest &request, const OssTarget &target, const Bucket &bucket)
{
    const auto asks = [&request](const char *name) { return request.hasQuery(QLatin1String(name)); };
    if (request.method == "GET") {
        if (asks("bucketInfo"))
            return bucketInfo(bucket);
        if (asks("location"))
            return bucketLocation(bucket);
        if (asks("uploads"))
            return m_multipart.listUploads(target);
        static constexpr std::array others{"acl", "cors", "encryption", "lifecycle", "logging", "policy", "referer", "stat", "tagging",
            "versioning", "versions", "website"};
        if (std::any_of(others.begin(), others.end(), asks))
            return notImplemented();
        return listObjects(m_objects, request, bucket);
    }
    if (request.method == "PUT" && asks("encryption"))
        return setEncryption(m_objects, bucket, true);
    if (request.method == "DELETE" && asks("encryption"))
        return setEncryption(m_objects, bucket, false);
    if (request.method == "PUT" && request.query.isEmpty())
        return putBucket(m_objects, target, bucket.region, m_clock.now());
    if (request.method == "POST" && asks("delete"))
        return deleteObjects(m_objects, request, target);
    return notImplemented();
}

ServerReply ObjectStorage::onObject(const ServerRequest &request, const OssTarget &target)
{
    const auto asks = [&request](const char *name) { return request.hasQuery(QLatin1String(name)); };
    const QByteArray &method = request.method;
    if (asks("uploads") && method == "POST")
        return m_multipart.initiate(request, target);
    if (asks("uploadId")) {
        if (method == "PUT")
            return m_multipart.uploadPart(request, target);
        if (method == "POST")
            return m_multipart.complete(request, target);
        if (method == "DELETE")
            return m_multipart.abort(request, target);
        return m_multipart.listParts(request, target);
    }
    const bool copies = !request.header(QLatin1String("x-oss-copy-source")).isEmpty();
    if (method == "PUT" && !copies)
        return putObject(m_objects, request, target);
    if (method == "GET" || method == "HEAD")
        return getObject(m_objects, request, target);
    if (method == "DELETE")
        return deleteObject(m_objects, target);
    return notImplemented();
}

}
