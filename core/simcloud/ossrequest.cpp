#include "core/simcloud/ossrequest.h"

#include "core/credential/hashing.h"
#include "core/credential/requestverification.h"
#include "core/simcloud/ossxml.h"

#include <QRegularExpression>

namespace edgelift {

namespace {

constexpr qint64 windowSeconds = 15 * 60;
using Verified = std::variant<AccessKey, ServerReply>;
using signing::OssClaim;

signing::OssRequest toSign(const ServerRequest &request, const OssTarget &target)
{
    return {request.method, target.bucket, target.key, request.query, request.headers};
}

ServerReply wrongSignature(const signing::OssRequest &request, const OssClaim &claim)
{
    ServerPairs facts{
        {QStringLiteral("OSSAccessKeyId"), claim.accessKeyId}, {QStringLiteral("SignatureProvided"), QString::fromLatin1(claim.signature)}};
    const bool v4 = claim.kind == OssClaim::Kind::V4Header || claim.kind == OssClaim::Kind::V4Url;
    if (v4) {
        const QByteArray canonical = signing::ossV4CanonicalRequest(request, claim.additionalHeaders);
        const QString date = claim.signedAt.toString(QStringLiteral("yyyyMMdd'T'HHmmss'Z'"));
        facts.append({QStringLiteral("StringToSign"), QString::fromUtf8(signing::ossV4StringToSign(canonical, date, claim.region))});
        facts.append({QStringLiteral("CanonicalRequest"), QString::fromUtf8(canonical)});
    } else {
        const qint64 expires = claim.kind == OssClaim::Kind::V1Url ? claim.expires.toSecsSinceEpoch() : 0;
        facts.append({QStringLiteral("StringToSign"), QString::fromUtf8(signing::ossV1StringToSign(request, expires))});
    }
    return ossError(403, QStringLiteral("SignatureDoesNotMatch"),
        QStringLiteral("The request signature we calculated does not match the signature you provided. Check your key and signing method."),
        facts);
}

std::optional<ServerReply> timeProblem(const OssClaim &claim, const QDateTime &now)
{
    if (claim.expires.isValid() && claim.expires <= now)
        return ossError(403, QStringLiteral("AccessDenied"), QStringLiteral("Request has expired."),
            {{QStringLiteral("Expires"), ossTime(claim.expires)}, {QStringLiteral("ServerTime"), ossTime(now)}});
    // An address may be used long after it was signed, but it cannot come from the future.
    const bool skewed = claim.signedAt.isValid()
        && (now.secsTo(claim.signedAt) > windowSeconds || (!claim.expires.isValid() && claim.signedAt.secsTo(now) > windowSeconds));
    if (skewed)
        return ossError(403, QStringLiteral("RequestTimeTooSkewed"),
            QStringLiteral("The difference between the request time and the current time is too large."),
            {{QStringLiteral("MaxAllowedSkewMilliseconds"), QString::number(windowSeconds * 1000)},
                {QStringLiteral("RequestTime"), ossTime(claim.signedAt)}, {QStringLiteral("ServerTime"), ossTime(now)}});
    return std::nullopt;
}

Verified keyOf(const OssClaim &claim, const AccessKeyStore &keys, const QDateTime &now)
{
    const std::optional<AccessKey> key = keys.find(claim.accessKeyId);
    if (!key)
        return ossError(403, QStringLiteral("InvalidAccessKeyId"),
            QStringLiteral("The OSS Access Key Id you provided does not exist in our records."),
            {{QStringLiteral("OSSAccessKeyId"), claim.accessKeyId}});
    if (!hashing::equalInConstantTime(claim.securityToken.toUtf8(), key->credentials.securityToken.toUtf8()))
        return ossError(403, QStringLiteral("InvalidSecurityToken"), QStringLiteral("The security token you provided is invalid."));
    if (key->credentials.expires.isValid() && key->credentials.expires <= now)
        return ossError(403, QStringLiteral("SecurityTokenExpired"), QStringLiteral("The security token you provided has expired."));
    return *key;
}

/// Codes and states of the object store, in OSS's words.
struct Wording
{
    ErrorCode code;
    int status;
    const char *name;
    const char *message;
};
constexpr Wording wordings[] = {
    {ErrorCode::BucketMissing, 404, "NoSuchBucket", "The specified bucket does not exist."},
    {ErrorCode::JobStateWrong, 409, "FileAlreadyExists", "The object you specified already exists and can not be overwritten."},
    {ErrorCode::RequestMalformed, 400, "InvalidObjectName",
        "The length of object name must be from 1 to 1023 and it must not start with / or \\."},
    {ErrorCode::NoSpace, 507, "InsufficientStorage", "There is no space left to store the object."},
};

}

OssTarget ossTarget(const ServerRequest &request)
{
    static const QRegularExpression ossHost(
        QStringLiteral("\\A(?:([a-z0-9][a-z0-9-]{1,61}[a-z0-9])\\.)?oss-([a-z0-9-]+?)(?:-internal)?\\.[a-z.]+\\z"));
    QString host = request.header(QLatin1String("host")).toLower();
    host = host.left(host.indexOf(QLatin1Char(':')) < 0 ? host.size() : host.indexOf(QLatin1Char(':')));
    const QString path = request.path.mid(1);
    if (const QRegularExpressionMatch match = ossHost.match(host); match.hasMatch() && !match.captured(1).isEmpty())
        return {match.captured(1), path, match.captured(2)};
    else if (match.hasMatch() && path.isEmpty())
        return {{}, {}, match.captured(2)};
    const qsizetype slash = path.indexOf(QLatin1Char('/'));
    return {path.left(slash < 0 ? path.size() : slash), slash < 0 ? QString() : path.mid(slash + 1), {}};
}

ServerReply ossError(int status, const QString &code, const QString &message, const ServerPairs &facts)
{
    XmlText xml(QStringLiteral("Error"));
    xml.add("Code", code).add("Message", message);
    for (const auto &[name, value] : facts)
        xml.add(name.toLatin1().constData(), value);
    return xml.reply(status);
}

ServerReply ossError(const Error &error, const OssTarget &target)
{
    for (const Wording &wording : wordings) {
        if (wording.code == error.code)
            return ossError(wording.status, QLatin1String(wording.name), QLatin1String(wording.message),
                {{QStringLiteral("BucketName"), target.bucket}, {QStringLiteral("Key"), target.key}});
    }
    return ossError(500, QStringLiteral("InternalError"), QStringLiteral("We encountered an internal error. Please try again."));
}

Verified authenticateOss(const ServerRequest &request, const OssTarget &target, const AccessKeyStore &keys, const QDateTime &now)
{
    const signing::OssRequest asSigned = toSign(request, target);
    const auto claim = signing::parseOssClaim(asSigned);
    if (!claim)
        return ossError(400, QStringLiteral("InvalidArgument"), claim.error().args.join(QLatin1Char(' ')));
    if (!claim->has_value())
        return ossError(
            403, QStringLiteral("AccessDenied"), QStringLiteral("You have no right to access this object because of bucket acl."));
    Verified who = keyOf(**claim, keys, now);
    if (!std::holds_alternative<AccessKey>(who))
        return who;
    if (signing::verify(asSigned, **claim, std::get<AccessKey>(who).credentials.accessKeySecret) != signing::Verdict::Valid)
        return wrongSignature(asSigned, **claim);
    if (std::optional<ServerReply> problem = timeProblem(**claim, now))
        return *problem;
    return who;
}

QString signedRegion(const ServerRequest &request, const OssTarget &target)
{
    const auto claim = signing::parseOssClaim(toSign(request, target));
    return claim && claim->has_value() ? (*claim)->region : QString();
}

}
