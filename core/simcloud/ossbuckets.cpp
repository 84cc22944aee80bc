#include "core/simcloud/ossbuckets.h"

#include "core/credential/requestsigning.h"
#include "core/simcloud/ossxml.h"
#include "core/simcloud/simaccount.h"

namespace edgelift {

namespace {

constexpr int page = 1000;

QString location(const Bucket &bucket) { return QLatin1String("oss-") + bucket.region; }

QString internalEndpoint(const QString &region) { return QStringLiteral("oss-%1-internal.aliyuncs.com").arg(region); }

void addOwner(XmlText &xml) { xml.open("Owner").add("ID", simulatedAccount).add("DisplayName", simulatedAccount).close(); }

void addBucket(XmlText &xml, const Bucket &bucket)
{
    xml.add("CreationDate", ossTime(bucket.created))
        .add("ExtranetEndpoint", publicEndpoint(bucket.region))
        .add("IntranetEndpoint", internalEndpoint(bucket.region))
        .add("Location", location(bucket))
        .add("Name", bucket.name)
        .add("Region", bucket.region)
        .add("StorageClass", QStringLiteral("Standard"));
}

ServerReply invalid(const QString &name, const QString &value)
{
    return ossError(400, QStringLiteral("InvalidArgument"), QStringLiteral("Argument is invalid."),
        {{QStringLiteral("ArgumentName"), name}, {QStringLiteral("ArgumentValue"), value}});
}

/// max-keys, 100 when it is not given; nothing when it is not in 1…1000.
std::optional<int> limitOf(const ServerRequest &request)
{
    const QString text = request.queryValue(QLatin1String("max-keys"));
    bool number = false;
    const int limit = text.toInt(&number);
    if (text.isEmpty())
        return 100;
    return number && limit >= 1 && limit <= page ? std::optional(limit) : std::nullopt;
}

/// One page of a listing: objects, and what stands for all keys up to the next delimiter.
struct Listing
{
    QList<ObjectInfo> objects;
    QStringList prefixes;
    QString last; ///< the key or prefix the next page comes after
    bool more = false;
};

struct Question
{
    QString prefix;
    QString delimiter;
    QString after;
    int limit = 100;
};

Listing find(const ObjectStore &objects, const QString &bucket, const Question &question)
{
    Listing listing;
    QString after = question.after;
    for (;;) {
        const QList<ObjectInfo> found = objects.list(bucket, question.prefix, after, page);
        for (const ObjectInfo &info : found) {
            after = info.key;
            const qsizetype cut = question.delimiter.isEmpty() ? -1 : info.key.indexOf(question.delimiter, question.prefix.size());
            const QString group = cut < 0 ? QString() : info.key.left(cut + question.delimiter.size());
            if (!group.isEmpty() && (group == question.after || listing.prefixes.contains(group)))
                continue; // already told
            if (listing.objects.size() + listing.prefixes.size() == question.limit) {
                listing.more = true;
                return listing;
            }
            if (group.isEmpty())
                listing.objects.append(info);
            else
                listing.prefixes.append(group);
            listing.last = group.isEmpty() ? info.key : group;
        }
        if (found.size() < page)
            return listing;
    }
}

void addListing(XmlText &xml, const Listing &listing, const std::function<QString(const QString &)> &shown, bool owner)
{
    for (const ObjectInfo &info : listing.objects) {
        xml.open("Contents")
            .add("Key", shown(info.key))
            .add("LastModified", ossTime(info.modified))
            .add("ETag", QLatin1Char('"') + info.etag + QLatin1Char('"'))
            .add("Type", info.multipart ? QStringLiteral("Multipart") : QStringLiteral("Normal"))
            .add("Size", QString::number(info.size))
            .add("StorageClass", QStringLiteral("Standard"));
        if (owner)
            addOwner(xml);
        xml.close();
    }
    for (const QString &prefix : listing.prefixes)
        xml.open("CommonPrefixes").add("Prefix", shown(prefix)).close();
}

}

QString publicEndpoint(const QString &region) { return QStringLiteral("oss-%1.aliyuncs.com").arg(region); }

ServerReply listBuckets(const ObjectStore &objects, const ServerRequest &request)
{
    const std::optional<int> limit = limitOf(request);
    if (!limit)
        return invalid(QStringLiteral("max-keys"), request.queryValue(QLatin1String("max-keys")));
    const QString prefix = request.queryValue(QLatin1String("prefix"));
    const QString marker = request.queryValue(QLatin1String("marker"));
    QList<Bucket> found;
    const QList<Bucket> all = objects.buckets();
    for (const Bucket &bucket : all) {
        if (bucket.name.startsWith(prefix) && bucket.name > marker)
            found.append(bucket);
    }
    const bool more = found.size() > *limit;
    found = found.first(std::min<qsizetype>(found.size(), *limit));
    XmlText xml(QStringLiteral("ListAllMyBucketsResult"));
    addOwner(xml);
    xml.add("Prefix", prefix).add("Marker", marker).add("MaxKeys", QString::number(*limit));
    xml.add("IsTruncated", more ? QStringLiteral("true") : QStringLiteral("false"));
    if (more)
        xml.add("NextMarker", found.last().name);
    xml.open("Buckets");
    for (const Bucket &bucket : std::as_const(found)) {
        xml.open("Bucket");
        addBucket(xml, bucket);
        xml.close();
    }
    return xml.close().reply();
}

ServerReply bucketInfo(const Bucket &bucket)
{
    XmlText xml(QStringLiteral("BucketInfo"));
    xml.open("Bucket");
    addBucket(xml, bucket);
    addOwner(xml);
    xml.open("AccessControlList").add("Grant", QStringLiteral("private")).close();
    xml.add("DataRedundancyType", QStringLiteral("LRS")).add("TransferAcceleration", QStringLiteral("Disabled"));
    xml.add("CrossRegionReplication", QStringLiteral("Disabled"));
    xml.open("ServerSideEncryptionRule").add("SSEAlgorithm", bucket.encrypted ? QStringLiteral("AES256") : QStringLiteral("None")).close();
    return xml.close().reply();
}

ServerReply bucketLocation(const Bucket &bucket)
{
    ServerReply reply;
    reply.contentType = "application/xml";
    reply.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><LocationConstraint>" + location(bucket).toLatin1() + "</LocationConstraint>";
    return reply;
}

ServerReply putBucket(ObjectStore &objects, const OssTarget &target, const QString &region, const QDateTime &now)
{
    if (!ObjectStore::validBucketName(target.bucket))
        return ossError(400, QStringLiteral("InvalidBucketName"), QStringLiteral("The specified bucket is not valid."),
            {{QStringLiteral("BucketName"), target.bucket}});
    if (!objects.bucket(target.bucket)) {
        if (const Result<> made = objects.putBucket({target.bucket, region, now, false}); !made)
            return ossError(made.error(), target);
    }
    ServerReply reply;
    reply.contentType = "application/xml";
    reply.headers.append({"Location", '/' + target.bucket.toLatin1()});
    return reply;
}

ServerReply setEncryption(ObjectStore &objects, Bucket bucket, bool encrypted)
{
    bucket.encrypted = encrypted;
    if (const Result<> changed = objects.putBucket(bucket); !changed)
        return ossError(changed.error(), {bucket.name, {}, {}});
    ServerReply reply;
    reply.contentType = "application/xml";
    reply.status = encrypted ? 200 : 204;
    return reply;
}

ServerReply listObjects(const ObjectStore &objects, const ServerRequest &request, const Bucket &bucket)
{
    const bool second = request.queryValue(QLatin1String("list-type")) == QLatin1String("2");
    const std::optional<int> limit = limitOf(request);
    if (!limit)
        return invalid(QStringLiteral("max-keys"), request.queryValue(QLatin1String("max-keys")));
    const QString token = request.queryValue(QLatin1String("continuation-token"));
    const QByteArray::FromBase64Result decoded = QByteArray::fromBase64Encoding(token.toLatin1(), QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded)
        return invalid(QStringLiteral("continuation-token"), token);
    const QString start = request.queryValue(second ? QLatin1String("start-after") : QLatin1String("marker"));
    const Question question{request.queryValue(QLatin1String("prefix")), request.queryValue(QLatin1String("delimiter")),
        token.isEmpty() ? start : QString::fromUtf8(decoded.decoded), *limit};
    const Listing listing = find(objects, bucket.name, question);
    const bool encode = request.queryValue(QLatin1String("encoding-type")) == QLatin1String("url");
    const auto shown = [encode](const QString &text) { return encode ? QString::fromLatin1(signing::percentEncoded(text)) : text; };
    XmlText xml(QStringLiteral("ListBucketResult"));
    xml.add("Name", bucket.name).add("Prefix", shown(question.prefix)).add("MaxKeys", QString::number(*limit));
    if (!question.delimiter.isEmpty())
        xml.add("Delimiter", shown(question.delimiter));
    if (encode)
        xml.add("EncodingType", QStringLiteral("url"));
    xml.add("IsTruncated", listing.more ? QStringLiteral("true") : QStringLiteral("false"));
    if (second)
        xml.add("StartAfter", shown(start)).add("KeyCount", QString::number(listing.objects.size() + listing.prefixes.size()));
    else
        xml.add("Marker", shown(start));
    if (listing.more && second)
        xml.add("NextContinuationToken", QString::fromLatin1(listing.last.toUtf8().toBase64()));
    else if (listing.more)
        xml.add("NextMarker", shown(listing.last));
    const bool owner = !second || request.queryValue(QLatin1String("fetch-owner")) == QLatin1String("true");
    addListing(xml, listing, shown, owner);
    return xml.reply();
}

}
