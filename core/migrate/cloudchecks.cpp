#include "core/migrate/cloudchecks.h"

#include <cstdlib>

namespace edgelift {

namespace {

using Severity = Check::Severity;

constexpr std::chrono::seconds patience{8}; ///< ping times are below one; a person waits for this

Error clockError(std::chrono::seconds skew) { return {ErrorCode::ClockSkew, Retry::AfterUserAction, {QString::number(skew.count())}, {}}; }

Check clockCheck(const QList<Reached> &reached)
{
    const std::optional<std::chrono::seconds> skew = clockSkew(reached);
    if (!skew)
        return {QStringLiteral("readiness.clock-unknown"), Severity::Info, {}, {}, {}};
    const QStringList seconds{QString::number(skew->count())};
    if (*skew < skewWorthAWarning)
        return {QStringLiteral("readiness.clock"), Severity::Ok, seconds, {}, {}};
    return {QStringLiteral("readiness.clock"), *skew < skewMost ? Severity::Warning : Severity::Blocker, seconds, {}, clockError(*skew)};
}

}

QList<Address> neededAddresses(const Endpoints &endpoints, const QString &transitRegion, const QString &bucket)
{
    QList<Address> out;
    for (const Product product : {Product::Sts, Product::Ram, Product::Ecs, Product::Vpc, Product::Ens})
        out.append({endpoints.rpc(product, transitRegion), endpoints.certificatePin()});
    out.append({endpoints.oss(transitRegion, bucket, {}), endpoints.certificatePin()});
    return out;
}

QList<Address> knownAddresses(const Authorization &authorization, const QString &transitRegion)
{
    QList<Address> out;
    if (authorization.code)
        out.append({authorization.code->service, authorization.code->certificatePin});
    if (!authorization.code || !authorization.endpoint.isEmpty())
        out.append(neededAddresses(endpointsAt(authorization.endpoint, authorization.code), transitRegion, {}));
    return out;
}

std::optional<std::chrono::seconds> clockSkew(const QList<Reached> &reached)
{
    std::optional<std::chrono::seconds> out;
    for (const Reached &each : reached) {
        if (!each.skewSeconds)
            continue;
        const std::chrono::seconds skew{std::llabs(*each.skewSeconds)};
        out = std::min(out.value_or(skew), skew); // a gateway on the way may have a wrong clock itself
    }
    return out;
}

QList<Check> cloudChecks(const Surroundings &surroundings, const QList<Address> &addresses, const std::stop_token &stop)
{
    const QList<Reached> reached = reach(*surroundings.transport, *surroundings.clock, addresses, patience, stop);
    QList<Check> out{clockCheck(reached)};
    QStringList good;
    for (const Reached &each : reached) {
        if (each.error)
            out.append({QStringLiteral("readiness.address"), Severity::Warning, {each.host}, {}, each.error});
        else
            good.append(each.host);
    }
    if (!good.isEmpty())
        out.append({QStringLiteral("readiness.address"), Severity::Ok, {good.join(QStringLiteral(", "))}, {}, {}});
    return out;
}

Result<std::chrono::seconds> requireCloud(const Surroundings &surroundings, const QList<Address> &addresses, const std::stop_token &stop)
{
    const QList<Reached> reached = reach(*surroundings.transport, *surroundings.clock, addresses, patience, stop);
    for (const Reached &each : reached) {
        if (each.error)
            return *each.error;
    }
    const std::chrono::seconds skew =
        clockSkew(reached).value_or(std::chrono::seconds(0)); // a wrong clock also shows in refused signatures
    return skew < skewMost ? Result<std::chrono::seconds>(skew) : clockError(skew);
}

}
