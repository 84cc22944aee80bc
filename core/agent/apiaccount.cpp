#include "core/agent/agentapi.h"
#include "core/agent/apijson.h"
#include "core/agent/params.h"

namespace edgelift {

// The methods that ask the account or the service of a code.

namespace {

const QString key(const char *name) { return QString::fromUtf8(name); }

/// Asked before a region becomes part of an address.
Error regionUnsupported(const QString &region)
{
    return {ErrorCode::RegionUnsupported, Retry::AfterUserAction, {QStringLiteral("A transit instance"), region}, {}};
}

}

Result<QJsonObject> AgentApi::import(Params &params, const Outlet &)
{
    const Result<Authorization> authorization = params.authorization();
    if (const auto problem = params.problem())
        return *problem;
    if (!authorization)
        return authorization.error();
    const Result<std::shared_ptr<const Source>> source = m_source.get(m_stop.get_token());
    if (!source)
        return source.error();
    const Result<QString> id = m_engine.importSource(**source, *authorization, m_stop.get_token());
    if (!id)
        return id.error();
    return QJsonObject{{key("sourceId"), *id}};
}

Result<QJsonObject> AgentApi::cloudOptions(Params &params, const Outlet &)
{
    const QString region = params.object().string(key("transitRegion"), Plan().image.transitRegion);
    const Result<Authorization> authorization = params.authorization();
    if (const auto problem = params.problem())
        return *problem;
    if (!authorization)
        return authorization.error();
    if (!transitRegions().contains(region))
        return regionUnsupported(region);
    const Result<std::shared_ptr<const Source>> source = m_source.get(m_stop.get_token());
    if (!source)
        return source.error();
    const Result<CloudOptions> options = m_engine.cloudOptions(**source, *authorization, region, m_stop.get_token());
    if (!options)
        return options.error();
    return apijson::toJson(*options);
}

Result<QJsonObject> AgentApi::checkCloud(Params &params, const Outlet &)
{
    const QString region = params.object().string(key("transitRegion"), Plan().image.transitRegion);
    const Result<Authorization> authorization = params.optionalAuthorization();
    if (const auto problem = params.problem())
        return *problem;
    if (!authorization)
        return authorization.error();
    if (!transitRegions().contains(region))
        return regionUnsupported(region);
    return apijson::checksReply(m_engine.cloudChecks(*authorization, region, m_stop.get_token()));
}

Result<QJsonObject> AgentApi::codeCreate(Params &params, const Outlet &)
{
    const Result<Authorization> authorization = params.authorization();
    const QString pin = params.object().string(key("pin"));
    NewCode wanted; // its quota and days are those of the seeds
    wanted.token.name = params.object().string(key("name"));
    wanted.token.quota = int(params.object().integer(key("quota"), wanted.token.quota, 1, 1000));
    wanted.token.days = int(params.object().integer(key("days"), wanted.token.days, 1, 90));
    if (const auto problem = params.problem())
        return *problem;
    if (!authorization)
        return authorization.error();
    const auto malformed = [](const char *what) { return Error{ErrorCode::RequestMalformed, Retry::AfterUserAction, {key(what)}, {}}; };
    if (!authorization->keys)
        return malformed("a code is made with an “accessKey”");
    if (authorization->endpoint.isEmpty()) // Alibaba Cloud's own knows no service of ours
        return malformed("“endpoint” is missing: the service's address");
    wanted.certificatePin = QByteArray::fromHex(pin.toLatin1());
    if (!pin.isEmpty() && (pin.size() != 64 || wanted.certificatePin.size() != 32))
        return malformed("“pin” must be 64 hexadecimal digits");
    wanted.keys = *authorization->keys;
    wanted.endpoint = authorization->endpoint;
    if (wanted.token.name.isEmpty())
        wanted.token.name = QStringLiteral("edgelift-") + QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd-HHmmss"));
    const Result<Secret> code = m_engine.createCode(wanted, m_stop.get_token());
    if (!code)
        return code.error();
    return QJsonObject{{key("code"), QString::fromLatin1(code->reveal())}}; // the one secret in a reply: it is what was asked for
}

}
