#include "core/simcloud/faults.h"

#include "core/base/files.h"
#include "core/base/log.h"

#include <QFileInfo>
#include <QJsonArray>
#include <algorithm>

namespace edgelift {

namespace {

QJsonObject faults(const QString &dataDir)
{
    const QString path = dataDir + QStringLiteral("/faults.json");
    if (!QFileInfo::exists(path))
        return {};
    const Result<QJsonObject> read = readJsonFile(path);
    if (!read) {
        log::warning("simcloud", QStringLiteral("faults.json ignored"), {{QStringLiteral("reason"), read.error().detail}});
        return {};
    }
    return *read;
}

}

bool isSoldOut(const QString &dataDir, const QString &instanceType, const QString &zone)
{
    const QJsonArray list = faults(dataDir).value(QLatin1String("soldOut")).toArray();
    return list.contains(QLatin1String("*")) || list.contains(instanceType)
        || list.contains(QStringLiteral("%1@%2").arg(instanceType, zone));
}

std::optional<ActionReply> plannedRefusal(const QString &dataDir, const QString &action)
{
    const QJsonObject refusal = faults(dataDir).value(QLatin1String("refuse")).toObject().value(action).toObject();
    if (refusal.isEmpty())
        return std::nullopt;
    return ActionReply::refuse(refusal.value(QLatin1String("status")).toInt(400), refusal.value(QLatin1String("code")).toString(),
        refusal.value(QLatin1String("message")).toString());
}

std::optional<InstanceLink::Quality> plannedLink(const QString &dataDir)
{
    const QJsonValue link = faults(dataDir).value(QLatin1String("link"));
    if (!link.isObject())
        return std::nullopt;
    constexpr double bytesInMegabit = 125000;
    const double megabits = std::clamp(link[QLatin1String("megabits")].toDouble(), 0.0, 1e6);
    return InstanceLink::Quality{qint64(megabits * bytesInMegabit), link[QLatin1String("down")].toBool()};
}

}
