#include "core/layout/planrules.h"
#include "core/layout/targetplan.h"
#include "core/migrate/bundle.h"
#include "core/migrate/cloudchecks.h"
#include "core/migrate/naming.h"
#include "core/migrate/steps.h"

namespace edgelift {

namespace {

Error missingNetwork(const QString &what) { return {ErrorCode::NetworkMissing, Retry::AfterUserAction, {what}, {}}; }

Result<> chooseVSwitch(StepContext &context, const QList<vpc::VSwitch> &candidates, const QString &name)
{
    const QString &vpcId = context.plan().network.vpcId;
    for (const vpc::VSwitch &one : candidates) {
        const bool fits = one.available && one.freeAddresses > 0 && (vpcId.isEmpty() || one.vpcId == vpcId);
        if (fits)
            return context.set({{QStringLiteral("vpcId"), one.vpcId}, {QStringLiteral("vSwitchId"), one.id},
                {QStringLiteral("zoneId"), one.zoneId}, {QStringLiteral("networkGiven"), true}});
    }
    return missingNetwork(name);
}

}

Result<> checkSource(StepContext &context)
{
    const JobRecord record = context.store().record();
    for (auto it = record.diskIdentities.begin(); it != record.diskIdentities.end(); ++it) {
        if (context.source().diskIdentity(it.key()) != it.value())
            return Error{ErrorCode::SourceChanged, Retry::Never, {it.key()}, QStringLiteral("identity differs from when the job was made")};
    }
    if (const Result<> unchanged = context.source().verifyUnchanged(); !unchanged)
        return unchanged;
    for (const Check &check : readinessChecks(context.source().facts())) {
        if (check.severity == Check::Severity::Blocker && check.error)
            return *check.error;
    }
    return ok();
}

Result<> checkPlan(StepContext &context)
{
    const ServerFacts &facts = context.source().facts();
    for (const Problem &problem : check(context.plan(), facts)) {
        if (problem.severity == Problem::Severity::Blocker)
            return asError(problem);
        if (problem.severity == Problem::Severity::Warning)
            context.warn(warnings::planProblem(problem));
    }
    return requireFeasibleLayout(context.plan(), facts);
}

Result<> checkBundle(StepContext &context)
{
    const Result<Bundle> bundle = findBundle(context.surroundings().bundlePaths);
    return bundle ? ok() : Result<>(bundle.error());
}

Result<> checkReach(StepContext &context)
{
    const QList<Address> addresses = neededAddresses(context.cloud().endpoints(), context.region(), context.plan().image.bucket);
    const Result<std::chrono::seconds> skew = requireCloud(context.surroundings(), addresses, context.stop());
    if (!skew)
        return skew.error();
    if (*skew >= skewWorthAWarning)
        context.warn(warnings::clockOff(*skew));
    return ok();
}

Result<> checkRegions(StepContext &context)
{
    const Result<QList<ecs::Region>> regions = context.cloud().ecs().describeRegions(context.stop());
    if (!regions)
        return regions.error();
    for (const ecs::Region &region : *regions) {
        if (region.id == context.region())
            return ok();
    }
    return Error{ErrorCode::RegionUnsupported, Retry::AfterUserAction, {QStringLiteral("A transit instance"), context.region()}, {}};
}

Result<> checkBucket(StepContext &context)
{
    const QString &name = context.plan().image.bucket;
    const Result<oss::Bucket> bucket = context.cloud().oss().bucketInfo(name, context.stop());
    if (!bucket)
        return bucket.error();
    if (!bucket->region.isEmpty() && bucket->region != context.region())
        return Error{ErrorCode::BucketInOtherRegion, Retry::AfterUserAction, {name, bucket->region, context.region()}, {}};
    if (bucket->encrypted) // ExportImage refuses it after everything was copied (alibaba.md 4.1)
        return Error{ErrorCode::BucketUnsuitable, Retry::AfterUserAction, {name, QStringLiteral("server-side encryption is on")}, {}};
    if (bucket->storageClass.contains(QLatin1String("Archive")))
        return Error{ErrorCode::BucketUnsuitable, Retry::AfterUserAction,
            {name, QStringLiteral("its storage class is ") + bucket->storageClass}, {}};
    return ok();
}

Result<> checkNames(StepContext &context)
{
    const QString name = context.text("imageName");
    ecs::ImageQuery query;
    query.name = name;
    query.owner = QStringLiteral("self");
    const Result<QList<ecs::Image>> ecsImages = context.cloud().images().describeImages(query, context.stop());
    if (!ecsImages)
        return ecsImages.error();
    const Result<QList<ens::Image>> ensImages = context.cloud().ens().describeSelfImages({}, name, context.stop());
    if (!ensImages)
        return ensImages.error();
    if (!ecsImages->isEmpty() || !ensImages->isEmpty())
        return Error{ErrorCode::ImageNameTaken, Retry::AfterUserAction, {name}, {}};
    return ok();
}

Result<> checkNetwork(StepContext &context)
{
    const Plan::Network &network = context.plan().network;
    if (!network.vSwitchId.isEmpty()) {
        const Result<QList<vpc::VSwitch>> found = context.cloud().vpc().describeVSwitches(network.vSwitchId, {}, {}, context.stop());
        return found ? chooseVSwitch(context, *found, network.vSwitchId) : Result<>(found.error());
    }
    if (network.vpcId.isEmpty())
        return ok(); // made for the migration
    const Result<QList<vpc::VSwitch>> found = context.cloud().vpc().describeVSwitches({}, network.vpcId, {}, context.stop());
    return found ? chooseVSwitch(context, *found, network.vpcId) : Result<>(found.error());
}

Result<> checkRole(StepContext &context)
{
    const QString role = QLatin1String(naming::exportRole);
    const Result<QString> arn = context.cloud().ram().roleArn(role, context.stop());
    if (!arn && arn.error().code == ErrorCode::PermissionMissing)
        return ok(); // who may not look may still export; then ExportImage says it
    if (!arn)
        return arn.error();
    return arn->isEmpty() ? Result<>(Error{ErrorCode::RoleMissing, Retry::AfterUserAction, {role}, {}}) : ok();
}

}
