#include "core/agent/agentapi.h"
#include "core/agent/apijson.h"
#include "core/agent/params.h"

namespace edgelift {

// The methods that ask the account or the service of a code.

namespace {

const QString key(const char *name) { return QString::fromLatin1(name); }

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
    if (!transitRegions().contains(region)) // it becomes part of an address
        return Error{ErrorCode::RegionUnsupported, Retry::AfterUserAction, {QStringLiteral("A transit instance"), region}, {}};
    const Result<std::shared_ptr<const Source>> source = m_source.get(m_stop.get_token());
    if (!source)
        return source.error();
    const Result<CloudOptions> options = m_engine.cloudOptions(**source, *authorization, region, m_stop.get_token());
    if (!options)
        return options.error();
    return apijson::toJson(*options);
}

}
