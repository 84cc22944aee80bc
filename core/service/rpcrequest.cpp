#include "core/service/rpcrequest.h"

#include "core/credential/hashing.h"
#include "core/credential/requestverification.h"

#include <QTimeZone>
#include <QUrlQuery>
#include <algorithm>
#include <array>

namespace edgelift {

namespace {

using Verified = std::variant<AccessKey, ActionReply>;

constexpr std::array commonParameters{"Action", "Version", "Format", "AccessKeyId", "SignatureMethod", "SignatureVersion", "SignatureNonce",
    "SignatureType", "Timestamp", "SecurityToken", "Signature"};

bool isCommon(const QString &name)
{
    return std::any_of(commonParameters.begin(), commonParameters.end(), [&](const char *known) { return name == QLatin1String(known); });
}

bool isForm(const ServerRequest &exchange)
{
    return exchange.header(QLatin1String("content-type")).startsWith(QLatin1String("application/x-www-form-urlencoded"));
}

ServerPairs formPairs(const QByteArray &body)
{
    ServerPairs pairs;
    const QList<QByteArray> parts = body.split('&');
    for (QByteArray part : parts) {
        if (part.isEmpty())
            continue;
        part.replace('+', ' ');
        const qsizetype equals = part.indexOf('=');
        const auto text = [](const QByteArray &encoded) { return QString::fromUtf8(QByteArray::fromPercentEncoding(encoded)); };
        pairs.append({text(equals < 0 ? part : part.first(equals)), equals < 0 ? QString() : text(part.sliced(equals + 1))});
    }
    return pairs;
}

QDateTime utcTime(const QString &text)
{
    QDateTime time = QDateTime::fromString(text, QStringLiteral("yyyy-MM-dd'T'HH:mm:ss'Z'"));
    time.setTimeZone(QTimeZone::utc());
    return time;
}

ActionReply badSignature(const QString &stringToSign)
{
    return ActionReply::refuse(400, QStringLiteral("SignatureDoesNotMatch"),
        QLatin1String("Specified signature is not matched with our calculation. server string to sign is:") + stringToSign);
}

ActionReply incomplete(const QString &why)
{
    return ActionReply::refuse(
        400, QStringLiteral("IncompleteSignature"), QLatin1String("The request signature does not conform to Aliyun standards. ") + why);
}

Verified keyOf(const QString &id, const QString &token, const AccessKeyStore &keys, const QDateTime &now)
{
    const std::optional<AccessKey> key = id.isEmpty() ? std::nullopt : keys.find(id);
    if (!key)
        return ActionReply::refuse(
            404, QStringLiteral("InvalidAccessKeyId.NotFound"), QStringLiteral("Specified access key is not found."));
    const Credentials &credentials = key->credentials;
    if (!hashing::equalInConstantTime(token.toUtf8(), credentials.securityToken.toUtf8()))
        return ActionReply::refuse(400, QStringLiteral("InvalidSecurityToken.MismatchWithAccessKey"),
            QStringLiteral("Specified SecurityToken mismatch with the AccessKey."));
    if (credentials.expires.isValid() && credentials.expires <= now)
        return ActionReply::refuse(
            400, QStringLiteral("InvalidSecurityToken.Expired"), QStringLiteral("Specified SecurityToken is expired."));
    return *key;
}

Verified verifyAcs3(const ServerRequest &exchange, const RpcRequest &request, const AccessKeyStore &keys, const QDateTime &now)
{
    const auto claim = signing::parseAcsAuthorization(exchange.header(QLatin1String("authorization")).toUtf8());
    if (!claim)
        return incomplete(claim.error().args.join(QLatin1Char(' ')));
    Verified who = keyOf(claim->accessKeyId, exchange.header(QLatin1String("x-acs-security-token")), keys, now);
    if (!std::holds_alternative<AccessKey>(who))
        return who;
    const signing::AcsRequest signedRequest{
        exchange.method, exchange.path, exchange.query, exchange.headers, hashing::sha256Hex(request.body)};
    switch (signing::verify(signedRequest, *claim, std::get<AccessKey>(who).credentials.accessKeySecret)) {
    case signing::Verdict::Valid:
        return who;
    case signing::Verdict::Wrong:
        return badSignature(QString::fromUtf8(signing::acsStringToSign(signing::acsCanonicalRequest(signedRequest, claim->signedHeaders))));
    case signing::Verdict::Incomplete:
        break;
    }
    return incomplete(QStringLiteral("host and every x-acs-* header must be signed, and x-acs-content-sha256 be that of the body."));
}

Verified verifyOldStyle(const ServerRequest &exchange, const RpcRequest &request, const AccessKeyStore &keys, const QDateTime &now)
{
    QMap<QString, QString> all;
    for (const auto &[name, value] : request.signedPairs)
        all.insert(name, value);
    Verified who = keyOf(all.value(QStringLiteral("AccessKeyId")), all.value(QStringLiteral("SecurityToken")), keys, now);
    if (!std::holds_alternative<AccessKey>(who))
        return who;
    switch (signing::verifyRpc(exchange.method, request.signedPairs, std::get<AccessKey>(who).credentials.accessKeySecret)) {
    case signing::Verdict::Valid:
        return who;
    case signing::Verdict::Wrong:
        return badSignature(QString::fromUtf8(signing::rpcStringToSign(exchange.method, request.signedPairs)));
    case signing::Verdict::Incomplete:
        break;
    }
    return incomplete(QStringLiteral("There is no Signature."));
}

}

bool isRpc(const ServerRequest &exchange)
{
    if (exchange.path != QLatin1String("/"))
        return false;
    const bool headers =
        !exchange.header(QLatin1String("x-acs-version")).isEmpty() || !exchange.header(QLatin1String("x-acs-action")).isEmpty();
    return headers || exchange.hasQuery(QLatin1String("Action")) || exchange.hasQuery(QLatin1String("Version"))
        || (exchange.method == "POST" && isForm(exchange));
}

RpcRequest readRpcRequest(const ServerRequest &exchange, const QByteArray &body)
{
    RpcRequest request;
    request.body = body;
    request.signedPairs = exchange.query;
    if (isForm(exchange))
        request.signedPairs += formPairs(body);
    QMap<QString, QString> common;
    for (const auto &[name, value] : std::as_const(request.signedPairs)) {
        if (isCommon(name))
            common.insert(name, value);
        else
            request.parameters.insert(name, value);
    }
    const auto either = [&](QLatin1String header, const char *parameter) {
        const QString value = exchange.header(header);
        return value.isEmpty() && !request.acs3 ? common.value(QLatin1String(parameter)) : value;
    };
    request.acs3 =
        exchange.header(QLatin1String("authorization")).startsWith(QLatin1String("ACS3-")) || !common.contains(QStringLiteral("Signature"));
    request.version = either(QLatin1String("x-acs-version"), "Version");
    request.action = either(QLatin1String("x-acs-action"), "Action");
    request.nonce = either(QLatin1String("x-acs-signature-nonce"), "SignatureNonce");
    request.time = utcTime(either(QLatin1String("x-acs-date"), "Timestamp"));
    return request;
}

Verified authenticate(
    const ServerRequest &exchange, const RpcRequest &request, const AccessKeyStore &keys, NonceCache &nonces, const QDateTime &now)
{
    if (!request.time.isValid())
        return ActionReply::refuse(
            400, QStringLiteral("InvalidTimeStamp.Format"), QStringLiteral("Specified time stamp or date value is not well formatted."));
    if (request.nonce.isEmpty())
        return ActionReply::refuse(400, QStringLiteral("MissingParameter.SignatureNonce"), QStringLiteral("There is no signature nonce."));
    Verified who = request.acs3 ? verifyAcs3(exchange, request, keys, now) : verifyOldStyle(exchange, request, keys, now);
    if (!std::holds_alternative<AccessKey>(who))
        return who;
    // Only now: what a stranger says about time must not help him to learn ours, and unsigned nonces must not be remembered.
    if (std::abs(request.time.secsTo(now)) > NonceCache::windowSeconds)
        return ActionReply::refuse(
            400, QStringLiteral("InvalidTimeStamp.Expired"), QStringLiteral("Specified time stamp or date value is expired."));
    if (!nonces.takeOnce(std::get<AccessKey>(who).credentials.accessKeyId, request.nonce, now))
        return ActionReply::refuse(
            400, QStringLiteral("SignatureNonceUsed"), QStringLiteral("Specified signature nonce was used already."));
    return who;
}

}
