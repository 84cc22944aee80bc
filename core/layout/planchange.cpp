#include "core/layout/planchange.h"

#include "core/layout/planfile.h"

#include <QJsonObject>

namespace edgelift {

namespace {

QString word(const char *text) { return QString::fromLatin1(text); }

QString firstDifference(const QJsonValue &before, const QJsonValue &after, const QString &path)
{
    if (before == after)
        return {};
    if (!before.isObject() || !after.isObject())
        return path;
    const QJsonObject old = before.toObject();
    const QJsonObject fresh = after.toObject();
    QStringList keys = old.keys() + fresh.keys();
    keys.removeDuplicates();
    for (const QString &key : keys) {
        const QString place = path.isEmpty() ? key : path + QLatin1Char('.') + key;
        if (const QString found = firstDifference(old.value(key), fresh.value(key), place); !found.isEmpty())
            return found;
    }
    return path;
}

QJsonObject withoutLayout(const Plan &plan)
{
    QJsonObject object = toJson(plan);
    object.remove(word("modifyDisks"));
    object.remove(word("disks"));
    return object;
}

/// What a plan says of the server's own disks and volumes, one line each, without regard to order and place.
template <class Say>
QStringList disksOf(const Plan &plan, const Say &say)
{
    QStringList out;
    for (const Plan::Disk &disk : plan.disks)
        out.append(say(disk));
    out.sort();
    return out;
}

template <class Say>
QStringList volumesOf(const Plan &plan, const Say &say)
{
    QStringList out;
    for (const Plan::Disk &disk : plan.disks) {
        for (const Plan::Volume &volume : disk.volumes)
            out.append(say(volume));
    }
    out.sort();
    return out;
}

}

QString changedBesidesLayout(const Plan &before, const Plan &after)
{
    if (const QString field = firstDifference(withoutLayout(before), withoutLayout(after), {}); !field.isEmpty())
        return field;
    const auto disksDiffer = [&](const auto &say) { return disksOf(before, say) != disksOf(after, say); };
    const auto volumesDiffer = [&](const auto &say) { return volumesOf(before, say) != volumesOf(after, say); };
    const QChar line = QLatin1Char('\n');
    if (disksDiffer([](const Plan::Disk &disk) { return disk.source; }))
        return word("disks.source");
    if (disksDiffer([&](const Plan::Disk &disk) { return disk.source + line + QString::number(int(disk.role)); }))
        return word("disks.role");
    if (volumesDiffer([](const Plan::Volume &volume) { return volume.source; }))
        return word("disks.volumes.source");
    if (volumesDiffer([&](const Plan::Volume &volume) { return volume.source + line + volume.mount; }))
        return word("disks.volumes.mount");
    if (volumesDiffer([&](const Plan::Volume &volume) { return volume.source + line + QString::number(int(volume.fixed)); }))
        return word("disks.volumes.fixed");
    return {};
}

}
