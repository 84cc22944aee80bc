#include "core/migrate/steps.h"
#include "core/migrate/targetdisks.h"

#include <QJsonArray>
#include <algorithm>
#include <array>

namespace edgelift {

namespace {

/// SMC's search order for the transit instance (alibaba.md 1.9): the small ones first, last anything.
struct Preference
{
    int cores;
    double memoryGiB;
    const char *family;
};
constexpr std::array preferences{Preference{1, 2, ""}, Preference{1, 4, ""}, Preference{2, 2, ""}, Preference{2, 4, ""},
    Preference{0, 0, "ecs.t6-"}, Preference{0, 0, "ecs.t5-"}, Preference{2, 8, ""}, Preference{0, 0, ""}};
/// The target disks take the whole stream: fast ones first, they exist for hours only. The system disk does nothing: cheap first.
constexpr std::array dataCategories{"cloud_essd", "cloud_auto", "cloud_ssd", "cloud_efficiency", "cloud_essd_entry", "cloud"};
constexpr std::array systemCategories{"cloud_efficiency", "cloud_essd_entry", "cloud_auto", "cloud_essd", "cloud_ssd", "cloud"};
/// Images our receiver's bundle is known to run on; any other x86-64 Linux will do as well.
constexpr std::array imagePrefixes{"aliyun_3_", "debian_12", "debian_11", "ubuntu_22", "ubuntu_24", "anolisos_8", "centos_7"};
constexpr int attemptsMost = 20; ///< combinations of type and zone that are looked at closely
constexpr qint64 systemDiskLeastGiB = 20;

struct Choice
{
    QString zoneId;
    QString instanceType;
    QString imageId;
    qint64 systemGiB = 0;
    QString systemCategory;
    QString dataCategory;
    qint64 dataLeastGiB = 0;
};

template <class Names>
const ecs::Available *best(const QList<ecs::Available> &offers, const Names &names, qint64 leastGiB, qint64 mostGiB)
{
    for (const char *name : names) {
        const auto offer = std::find_if(offers.begin(), offers.end(), [&](const ecs::Available &one) {
            return one.inStock && one.value == QLatin1String(name) && (one.mostGiB == 0 || mostGiB <= one.mostGiB)
                && (leastGiB == 0 || one.leastGiB == 0 || leastGiB >= one.leastGiB);
        });
        if (offer != offers.end())
            return &*offer;
    }
    return nullptr;
}

std::optional<ecs::Image> bestImage(QList<ecs::Image> images)
{
    images.removeIf([](const ecs::Image &image) { return image.state != ecs::ImageState::Available; });
    std::stable_sort(images.begin(), images.end(), [](const ecs::Image &a, const ecs::Image &b) { return a.created > b.created; });
    for (const char *prefix : imagePrefixes) {
        for (const ecs::Image &image : images) {
            if (image.id.startsWith(QLatin1String(prefix)))
                return image;
        }
    }
    return images.isEmpty() ? std::nullopt : std::optional(images.first());
}

/// Everything that goes with one instance type in one zone; empty when something of it is not to be had.
Result<std::optional<Choice>> completed(const StepContext &context, const ecs::Available &type)
{
    ecs::ImageQuery imageQuery;
    imageQuery.owner = QStringLiteral("system");
    imageQuery.architecture = QStringLiteral("x86_64"); // also keeps Arm instance types out
    imageQuery.osType = QStringLiteral("linux");
    imageQuery.instanceType = type.value;
    const Result<QList<ecs::Image>> images = context.cloud().images().describeImages(imageQuery, context.stop());
    if (!images)
        return images.error();
    const std::optional<ecs::Image> image = bestImage(*images);
    if (!image)
        return std::optional<Choice>();
    const qint64 systemGiB = std::max(systemDiskLeastGiB, image->sizeGiB);
    ecs::AvailableQuery query{ecs::AvailableQuery::Kind::SystemDisk, type.zoneId, type.value, {}, 0, 0};
    const Result<QList<ecs::Available>> systemDisks = context.cloud().ecs().describeAvailableResource(query, context.stop());
    if (!systemDisks)
        return systemDisks.error();
    const ecs::Available *system = best(*systemDisks, systemCategories, systemGiB, systemGiB);
    if (!system)
        return std::optional<Choice>();
    query.kind = ecs::AvailableQuery::Kind::DataDisk;
    query.systemDiskCategory = system->value;
    const Result<QList<ecs::Available>> dataDisks = context.cloud().ecs().describeAvailableResource(query, context.stop());
    if (!dataDisks)
        return dataDisks.error();
    qint64 largest = 0;
    for (const TargetDisk &disk : targetDisks(context.plan(), context.source().facts()))
        largest = std::max(largest, disk.sizeGiB);
    const ecs::Available *data = best(*dataDisks, dataCategories, 0, largest); // a smaller disk than the least is made larger
    if (!data)
        return std::optional<Choice>();
    return std::optional(Choice{type.zoneId, type.value, image->id, systemGiB, system->value, data->value, data->leastGiB});
}

QString nameOf(const ecs::Available &type) { return type.value + QLatin1Char('@') + type.zoneId; }

bool isWanted(const StepContext &context, const ecs::Available &type, const Preference &preference)
{
    const QString zone = context.text("vSwitchId").isEmpty() ? QString() : context.text("zoneId"); // a vSwitch binds us to its zone
    return type.inStock && (zone.isEmpty() || type.zoneId == zone) && type.value.startsWith(QLatin1String(preference.family))
        && !context.value("soldOut").toArray().contains(nameOf(type));
}

Result<> remember(StepContext &context, const Choice &choice)
{
    return context.set({{QStringLiteral("zoneId"), choice.zoneId}, {QStringLiteral("instanceType"), choice.instanceType},
        {QStringLiteral("systemImageId"), choice.imageId}, {QStringLiteral("systemGiB"), choice.systemGiB},
        {QStringLiteral("systemCategory"), choice.systemCategory}, {QStringLiteral("dataCategory"), choice.dataCategory},
        {QStringLiteral("dataLeastGiB"), choice.dataLeastGiB}});
}

}

Result<> checkStock(StepContext &context)
{
    const QString named = context.plan().job.instanceType;
    int attempts = 0;
    QStringList tried;
    for (const Preference &preference : preferences) {
        ecs::AvailableQuery query;
        query.instanceType = named;
        query.cores = named.isEmpty() ? preference.cores : 0;
        query.memoryGiB = named.isEmpty() ? preference.memoryGiB : 0;
        const Result<QList<ecs::Available>> types = context.cloud().ecs().describeAvailableResource(query, context.stop());
        if (!types)
            return types.error();
        for (const ecs::Available &type : *types) {
            const bool isNamed = named.isEmpty() || type.value == named;
            if (!isNamed || !isWanted(context, type, named.isEmpty() ? preference : Preference{0, 0, ""}) || tried.contains(nameOf(type)))
                continue;
            tried.append(nameOf(type));
            const Result<std::optional<Choice>> choice = completed(context, type);
            if (!choice)
                return choice.error();
            if (*choice)
                return remember(context, **choice);
            if (++attempts == attemptsMost)
                break;
        }
        if (!named.isEmpty() || attempts == attemptsMost)
            break;
    }
    return Error{ErrorCode::StockSoldOut, Retry::AfterUserAction, {named.isEmpty() ? QStringLiteral("1–2 vCPU") : named, context.region()},
        QStringLiteral("%1 combinations of type and zone lacked an image or a disk category").arg(attempts)};
}

}
