#include "core/credential/requestverification.h"
#include "core/credential/hashing.h"

#include <QHash>
#include <QTimeZone>

namespace edgelift::signing {

namespace {

Error malformed(const QString &why) { return {ErrorCode::RequestMalformed, Retry::Never, {why}, {}}; }

/// "a=1,b=2" by name; a name given twice is malformed, so nobody can hide a second signature.
Result<QHash<QByteArray, QByteArray>> fields(const QByteArray &text)
{
    QHash<QByteArray, QByteArray> out;
    for (const QByteArray &part : text.split(',')) {
        const qsizetype equals = part.indexOf('=');
        const QByteArray name = part.left(equals).trimmed();
        if (equals <= 0 || out.contains(name))
            return malformed(QStringLiteral("The Authorization header is not well formed."));
        out.insert(name, part.mid(equals + 1).trimmed());
    }
    return out;
}

std::optional<QString> value(const Pairs &pairs, QLatin1String wanted)
{
    for (const auto &[name, text] : pairs)
        if (name.compare(wanted, Qt::CaseInsensitive) == 0)
            return text;
    return std::nullopt;
}

std::optional<QString> queryValue(const Pairs &pairs, QLatin1String wanted)
{
    for (const auto &[name, text] : pairs)
        if (name == wanted)
            return text;
    return std::nullopt;
}

QDateTime v4Date(const QString &text)
{
    QDateTime out = QDateTime::fromString(text, QStringLiteral("yyyyMMdd'T'HHmmss'Z'"));
    out.setTimeZone(QTimeZone::utc());
    return out;
}

QDateTime v1Date(const QString &text)
{
    QDateTime out = QLocale::c().toDateTime(text, QStringLiteral("ddd, dd MMM yyyy HH:mm:ss 'GMT'"));
    out.setTimeZone(QTimeZone::utc());
    return out;
}

QString v4Text(const QDateTime &time) { return time.toString(QStringLiteral("yyyyMMdd'T'HHmmss'Z'")); }

Verdict verdict(QByteArrayView given, QByteArrayView computed)
{
    return hashing::equalInConstantTime(given, computed) ? Verdict::Valid : Verdict::Wrong;
}

/// "<id>/20250601/cn-beijing/oss/aliyun_v4_request" into `claim`; the day must be the signature's.
bool readCredential(const QString &text, OssClaim &claim)
{
    const QStringList parts = text.split(QLatin1Char('/'));
    if (parts.size() != 5 || parts.at(0).isEmpty() || parts.at(2).isEmpty() || !claim.signedAt.isValid())
        return false;
    claim.accessKeyId = parts.at(0);
    claim.region = parts.at(2);
    return text == claim.accessKeyId + QLatin1Char('/') + QString::fromUtf8(ossV4Scope(v4Text(claim.signedAt), claim.region));
}

QStringList names(const QString &text) { return text.isEmpty() ? QStringList() : text.split(QLatin1Char(';')); }

Result<std::optional<OssClaim>> readV4Header(const OssRequest &request, const QByteArray &text)
{
    const auto parts = fields(text);
    if (!parts)
        return parts.error();
    OssClaim claim;
    claim.kind = OssClaim::Kind::V4Header;
    claim.signedAt = v4Date(value(request.headers, QLatin1String("x-oss-date")).value_or(QString()));
    claim.additionalHeaders = names(QString::fromUtf8(parts->value("AdditionalHeaders")));
    claim.signature = parts->value("Signature");
    claim.securityToken = value(request.headers, QLatin1String("x-oss-security-token")).value_or(QString());
    if (!readCredential(QString::fromUtf8(parts->value("Credential")), claim) || claim.signature.isEmpty())
        return malformed(QStringLiteral("The Authorization header or x-oss-date is not well formed."));
    return std::optional(claim);
}

Result<std::optional<OssClaim>> readV1Header(const OssRequest &request, const QByteArray &text)
{
    const qsizetype colon = text.lastIndexOf(':');
    OssClaim claim;
    claim.kind = OssClaim::Kind::V1Header;
    claim.accessKeyId = QString::fromUtf8(text.left(colon));
    claim.signature = text.mid(colon + 1);
    const auto ossDate = value(request.headers, QLatin1String("x-oss-date"));
    claim.signedAt = v1Date(ossDate ? *ossDate : value(request.headers, QLatin1String("date")).value_or(QString()));
    claim.securityToken = value(request.headers, QLatin1String("x-oss-security-token")).value_or(QString());
    if (colon <= 0 || claim.signature.isEmpty() || !claim.signedAt.isValid())
        return malformed(QStringLiteral("The Authorization header or the date is not well formed."));
    return std::optional(claim);
}

Result<std::optional<OssClaim>> readV4Url(const OssRequest &request)
{
    const auto text = [&request](QLatin1String name) { return queryValue(request.query, name).value_or(QString()); };
    OssClaim claim;
    claim.kind = OssClaim::Kind::V4Url;
    claim.signedAt = v4Date(text(QLatin1String("x-oss-date")));
    claim.additionalHeaders = names(text(QLatin1String("x-oss-additional-headers")));
    claim.signature = text(QLatin1String("x-oss-signature")).toUtf8();
    claim.securityToken = text(QLatin1String("x-oss-security-token"));
    bool number = false;
    const qint64 seconds = text(QLatin1String("x-oss-expires")).toLongLong(&number);
    if (!number || seconds < 1 || seconds > 604800 || !readCredential(text(QLatin1String("x-oss-credential")), claim))
        return malformed(QStringLiteral("The signed address is not well formed."));
    claim.expires = claim.signedAt.addSecs(seconds);
    return std::optional(claim);
}

Result<std::optional<OssClaim>> readV1Url(const OssRequest &request)
{
    OssClaim claim;
    claim.kind = OssClaim::Kind::V1Url;
    claim.accessKeyId = queryValue(request.query, QLatin1String("OSSAccessKeyId")).value_or(QString());
    claim.signature = queryValue(request.query, QLatin1String("Signature")).value_or(QString()).toUtf8();
    claim.securityToken = queryValue(request.query, QLatin1String("security-token")).value_or(QString());
    bool number = false;
    const qint64 seconds = queryValue(request.query, QLatin1String("Expires")).value_or(QString()).toLongLong(&number);
    if (!number || seconds <= 0 || claim.accessKeyId.isEmpty())
        return malformed(QStringLiteral("The signed address is not well formed."));
    claim.expires = QDateTime::fromSecsSinceEpoch(seconds, Qt::UTC);
    return std::optional(claim);
}

}

Result<AcsClaim> parseAcsAuthorization(const QByteArray &header)
{
    constexpr QByteArrayView scheme("ACS3-HMAC-SHA256 ");
    if (!header.startsWith(scheme))
        return malformed(QStringLiteral("The Authorization header does not begin with ACS3-HMAC-SHA256."));
    const auto parts = fields(header.mid(scheme.size()));
    if (!parts)
        return parts.error();
    AcsClaim claim{
        QString::fromUtf8(parts->value("Credential")), names(QString::fromUtf8(parts->value("SignedHeaders"))), parts->value("Signature")};
    if (claim.accessKeyId.isEmpty() || claim.signature.isEmpty())
        return malformed(QStringLiteral("The Authorization header lacks Credential or Signature."));
    return claim;
}

Verdict verify(const AcsRequest &request, const AcsClaim &claim, const Secret &accessKeySecret)
{
    for (const auto &[name, text] : request.headers) {
        const QString lower = name.toLower();
        const bool needed = lower == QLatin1String("host") || lower.startsWith(QLatin1String("x-acs-"));
        if (needed && !claim.signedHeaders.contains(lower))
            return Verdict::Incomplete; // else anybody on the way could change the action
    }
    const auto payload = value(request.headers, QLatin1String("x-acs-content-sha256"));
    if (payload && payload->toUtf8() != request.payloadSha256)
        return Verdict::Incomplete;
    return verdict(claim.signature, acsSignature(request, claim.signedHeaders, accessKeySecret));
}

Verdict verifyRpc(const QByteArray &method, const Pairs &parameters, const Secret &accessKeySecret)
{
    const auto given = queryValue(parameters, QLatin1String("Signature"));
    return given ? verdict(given->toUtf8(), rpcSignature(method, parameters, accessKeySecret)) : Verdict::Incomplete;
}

Result<std::optional<OssClaim>> parseOssClaim(const OssRequest &request)
{
    if (const auto header = value(request.headers, QLatin1String("authorization"))) {
        const QByteArray text = header->toUtf8();
        if (constexpr QByteArrayView v4("OSS4-HMAC-SHA256 "); text.startsWith(v4))
            return readV4Header(request, text.mid(v4.size()));
        if (constexpr QByteArrayView v1("OSS "); text.startsWith(v1))
            return readV1Header(request, text.mid(v1.size()));
        return malformed(QStringLiteral("The Authorization header is of an unknown kind."));
    }
    if (queryValue(request.query, QLatin1String("x-oss-signature")))
        return readV4Url(request);
    if (queryValue(request.query, QLatin1String("Signature")))
        return readV1Url(request);
    return std::optional<OssClaim>();
}

Verdict verify(const OssRequest &request, const OssClaim &claim, const Secret &accessKeySecret)
{
    switch (claim.kind) {
    case OssClaim::Kind::V1Header:
        return verdict(claim.signature, ossV1Signature(request, accessKeySecret));
    case OssClaim::Kind::V1Url:
        return verdict(claim.signature, ossV1Signature(request, accessKeySecret, claim.expires.toSecsSinceEpoch()));
    case OssClaim::Kind::V4Header:
    case OssClaim::Kind::V4Url:
        break;
    }
    return verdict(
        claim.signature, ossV4Signature(request, accessKeySecret, v4Text(claim.signedAt), claim.region, claim.additionalHeaders));
}

}
