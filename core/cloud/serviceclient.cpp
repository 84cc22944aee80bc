#include "core/cloud/serviceclient.h"
#include "core/base/log.h"
#include "core/cloud/replyfields.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace edgelift {

namespace {

CallFacts factsOf(const QString &call, const QUrl &url) { return {QStringLiteral("service"), call, {}, url.authority(), {}, {}}; }

QJsonObject toJson(const SourceDescription &source)
{
    QJsonArray disks;
    for (const qint64 size : source.dataDisksGiB)
        disks.append(size);
    return {{QStringLiteral("name"), source.name}, {QStringLiteral("machineId"), source.machineId},
        {QStringLiteral("hostName"), source.hostName}, {QStringLiteral("platform"), source.platform},
        {QStringLiteral("architecture"), source.architecture}, {QStringLiteral("systemDiskGiB"), source.systemDiskGiB},
        {QStringLiteral("dataDisksGiB"), disks}};
}

}

ServiceClient::ServiceClient(HttpTransport &transport, const Clock &clock, Address address, RetryPolicy policy)
    : m_sender(CloudAccess{transport, m_none, clock, policy})
    , m_address(std::move(address))
{
}

Result<QJsonObject> ServiceClient::post(
    const QString &call, const QJsonObject &body, const Secret &sessionToken, const std::stop_token &stop) const
{
    QUrl url = m_address.url;
    QString base = url.path();
    while (base.endsWith(QLatin1Char('/')))
        base.chop(1);
    url.setPath(base + QLatin1String("/agent/v1/") + call);
    const CallFacts facts = factsOf(call, url);
    const auto make = [&](const Credentials &) {
        HttpRequest out;
        out.method = "POST";
        out.url = url;
        out.certificatePin = m_address.certificatePin;
        out.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}, {"User-Agent", "edgelift/" EDGELIFT_VERSION}};
        if (!sessionToken.isEmpty())
            out.headers.append({"Authorization", "Bearer " + sessionToken.reveal()});
        out.body = QJsonDocument(body).toJson(QJsonDocument::Compact);
        return out;
    };
    // Every one may happen twice: the service knows this server by its machine id, and the rest only reports or asks.
    std::variant<HttpReply, Failure> answer = m_sender.send(make, facts, true, stop);
    if (const auto *failure = std::get_if<Failure>(&answer))
        return failure->error;
    const QJsonDocument json = QJsonDocument::fromJson(std::get<HttpReply>(answer).body);
    if (!json.isObject())
        return unreadableReply(facts, QStringLiteral("not a JSON object"));
    return json.object();
}

Result<Registration> ServiceClient::redeem(const ActivationCode &code, const SourceDescription &source, const std::stop_token &stop) const
{
    const QJsonObject body{{QStringLiteral("tokenId"), code.tokenId},
        {QStringLiteral("tokenCode"), QString::fromUtf8(code.tokenCode.reveal())}, {QStringLiteral("source"), toJson(source)},
        {QStringLiteral("agentVersion"), QStringLiteral(EDGELIFT_VERSION)}};
    const Result<QJsonObject> reply = post(QStringLiteral("redeem"), body, {}, stop);
    if (!reply)
        return reply.error();
    Registration out;
    out.sourceId = fields::text(*reply, "sourceId");
    out.sessionToken = Secret(fields::text(*reply, "sessionToken").toUtf8());
    if (const qint64 seconds = fields::number(*reply, "heartbeatSeconds"); seconds > 0)
        out.heartbeat = std::chrono::seconds(seconds);
    out.observedAddress = fields::text(*reply, "observedAddress");
    out.endpoint = QUrl(fields::text(*reply, "endpoint"), QUrl::StrictMode);
    if (out.sourceId.isEmpty() || out.sessionToken.isEmpty())
        return unreadableReply(factsOf(QStringLiteral("redeem"), m_address.url), QStringLiteral("no source id or session"));
    log::hide(out.sessionToken);
    return out;
}

Result<QString> ServiceClient::heartbeat(const Secret &sessionToken, const std::stop_token &stop) const
{
    const Result<QJsonObject> reply = post(QStringLiteral("heartbeat"), {}, sessionToken, stop);
    return reply ? fields::text(*reply, "observedAddress") : Result<QString>(reply.error());
}

Result<> ServiceClient::reportStatus(const Secret &sessionToken, const JobStatus &status, const std::stop_token &stop) const
{
    const QJsonObject body{{QStringLiteral("job"), status.job}, {QStringLiteral("status"), status.status},
        {QStringLiteral("businessStatus"), status.businessStatus}, {QStringLiteral("progress"), status.progress},
        {QStringLiteral("error"), status.error}};
    const Result<QJsonObject> reply = post(QStringLiteral("status"), body, sessionToken, stop);
    return reply ? ok() : Result<>(reply.error());
}

Result<TemporaryCredentials> ServiceClient::credentials(const Secret &sessionToken, const std::stop_token &stop) const
{
    const Result<QJsonObject> reply = post(QStringLiteral("credentials"), {}, sessionToken, stop);
    if (!reply)
        return reply.error();
    TemporaryCredentials out{{fields::text(*reply, "accessKeyId"), Secret(fields::text(*reply, "accessKeySecret").toUtf8()),
                                 fields::text(*reply, "securityToken"), fields::time(*reply, "expires")},
        fields::text(*reply, "accountId")};
    if (out.credentials.accessKeyId.isEmpty() || out.credentials.accessKeySecret.isEmpty())
        return unreadableReply(factsOf(QStringLiteral("credentials"), m_address.url), QStringLiteral("no credentials"));
    log::hide(out.credentials.accessKeySecret);
    log::hide(Secret(out.credentials.securityToken.toUtf8()));
    return out;
}

}
