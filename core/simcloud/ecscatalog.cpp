#include "core/simcloud/ecscatalog.h"

#include <algorithm>

namespace edgelift {

namespace {

struct Region
{
    const char *id;
    const char *zones; ///< the letters behind the region's id
    bool anyFormat;
};

constexpr Region regions[] = {
    {"cn-beijing", "hkl", false},
    {"cn-hangzhou", "hij", false},
    {"cn-shanghai", "bgl", false},
    {"cn-shenzhen", "cde", false},
    {"cn-qingdao", "bc", false},
    {"cn-zhangjiakou", "ab", false},
    {"cn-hongkong", "bc", false},
    {"ap-southeast-1", "abc", true},
    {"ap-southeast-3", "ab", true},
    {"ap-southeast-5", "ab", true},
    {"ap-northeast-1", "bc", true},
    {"eu-central-1", "ab", true},
    {"eu-west-1", "ab", true},
    {"me-east-1", "a", true},
    {"us-east-1", "ab", true},
    {"us-west-1", "ab", true},
};

const Region *find(const QString &id)
{
    const auto *found =
        std::find_if(std::begin(regions), std::end(regions), [&](const Region &one) { return id == QLatin1String(one.id); });
    return found == std::end(regions) ? nullptr : found;
}

}

QStringList regionIds()
{
    QStringList out;
    for (const Region &region : regions)
        out += QLatin1String(region.id);
    return out;
}

bool isRegion(const QString &region) { return find(region) != nullptr; }

QStringList zonesOf(const QString &region)
{
    QStringList out;
    if (const Region *found = find(region)) {
        // Mainland zones are "cn-beijing-h", the others "ap-southeast-1a".
        const QString joint = region.at(region.size() - 1).isDigit() ? QString() : QStringLiteral("-");
        for (const char *letter = found->zones; *letter != 0; ++letter)
            out += region + joint + QLatin1Char(*letter);
    }
    return out;
}

bool exportsAnyFormat(const QString &region)
{
    const Region *found = find(region);
    return found != nullptr && found->anyFormat;
}

const QList<InstanceType> &instanceTypes()
{
    static const auto make = [](const char *id, int cpu, double memory, const char *level, double price) {
        const QString type = QLatin1String(id);
        return InstanceType{type, type.left(type.lastIndexOf(QLatin1Char('.'))), cpu, memory, QLatin1String(level), price};
    };
    static const QList<InstanceType> types{
        make("ecs.n4.small", 1, 2, "EntryLevel", 0.24),
        make("ecs.n4.large", 2, 4, "EntryLevel", 0.46),
        make("ecs.t5-lc1m1.small", 1, 1, "CreditEntryLevel", 0.11),
        make("ecs.t5-lc1m2.small", 1, 2, "CreditEntryLevel", 0.16),
        make("ecs.t5-lc1m4.large", 2, 8, "CreditEntryLevel", 0.38),
        make("ecs.t6-c1m1.large", 2, 2, "CreditEntryLevel", 0.213),
        make("ecs.t6-c1m2.large", 2, 4, "CreditEntryLevel", 0.298),
        make("ecs.t6-c1m4.large", 2, 8, "CreditEntryLevel", 0.468),
        make("ecs.e-c1m1.large", 2, 2, "EntryLevel", 0.189),
        make("ecs.e-c1m2.large", 2, 4, "EntryLevel", 0.264),
        make("ecs.e-c1m4.large", 2, 8, "EntryLevel", 0.415),
        make("ecs.c6.large", 2, 4, "EnterpriseLevel", 0.39),
        make("ecs.c7.large", 2, 4, "EnterpriseLevel", 0.40),
        make("ecs.g6.large", 2, 8, "EnterpriseLevel", 0.50),
        make("ecs.g7.large", 2, 8, "EnterpriseLevel", 0.52),
        make("ecs.g7.xlarge", 4, 16, "EnterpriseLevel", 1.04),
        make("ecs.r7.large", 2, 16, "EnterpriseLevel", 0.66),
    };
    return types;
}

std::optional<InstanceType> instanceType(const QString &id)
{
    for (const InstanceType &type : instanceTypes()) {
        if (type.id == id)
            return type;
    }
    return std::nullopt;
}

QList<DiskCategory> diskCategories()
{
    return {
        {QStringLiteral("cloud_efficiency"), 20, 2048, 20, 32768, 0.00049},
        {QStringLiteral("cloud_ssd"), 20, 2048, 20, 32768, 0.0014},
        {QStringLiteral("cloud_essd"), 20, 2048, 20, 32768, 0.0021},
        {QStringLiteral("cloud_auto"), 1, 2048, 1, 65536, 0.00105},
        {QStringLiteral("cloud_essd_entry"), 10, 2048, 10, 32768, 0.00091},
        {QStringLiteral("cloud"), 0, 0, 5, 2000, 0.0003},
    };
}

std::optional<DiskCategory> diskCategory(const QString &category, const QString &performanceLevel)
{
    for (DiskCategory one : diskCategories()) {
        if (one.id != category)
            continue;
        if (category != QLatin1String("cloud_essd"))
            return performanceLevel.isEmpty() ? std::optional(one) : std::nullopt;
        const QStringList levels{QStringLiteral("PL0"), QStringLiteral("PL1"), QStringLiteral("PL2"), QStringLiteral("PL3")};
        const int least[] = {1, 20, 461, 1261};
        const auto level = performanceLevel.isEmpty() ? 1 : levels.indexOf(performanceLevel);
        if (level < 0)
            return std::nullopt;
        one.systemLeast = one.dataLeast = least[level];
        return one;
    }
    return std::nullopt;
}

const QList<SystemImage> &systemImages()
{
    static const QList<SystemImage> images{
        {QStringLiteral("aliyun_3_x64_20G_alibase_20250629.vhd"), QStringLiteral("aliyun_3_x64_20G_alibase_20250629.vhd"),
            QStringLiteral("Alibaba Cloud Linux  3.2104 LTS 64位"), QStringLiteral("Aliyun"), 20},
        {QStringLiteral("debian_12_11_x64_20G_alibase_20250624.vhd"), QStringLiteral("debian_12_11_x64_20G_alibase_20250624.vhd"),
            QStringLiteral("Debian  12.11 64位"), QStringLiteral("Debian"), 20},
    };
    return images;
}

}
