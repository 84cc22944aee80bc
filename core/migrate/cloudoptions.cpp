#include "core/migrate/cloudoptions.h"

#include "core/base/errortext.h"
#include "core/base/log.h"

namespace edgelift {

namespace {

/// Takes over what was listed; a refusal leaves it empty.
template <class Value>
Result<> keep(const Result<Value> &answer, Value &value)
{
    if (answer) {
        value = *answer;
        return ok();
    }
    const ErrorCode code = answer.error().code;
    if (code != ErrorCode::PermissionMissing && code != ErrorCode::ServiceNotActivated && code != ErrorCode::CloudRefused)
        return answer.error();
    log::info("migrate", QStringLiteral("not listed: ") + logLine(answer.error()));
    return ok();
}

Result<> listPlaces(const CloudSession &cloud, CloudOptions &out, const std::stop_token &stop)
{
    sts::Identity identity;
    if (const Result<> kept = keep(cloud.sts().getCallerIdentity(stop), identity); !kept)
        return kept;
    out.account = identity.accountId;
    QList<ecs::Region> regions;
    if (const Result<> kept = keep(cloud.ecs().describeRegions(stop), regions); !kept)
        return kept;
    for (const ecs::Region &region : regions)
        out.regions.append(region.id);
    return keep(cloud.oss().listBuckets(stop), out.buckets);
}

Result<> listTransit(const CloudSession &cloud, CloudOptions &out, const std::stop_token &stop)
{
    if (const Result<> kept = keep(cloud.vpc().describeVpcs({}, {}, stop), out.vpcs); !kept)
        return kept;
    if (const Result<> kept = keep(cloud.vpc().describeVSwitches({}, {}, {}, stop), out.vSwitches); !kept)
        return kept;
    QList<ecs::Available> types;
    if (const Result<> kept = keep(cloud.ecs().describeAvailableResource({}, stop), types); !kept)
        return kept;
    for (const ecs::Available &type : types) {
        if (type.inStock)
            out.instanceTypes.append(type.value);
    }
    out.instanceTypes.removeDuplicates(); // one for each zone
    out.instanceTypes.sort();
    return ok();
}

}

Result<CloudOptions> cloudOptions(const Surroundings &surroundings, const Authorization &authorization, const SourceDescription &source,
    const QString &transitRegion, const std::stop_token &stop)
{
    const Result<std::unique_ptr<CloudSession>> session = CloudSession::open(surroundings, authorization, source, {}, transitRegion, stop);
    if (!session)
        return session.error();
    CloudOptions out;
    out.transitRegion = transitRegion;
    out.endpoint = (*session)->facts().endpoint;
    if (const Result<> places = listPlaces(**session, out, stop); !places)
        return places.error();
    if (const Result<> transit = listTransit(**session, out, stop); !transit)
        return transit.error();
    return out;
}

}
