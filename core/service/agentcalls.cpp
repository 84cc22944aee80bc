#include "core/service/agentcalls.h"

#include "core/base/errortext.h"
#include "core/base/log.h"
#include "core/service/accesstokens.h"
#include "core/service/sourceservers.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace edgelift {

namespace {

constexpr qint64 largestBody = 256 << 10;
constexpr int longestText = 256;
constexpr int mostDisks = 64;
const QString prefix = QStringLiteral("/agent/v1/");

ServerReply json(int status, const QJsonObject &object)
{
    ServerReply answer;
    answer.status = status;
    answer.body = QJsonDocument(object).toJson(QJsonDocument::Compact);
    return answer;
}

ServerReply refuse(int status, const QString &code, const QString &message, QJsonObject facts = {})
{
    facts.insert(QStringLiteral("code"), code);
    facts.insert(QStringLiteral("message"), message);
    return json(status, facts);
}

ServerReply malformed(const QString &what)
{
    return refuse(400, QStringLiteral("InvalidParameter"), QStringLiteral("The request is not well formed: %1.").arg(what));
}

/// Text of an agent, cut to a sane length.
QString text(const QJsonObject &object, const char *key) { return object.value(QLatin1String(key)).toString().left(longestText); }

SourceProfile profileOf(const QJsonObject &body, const QString &address)
{
    const QJsonObject source = body.value(QLatin1String("source")).toObject();
    SourceProfile profile{text(source, "machineId"), text(source, "name"), text(source, "hostName"), text(source, "platform"),
        text(source, "architecture"), text(body, "agentVersion"), address, source.value(QLatin1String("systemDiskGiB")).toInteger(), {}};
    const QJsonArray disks = source.value(QLatin1String("dataDisksGiB")).toArray();
    for (const QJsonValue &disk : disks) {
        if (profile.dataDisksGiB.size() < mostDisks)
            profile.dataDisksGiB.append(disk.toInteger());
    }
    return profile;
}

ServerReply refusal(AccessTokens::Verdict verdict, const std::optional<AccessToken> &token)
{
    switch (verdict) {
    case AccessTokens::Verdict::Accepted: // not a refusal
    case AccessTokens::Verdict::NotFound:
        break;
    case AccessTokens::Verdict::Expired:
        return refuse(403, QStringLiteral("AccessToken.Expired"), QStringLiteral("The activation code has expired."),
            {{QStringLiteral("expired"), token ? token->expires().toUTC().toString(Qt::ISODate) : QString()}});
    case AccessTokens::Verdict::UsedUp:
        return refuse(403, QStringLiteral("AccessToken.QuotaExceeded"), QStringLiteral("The activation code is used up."),
            {{QStringLiteral("limit"), token ? token->count : 0}});
    case AccessTokens::Verdict::Disabled:
        return refuse(403, QStringLiteral("AccessToken.Disabled"), QStringLiteral("The activation code was disabled."));
    }
    return refuse(404, QStringLiteral("AccessToken.NotFound"), QStringLiteral("The activation code does not exist."));
}

Secret bearer(const ServerRequest &exchange)
{
    const QString header = exchange.header(QLatin1String("authorization"));
    const QString scheme = QStringLiteral("Bearer ");
    return Secret(header.startsWith(scheme) ? header.mid(scheme.size()).toUtf8() : QByteArray());
}

/// The endpoint of `exchange`'s own server, as the agent wrote it.
QUrl endpointAsCalled(const QUrl &bound, const ServerRequest &exchange)
{
    const QUrl called(QLatin1String("any://") + exchange.header(QLatin1String("host")));
    QUrl endpoint = bound;
    if (called.isValid() && !called.host().isEmpty()) {
        endpoint.setHost(called.host());
        endpoint.setPort(called.port(bound.port()));
    }
    return endpoint;
}

}

AgentCalls::AgentCalls(AccessTokens &tokens, SourceServers &sources, CredentialIssuer &issuer, const Clock &clock, Settings settings)
    : m_tokens(tokens)
    , m_sources(sources)
    , m_issuer(issuer)
    , m_clock(clock)
    , m_settings(std::move(settings))
{
}

bool AgentCalls::takes(const ServerRequest &exchange)
{
    // An OSS object may have such a name too; its requests are signed or have a query.
    return exchange.method == "POST" && exchange.query.isEmpty() && exchange.path.startsWith(prefix)
        && !exchange.header(QLatin1String("authorization")).startsWith(QLatin1String("OSS"));
}

