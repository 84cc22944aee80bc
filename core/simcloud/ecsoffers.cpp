// The read-only actions about what is for sale: regions, zones, stock, instance types, prices.
#include "core/simcloud/ecscatalog.h"
#include "core/simcloud/faults.h"
#include "core/simcloud/handlers.h"

#include <algorithm>

namespace edgelift {

namespace {

QString stockStatus(bool available) { return available ? QStringLiteral("Available") : QStringLiteral("SoldOut"); }
QString stockCategory(bool available) { return available ? QStringLiteral("WithStock") : QStringLiteral("WithoutStock"); }

QJsonObject supported(const QString &value, bool available)
{
    return {{QStringLiteral("Value"), value}, {QStringLiteral("Status"), stockStatus(available)},
        {QStringLiteral("StatusCategory"), stockCategory(available)}};
}

QJsonArray supportedTypes(World &world, const CallParameters &parameters, const QString &zone)
{
    QJsonArray out;
    for (const InstanceType &type : instanceTypes()) {
        const bool wanted = parameters.text(QStringLiteral("InstanceType"), type.id) == type.id
            && parameters.integer(QStringLiteral("Cores"), type.cpu) == type.cpu
            && (!parameters.has(QStringLiteral("Memory"))
                || qFuzzyCompare(parameters.text(QStringLiteral("Memory")).toDouble(), type.memoryGiB));
        if (wanted)
            out += supported(type.id, !isSoldOut(world.settings().dataDir, type.id, zone));
    }
    return out;
}

QJsonArray supportedDisks(bool system)
{
    QJsonArray out;
    for (const DiskCategory &category : diskCategories()) {
        if (system && category.systemMost == 0)
            continue;
        QJsonObject one = supported(category.id, true);
        one.insert(QStringLiteral("Min"), system ? category.systemLeast : category.dataLeast);
        one.insert(QStringLiteral("Max"), system ? category.systemMost : category.dataMost);
        one.insert(QStringLiteral("Unit"), QStringLiteral("GiB"));
        out += one;
    }
    return out;
}

bool anyAvailable(const QJsonArray &resources)
{
    return std::any_of(resources.begin(), resources.end(),
        [](const QJsonValue &one) { return text(one.toObject(), "Status") == QLatin1String("Available"); });
}

/// What of `destination` there is in `zone`. Empty when nothing fits; null when the destination is not one of the API's.
std::optional<QJsonArray> resources(World &world, const CallParameters &parameters, const QString &destination, const QString &zone)
{
    if (destination == QLatin1String("InstanceType") || destination == QLatin1String("Zone"))
        return supportedTypes(world, parameters, zone);
    if (destination == QLatin1String("SystemDisk") || destination == QLatin1String("DataDisk"))
        return supportedDisks(destination == QLatin1String("SystemDisk"));
    if (destination == QLatin1String("Network"))
        return QJsonArray{supported(QStringLiteral("vpc"), true)};
    if (destination == QLatin1String("IoOptimized"))
        return QJsonArray{supported(QStringLiteral("optimized"), true)};
    return std::nullopt;
}

}

ActionReply describeRegions(World &, const ActionCall &)
{
    QJsonArray out;
    for (const QString &region : regionIds()) {
        out += QJsonObject{{QStringLiteral("RegionId"), region}, {QStringLiteral("LocalName"), region},
            {QStringLiteral("RegionEndpoint"), QStringLiteral("ecs.%1.aliyuncs.com").arg(region)},
            {QStringLiteral("Status"), QStringLiteral("available")}};
    }
    return reply({{QStringLiteral("Regions"), QJsonObject{{QStringLiteral("Region"), out}}}});
}

ActionReply describeZones(World &, const ActionCall &call)
{
    QJsonArray types;
    for (const InstanceType &type : instanceTypes())
        types += type.id;
    QJsonArray categories;
    for (const DiskCategory &category : diskCategories())
        categories += category.id;
    QJsonArray out;
    for (const QString &zone : zonesOf(call.region)) {
        out += QJsonObject{{QStringLiteral("ZoneId"), zone}, {QStringLiteral("LocalName"), zone},
            {QStringLiteral("AvailableInstanceTypes"), QJsonObject{{QStringLiteral("InstanceTypes"), types}}},
            {QStringLiteral("AvailableDiskCategories"), QJsonObject{{QStringLiteral("DiskCategories"), categories}}},
            {QStringLiteral("AvailableResourceCreation"),
                QJsonObject{{QStringLiteral("ResourceTypes"),
                    QJsonArray{
                        QStringLiteral("Instance"), QStringLiteral("Disk"), QStringLiteral("VSwitch"), QStringLiteral("IoOptimized")}}}}};
    }
    return reply({{QStringLiteral("Zones"), QJsonObject{{QStringLiteral("Zone"), out}}}});
}

ActionReply describeAvailableResource(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QString destination = parameters.text(QStringLiteral("DestinationResource"));
    const bool forDisk = parameters.text(QStringLiteral("ResourceType")) == QLatin1String("disk");
    const bool needsType = (destination == QLatin1String("SystemDisk") || destination == QLatin1String("DataDisk")) && !forDisk;
    if (needsType && !parameters.has(QStringLiteral("InstanceType")))
        return missingParameter(QStringLiteral("InstanceType"));
    if (parameters.has(QStringLiteral("InstanceType")) && !instanceType(parameters.text(QStringLiteral("InstanceType"))))
        return reply({}); // the cloud answers without AvailableZones
    QJsonArray zones;
    for (const QString &zone : zonesOf(call.region)) {
        if (parameters.text(QStringLiteral("ZoneId"), zone) != zone)
            continue;
        const std::optional<QJsonArray> found = resources(world, parameters, destination, zone);
        if (!found)
            return badRequest(
                QStringLiteral("InvalidDestinationResource.Malformed"), QStringLiteral("The specified DestinationResource is not valid."));
        const bool available = anyAvailable(*found);
        const QString type = destination == QLatin1String("Zone") ? QStringLiteral("InstanceType") : destination;
        const QJsonObject resource{{QStringLiteral("Type"), type},
            {QStringLiteral("SupportedResources"), QJsonObject{{QStringLiteral("SupportedResource"), *found}}}};
        zones += QJsonObject{{QStringLiteral("RegionId"), call.region}, {QStringLiteral("ZoneId"), zone},
            {QStringLiteral("Status"), stockStatus(available)}, {QStringLiteral("StatusCategory"), stockCategory(available)},
            {QStringLiteral("AvailableResources"), QJsonObject{{QStringLiteral("AvailableResource"), QJsonArray{resource}}}}};
    }
    return reply({{QStringLiteral("AvailableZones"), QJsonObject{{QStringLiteral("AvailableZone"), zones}}}});
}

ActionReply describeInstanceTypes(World &, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QStringList wanted = parameters.list(QStringLiteral("InstanceTypes"));
    const QString family = parameters.text(QStringLiteral("InstanceTypeFamily"));
    QJsonArray out;
    for (const InstanceType &type : instanceTypes()) {
        if ((!wanted.isEmpty() && !wanted.contains(type.id)) || (!family.isEmpty() && family != type.family))
            continue;
        if (type.cpu < parameters.integer(QStringLiteral("MinimumCpuCoreCount"), 0)
            || type.cpu > parameters.integer(QStringLiteral("MaximumCpuCoreCount"), type.cpu))
            continue;
        out += QJsonObject{{QStringLiteral("InstanceTypeId"), type.id}, {QStringLiteral("InstanceTypeFamily"), type.family},
            {QStringLiteral("CpuCoreCount"), type.cpu}, {QStringLiteral("MemorySize"), type.memoryGiB},
            {QStringLiteral("InstanceFamilyLevel"), type.level}, {QStringLiteral("CpuArchitecture"), QStringLiteral("X86")},
            {QStringLiteral("GPUAmount"), 0}, {QStringLiteral("EniQuantity"), 2}, {QStringLiteral("DiskQuantity"), 17},
            {QStringLiteral("LocalStorageCategory"), QString()}};
    }
    return reply(
        {{QStringLiteral("InstanceTypes"), QJsonObject{{QStringLiteral("InstanceType"), out}}}, {QStringLiteral("NextToken"), QString()}});
}

ActionReply describePrice(World &, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const bool forDisk = parameters.text(QStringLiteral("ResourceType"), QStringLiteral("instance")) == QLatin1String("disk");
    const std::optional<InstanceType> type = instanceType(parameters.text(QStringLiteral("InstanceType")));
    if (!forDisk && !type)
        return notFound(QStringLiteral("InvalidInstanceType.NotFound"), QStringLiteral("The specified InstanceType does not exist."));
    QJsonArray details;
    double total = 0;
    const auto add = [&](const QString &resource, double price) {
        total += price;
        details += QJsonObject{{QStringLiteral("Resource"), resource}, {QStringLiteral("OriginalPrice"), price},
            {QStringLiteral("TradePrice"), price}, {QStringLiteral("DiscountPrice"), 0}};
    };
    if (!forDisk)
        add(QStringLiteral("instanceType"), type->price);
    const auto addDisk = [&](const CallParameters &disk, const QString &resource) {
        const auto category = diskCategory(
            disk.text(QStringLiteral("Category"), QStringLiteral("cloud_efficiency")), disk.text(QStringLiteral("PerformanceLevel")));
        if (category)
            add(resource, category->pricePerGiB * double(disk.integer(QStringLiteral("Size"), 40)));
    };
    if (!forDisk)
        addDisk(parameters.object(QStringLiteral("SystemDisk")), QStringLiteral("systemDisk"));
    for (const CallParameters &disk : parameters.objects(QStringLiteral("DataDisk")))
        addDisk(disk, QStringLiteral("dataDisk"));
    const QJsonObject price{{QStringLiteral("Currency"), QStringLiteral("CNY")}, {QStringLiteral("OriginalPrice"), total},
        {QStringLiteral("TradePrice"), total}, {QStringLiteral("DiscountPrice"), 0},
        {QStringLiteral("DetailInfos"), QJsonObject{{QStringLiteral("DetailInfo"), details}}}};
    const QJsonObject note{{QStringLiteral("RuleId"), 0}, {QStringLiteral("Description"), QStringLiteral("simulated price, not an offer")}};
    return reply({{QStringLiteral("PriceInfo"),
        QJsonObject{
            {QStringLiteral("Price"), price}, {QStringLiteral("Rules"), QJsonObject{{QStringLiteral("Rule"), QJsonArray{note}}}}}}});
}

}
