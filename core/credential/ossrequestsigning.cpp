#include "core/credential/hashing.h"
#include "core/credential/requestsigning.h"

#include <QMap>
#include <QSet>

namespace edgelift::signing {

namespace {

constexpr QLatin1String ossPrefix("x-oss-");
constexpr QLatin1String product("oss");
constexpr QLatin1String terminator("aliyun_v4_request");

QMap<QString, QString> lowered(const Pairs &headers)
{
    QMap<QString, QString> out;
    for (const auto &[name, value] : headers)
        out.insert(name.toLower(), value.trimmed());
    return out;
}

bool isSignedByDefault(const QString &header)
{
    return header == QLatin1String("content-type") || header == QLatin1String("content-md5") || header.startsWith(ossPrefix);
}

QStringList sortedAdditional(const QStringList &names)
{
    QStringList out;
    for (const QString &name : names)
        if (const QString lower = name.toLower(); !isSignedByDefault(lower) && !out.contains(lower))
            out.append(lower);
    out.sort();
    return out;
}

/// Query names that V1 signs; the others (prefix, marker, max-keys, …) are not covered by the signature.
const QSet<QString> &subResources()
{
    static const char *const names[] = {"acl", "append", "bucketInfo", "callback", "callback-var", "cloudboxes", "cname",
        "continuation-token", "cors", "delete", "encryption", "lifecycle", "location", "logging", "objectMeta", "partNumber", "policy",
        "position", "qos", "referer", "regionList", "replication", "requestPayment", "resourceGroup", "response-cache-control",
        "response-content-disposition", "response-content-encoding", "response-content-language", "response-content-type",
        "response-expires", "restore", "security-token", "sequential", "stat", "symlink", "tagging", "uploadId", "uploads", "versionId",
        "versioning", "versions", "website"};
    static const QSet<QString> set = [] {
        QSet<QString> made;
        for (const char *name : names)
            made.insert(QString::fromLatin1(name));
        return made;
    }();
    return set;
}

QString resourcePath(const OssRequest &request)
{
    return request.bucket.isEmpty() ? QStringLiteral("/") : QLatin1Char('/') + request.bucket + QLatin1Char('/') + request.key;
}

/// Decoded text, unlike V4: the key and the values go in as they are.
QString v1Resource(const OssRequest &request)
{
    QMap<QString, QString> kept;
    for (const auto &[name, value] : request.query)
        if (subResources().contains(name) || name.startsWith(ossPrefix))
            kept.insert(name, value);
    QStringList parts;
    for (auto it = kept.cbegin(); it != kept.cend(); ++it)
        parts.append(it.value().isEmpty() ? it.key() : it.key() + QLatin1Char('=') + it.value());
    const QString path = resourcePath(request);
    return parts.isEmpty() ? path : path + QLatin1Char('?') + parts.join(QLatin1Char('&'));
}

QString queryValue(const OssRequest &request, QLatin1String wanted)
{
    for (const auto &[name, value] : request.query)
        if (name == wanted)
            return value;
    return {};
}

}

QByteArray ossV4Scope(const QString &date, const QString &region)
{
    return QStringLiteral("%1/%2/%3/%4").arg(date.left(8), region, product, terminator).toUtf8();
}

QByteArray ossV4CanonicalRequest(const OssRequest &request, const QStringList &additionalHeaders)
{
    const QMap<QString, QString> headers = lowered(request.headers);
    const QStringList additional = sortedAdditional(additionalHeaders);
    QByteArray block;
    for (auto it = headers.cbegin(); it != headers.cend(); ++it)
        if (isSignedByDefault(it.key()) || additional.contains(it.key()))
            block += it.key().toUtf8() + ':' + it.value().toUtf8() + '\n';
    Pairs query = request.query;
    query.removeIf([](const QPair<QString, QString> &pair) { return pair.first == QLatin1String("x-oss-signature"); });
    const QString payload = headers.value(QStringLiteral("x-oss-content-sha256"), QStringLiteral("UNSIGNED-PAYLOAD"));
    return request.method + '\n' + percentEncoded(resourcePath(request), true) + '\n' + canonicalQuery(query, false) + '\n' + block + '\n'
        + additional.join(QLatin1Char(';')).toUtf8() + '\n' + payload.toUtf8();
}

QByteArray ossV4StringToSign(const QByteArray &canonicalRequest, const QString &date, const QString &region)
{
    return "OSS4-HMAC-SHA256\n" + date.toUtf8() + '\n' + ossV4Scope(date, region) + '\n' + hashing::sha256Hex(canonicalRequest);
}

QByteArray ossV4Signature(const OssRequest &request, const Secret &accessKeySecret, const QString &date, const QString &region,
    const QStringList &additionalHeaders)
{
    QByteArray key = hashing::hmacSha256("aliyun_v4" + accessKeySecret.reveal(), date.left(8).toUtf8());
    key = hashing::hmacSha256(key, region.toUtf8());
    key = hashing::hmacSha256(key, QByteArrayView(product.data(), product.size()));
    key = hashing::hmacSha256(key, QByteArrayView(terminator.data(), terminator.size()));
    return hashing::hmacSha256(key, ossV4StringToSign(ossV4CanonicalRequest(request, additionalHeaders), date, region)).toHex();
}

QByteArray ossV4Authorization(
    const OssRequest &request, const Credentials &credentials, const QString &region, const QStringList &additionalHeaders)
{
    const QString date = lowered(request.headers).value(QStringLiteral("x-oss-date"));
    const QStringList additional = sortedAdditional(additionalHeaders);
    QByteArray out = "OSS4-HMAC-SHA256 Credential=" + credentials.accessKeyId.toUtf8() + '/' + ossV4Scope(date, region) + ',';
    if (!additional.isEmpty())
        out += "AdditionalHeaders=" + additional.join(QLatin1Char(';')).toUtf8() + ',';
    return out + "Signature=" + ossV4Signature(request, credentials.accessKeySecret, date, region, additional);
}

QByteArray ossV4PresignSignature(
    const OssRequest &request, const Credentials &credentials, const QString &region, const QStringList &additionalHeaders)
{
    const QString date = queryValue(request, QLatin1String("x-oss-date"));
    return ossV4Signature(request, credentials.accessKeySecret, date, region, additionalHeaders);
}

QByteArray ossV1StringToSign(const OssRequest &request, qint64 expires)
{
    const QMap<QString, QString> headers = lowered(request.headers);
    QString date = headers.value(QStringLiteral("date"));
    QString block;
    for (auto it = headers.cbegin(); it != headers.cend(); ++it)
        if (it.key().startsWith(ossPrefix))
            block += it.key() + QLatin1Char(':') + it.value() + QLatin1Char('\n');
    if (headers.contains(QStringLiteral("x-oss-date"))) // it stands in both places
        date = headers.value(QStringLiteral("x-oss-date"));
    if (expires != 0)
        date = QString::number(expires);
    const QStringList lines{QString::fromLatin1(request.method), headers.value(QStringLiteral("content-md5")),
        headers.value(QStringLiteral("content-type")), date, block + v1Resource(request)};
    return lines.join(QLatin1Char('\n')).toUtf8();
}

QByteArray ossV1Signature(const OssRequest &request, const Secret &accessKeySecret, qint64 expires)
{
    return hashing::hmacSha1(accessKeySecret.reveal(), ossV1StringToSign(request, expires)).toBase64();
}

QByteArray ossV1Authorization(const OssRequest &request, const Credentials &credentials)
{
    return "OSS " + credentials.accessKeyId.toUtf8() + ':' + ossV1Signature(request, credentials.accessKeySecret);
}

QByteArray ossV1PresignSignature(const OssRequest &request, const Credentials &credentials, qint64 expires)
{
    return ossV1Signature(request, credentials.accessKeySecret, expires);
}

}