ServerReply AgentCalls::answer(const ServerRequest &exchange)
{
    const std::optional<QByteArray> bytes = exchange.body(largestBody);
    const QJsonDocument document = QJsonDocument::fromJson(bytes.value_or(QByteArray()));
    if (!document.isObject())
        return malformed(QStringLiteral("a JSON object of at most 256 KiB is expected"));
    const QString call = exchange.path.mid(prefix.size());
    if (call == QLatin1String("redeem"))
        return redeem(exchange, document.object());
    const QString source = m_sources.ownerOf(bearer(exchange));
    if (source.isEmpty())
        return refuse(
            401, QStringLiteral("Session.Invalid"), QStringLiteral("The session is not known; redeem the activation code again."));
    m_sources.heartbeat(source); // every call is a sign of life
    if (call == QLatin1String("heartbeat"))
        return json(200, {{QStringLiteral("observedAddress"), exchange.remoteAddress}}); // it may have moved since it redeemed
    if (call == QLatin1String("status"))
        return status(source, document.object());
    if (call == QLatin1String("credentials"))
        return credentials(source);
    return refuse(404, QStringLiteral("InvalidAction.NotFound"), QStringLiteral("There is no such call."));
}

ServerReply AgentCalls::redeem(const ServerRequest &exchange, const QJsonObject &body)
{
    const QDateTime now = m_clock.now();
    if (!m_attempts.allows(exchange.remoteAddress, now))
        return refuse(429, QStringLiteral("Throttling.User"),
            QStringLiteral("Too many wrong activation codes came from this address. Try again in %1 minutes.")
                .arg(AttemptLimit::windowSeconds / 60));
    const SourceProfile profile = profileOf(body, exchange.remoteAddress);
    const QString tokenId = text(body, "tokenId");
    if (profile.machineId.isEmpty() || profile.name.isEmpty() || tokenId.isEmpty())
        return malformed(QStringLiteral("tokenId, source.machineId and source.name are needed"));
    const AccessTokens::Verdict verdict = m_tokens.redeem(tokenId, Secret(text(body, "tokenCode").toUtf8()), profile.machineId);
    if (verdict == AccessTokens::Verdict::NotFound)
        m_attempts.failed(exchange.remoteAddress, now);
    if (verdict != AccessTokens::Verdict::Accepted) {
        log::warning("agent", QStringLiteral("activation code refused"),
            {{QStringLiteral("tokenId"), tokenId}, {QStringLiteral("address"), exchange.remoteAddress},
                {QStringLiteral("verdict"), int(verdict)}});
        return refusal(verdict, m_tokens.find(tokenId));
    }
    return registered(exchange, profile);
}

ServerReply AgentCalls::registered(const ServerRequest &exchange, const SourceProfile &profile)
{
    const SourceServers::Registered source = m_sources.add(profile);
    log::info("agent", QStringLiteral("source imported"),
        {{QStringLiteral("sourceId"), source.sourceId}, {QStringLiteral("name"), profile.name},
            {QStringLiteral("address"), exchange.remoteAddress}});
    const QUrl endpoint = m_settings.cloudEndpoint.isEmpty() ? QUrl() : endpointAsCalled(m_settings.cloudEndpoint, exchange);
    return json(200,
        {{QStringLiteral("sourceId"), source.sourceId}, {QStringLiteral("sessionToken"), QString::fromLatin1(source.sessionToken.reveal())},
            {QStringLiteral("heartbeatSeconds"), SourceServers::heartbeatSeconds},
            {QStringLiteral("observedAddress"), exchange.remoteAddress}, {QStringLiteral("endpoint"), endpoint.toString()}});
}

ServerReply AgentCalls::status(const QString &source, const QJsonObject &body)
{
    const SourceJob job{text(body, "job"), text(body, "status"), text(body, "businessStatus"),
        body.value(QLatin1String("progress")).toDouble(), text(body, "error")};
    static const QStringList known{QStringLiteral("Ready"), QStringLiteral("Running"), QStringLiteral("Stopped"), QStringLiteral("InError"),
        QStringLiteral("Finished"), QStringLiteral("Waiting")};
    if (job.id.isEmpty() || !known.contains(job.status))
        return malformed(QStringLiteral("job and one of the known values of status are needed"));
    m_sources.report(source, job);
    return json(200, {});
}

ServerReply AgentCalls::credentials(const QString &source)
{
    const Result<Credentials> issued = m_issuer.issue(source, QLatin1String("edgelift-") + source.left(48));
    if (!issued) {
        log::error("agent", QStringLiteral("no temporary credentials: ") + logLine(issued.error()));
        return refuse(503, QStringLiteral("Credentials.Unavailable"), QStringLiteral("The service cannot get temporary credentials now."),
            {{QStringLiteral("cause"), displayCode(issued.error().code)}});
    }
    return json(200,
        {{QStringLiteral("accessKeyId"), issued->accessKeyId},
            {QStringLiteral("accessKeySecret"), QString::fromUtf8(issued->accessKeySecret.reveal())},
            {QStringLiteral("securityToken"), issued->securityToken},
            {QStringLiteral("expires"), issued->expires.toUTC().toString(Qt::ISODate)},
            {QStringLiteral("accountId"), m_settings.accountId}});
}

}
