#include "core/cloud/rpcclient.h"
#include "core/base/ids.h"
#include "core/credential/hashing.h"
#include "core/credential/requestsigning.h"

#include <QJsonDocument>

namespace edgelift {

namespace {

QString hostHeader(const QUrl &url)
{
    const QString host = url.host().contains(QLatin1Char(':')) ? QLatin1Char('[') + url.host() + QLatin1Char(']') : url.host();
    const int usual = url.scheme() == QLatin1String("https") ? 443 : 80;
    return url.port(usual) == usual ? host : QStringLiteral("%1:%2").arg(host).arg(url.port());
}

HttpRequest signedRequest(const RpcCall &call, QUrl url, const QByteArray &pin, const Credentials &credentials, const QDateTime &now)
{
    // A call that must not happen twice goes as a body: that is what the transport sends exactly once.
    const bool inBody = call.formBody || !call.harmlessTwice;
    const QByteArray encoded = signing::canonicalQuery(call.parameters.pairs());
    HttpRequest out;
    out.method = "POST";
    out.certificatePin = pin;
    if (inBody)
        out.body = encoded;
    else
        url.setQuery(QString::fromLatin1(encoded), QUrl::StrictMode);
    out.url = url;

    signing::AcsRequest toSign;
    toSign.method = out.method;
    toSign.payloadSha256 = hashing::sha256Hex(out.body);
    if (!inBody)
        toSign.query = call.parameters.pairs();
    toSign.headers = {{QStringLiteral("Host"), hostHeader(url)}, {QStringLiteral("x-acs-action"), call.action},
        {QStringLiteral("x-acs-version"), productVersion(call.product)},
        {QStringLiteral("x-acs-date"), now.toUTC().toString(QStringLiteral("yyyy-MM-dd'T'HH:mm:ss'Z'"))},
        {QStringLiteral("x-acs-signature-nonce"), QString::fromLatin1(randomBytes(16).toHex())},
        {QStringLiteral("x-acs-content-sha256"), QString::fromLatin1(toSign.payloadSha256)},
        {QStringLiteral("Content-Type"), QStringLiteral("application/x-www-form-urlencoded")}};
    if (!credentials.securityToken.isEmpty()) {
        toSign.headers.append({QStringLiteral("x-acs-accesskey-id"), credentials.accessKeyId});
        toSign.headers.append({QStringLiteral("x-acs-security-token"), credentials.securityToken});
    }
    for (const auto &[name, value] : toSign.headers)
        out.headers.append({name.toUtf8(), value.toUtf8()});
    out.headers.emplaceBack("Accept", "application/json");
    out.headers.emplaceBack("User-Agent", "edgelift/" EDGELIFT_VERSION);
    out.headers.append({"Authorization", signing::acsAuthorization(toSign, credentials)});
    return out;
}

}

RpcClient::RpcClient(const CloudAccess &access, Endpoints endpoints)
    : m_sender(access)
    , m_endpoints(std::move(endpoints))
{
}

CallFacts RpcClient::factsOf(const RpcCall &call) const
{
    const QString host = m_endpoints.rpc(call.product, call.region).host();
    return {productName(call.product), call.action, call.region, host, call.parameters.hash(), {}};
}

std::variant<QJsonObject, Failure> RpcClient::tryCall(const RpcCall &call, const std::stop_token &stop) const
{
    const QUrl url = m_endpoints.rpc(call.product, call.region);
    const CallFacts facts = factsOf(call);
    const auto make = [&](const Credentials &credentials) {
        return signedRequest(call, url, m_endpoints.certificatePin(), credentials, m_sender.access().clock.now());
    };
    std::variant<HttpReply, Failure> answer = m_sender.send(make, facts, call.harmlessTwice, stop);
    if (auto *failure = std::get_if<Failure>(&answer))
        return std::move(*failure);
    const QJsonDocument json = QJsonDocument::fromJson(std::get<HttpReply>(answer).body);
    if (!json.isObject())
        return Failure{unreadableReply(facts, QStringLiteral("not a JSON object")), Repeat::IfHarmless, {}};
    return json.object();
}

Result<QJsonObject> RpcClient::call(const RpcCall &call, const std::stop_token &stop) const
{
    std::variant<QJsonObject, Failure> answer = tryCall(call, stop);
    if (const auto *failure = std::get_if<Failure>(&answer))
        return failure->error;
    return std::get<QJsonObject>(std::move(answer));
}

Result<> RpcClient::perform(const RpcCall &call, const std::stop_token &stop) const
{
    const Result<QJsonObject> answer = this->call(call, stop);
    return answer ? ok() : Result<>(answer.error());
}

Result<QString> RpcClient::idOf(
    const RpcCall &call, const std::function<QString(const QJsonObject &)> &read, const std::stop_token &stop) const
{
    const Result<QJsonObject> answer = this->call(call, stop);
    if (!answer)
        return answer.error();
    const QString id = read(*answer);
    if (id.isEmpty())
        return unreadableReply(factsOf(call), QStringLiteral("the reply names no id"));
    return id;
}

Result<> RpcClient::remove(const RpcCall &call, const std::stop_token &stop) const
{
    const Result<> answer = perform(call, stop);
    if (!answer && answer.error().code != ErrorCode::ResourceMissing && answer.error().code != ErrorCode::NetworkMissing)
        return answer.error();
    return ok();
}

}
