#pragma once
#include "core/service/registry.h"

#include <QStringList>
#include <optional>

namespace edgelift {

class World;

/// What the simulated cloud sells. Prices are plausible list prices (pay-as-you-go, CNY per hour) and marked as simulated in replies.
struct InstanceType
{
    QString id;
    QString family;
    int cpu = 0;
    double memoryGiB = 0;
    QString level; ///< EntryLevel, EnterpriseLevel, CreditEntryLevel
    double price = 0;
};

struct DiskCategory
{
    QString id;
    int systemLeast = 0; ///< GiB; 0: cannot be a system disk
    int systemMost = 0;
    int dataLeast = 0;
    int dataMost = 0;
    double pricePerGiB = 0; ///< CNY per GiB and hour
};

struct SystemImage
{
    QString id;
    QString name;
    QString osName;
    QString platform;
    int sizeGiB = 0;
};

[[nodiscard]] QStringList regionIds();
[[nodiscard]] bool isRegion(const QString &region);
[[nodiscard]] QStringList zonesOf(const QString &region); ///< empty for an unknown region
/// Whether ExportImage honours ImageFormat there; elsewhere images always become raw.tar.gz (alibaba.md 2.2).
[[nodiscard]] bool exportsAnyFormat(const QString &region);
[[nodiscard]] const QList<InstanceType> &instanceTypes();
[[nodiscard]] std::optional<InstanceType> instanceType(const QString &id);
/// The limits of `category`; for cloud_essd those of the performance level (empty: PL1). Nothing when there is no such category.
[[nodiscard]] std::optional<DiskCategory> diskCategory(const QString &category, const QString &performanceLevel = {});
[[nodiscard]] QList<DiskCategory> diskCategories();
[[nodiscard]] const QList<SystemImage> &systemImages(); ///< the same in every region

[[nodiscard]] ActionReply describeRegions(World &world, const ActionCall &call);
[[nodiscard]] ActionReply describeZones(World &world, const ActionCall &call);
[[nodiscard]] ActionReply describeAvailableResource(World &world, const ActionCall &call);
[[nodiscard]] ActionReply describeInstanceTypes(World &world, const ActionCall &call);
[[nodiscard]] ActionReply describePrice(World &world, const ActionCall &call);

}
