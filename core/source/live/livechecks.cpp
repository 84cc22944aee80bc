#include "core/source/live/livechecks.h"

#include "core/layout/defaultplan.h"
#include "core/source/live/devicestack.h"
#include "core/source/tracking/freezelist.h"

#include <QLocale>
#include <algorithm>

namespace edgelift {

namespace {

using Severity = Check::Severity;

constexpr Bytes leastFreeMemory{256U << 20}; ///< a quarter of it is what the final step may use

Check told(const char *id, Severity severity, const QStringList &args = {}) { return {QLatin1String(id), severity, args, {}, {}}; }

bool isSystemPlace(const QString &place)
{
    static const QStringList places{
        QStringLiteral("/"), QStringLiteral("/usr"), QStringLiteral("/boot"), QStringLiteral("/boot/efi"), QStringLiteral("/efi")};
    return places.contains(place);
}

bool isOnVolume(const UseFacts &use, const ServerFacts &facts)
{
    const VolumeFacts *volume = facts.volume(use.volume);
    return volume && isMountTarget(*volume);
}

/// True when that is why nothing is known about what is mounted there.
bool hides(const UnreadableFacts &unreadable, const UseFacts &use, const ServerFacts &facts)
{
    if (use.kind != UseFacts::Kind::Mount || isOnVolume(use, facts))
        return false;
    if (unreadable.what == QLatin1String("LVM"))
        return use.layers.join(QLatin1Char(' ')).contains(QLatin1String("(LVM"));
    return unreadable.what == use.volume || std::any_of(use.disks.begin(), use.disks.end(), [&](const QString &id) {
        const DiskFacts *disk = facts.disk(id);
        return disk && disk->name == unreadable.what;
    });
}

/// Something a server starts from that is not simply on a partition or a linear logical volume.
bool isUnsupported(const UseFacts &use, const ServerFacts &facts)
{
    const bool hidden = std::any_of(facts.live->unreadable.begin(), facts.live->unreadable.end(),
        [&](const UnreadableFacts &unreadable) { return hides(unreadable, use, facts); });
    return use.kind == UseFacts::Kind::Mount && isSystemPlace(use.place) && !use.disks.isEmpty() && !isOnVolume(use, facts) && !hidden;
}

QString layersOf(const UseFacts &use) { return use.layers.isEmpty() ? use.fs : use.layers.join(QStringLiteral(", ")); }

void checkStacks(const ServerFacts &facts, QList<Check> &checks)
{
    for (const ObstacleFacts &obstacle : facts.live->obstacles)
        checks.append(
            {QStringLiteral("readiness.stack-") + obstacleName(obstacle.kind), Severity::Blocker, {obstacle.user, obstacle.device}, {},
                Error{ErrorCode::DeviceStackUnsupported, Retry::AfterUserAction, {obstacle.user, obstacle.device}, {}}});
    for (const UseFacts &use : facts.live->uses) {
        if (isUnsupported(use, facts)) {
            checks.append({QStringLiteral("readiness.system-stack"), Severity::Blocker, {use.place, layersOf(use)}, {},
                Error{ErrorCode::VolumeUnsupported, Retry::AfterUserAction, {use.place, layersOf(use)}, {}}});
            continue;
        }
        const bool isFile = use.layers.value(0).startsWith(QLatin1String("loop"));
        if (use.kind != UseFacts::Kind::Swap && !use.layers.isEmpty() && !isFile && !isOnVolume(use, facts))
            checks.append(told("readiness.stack", Severity::Info, {use.place, layersOf(use)}));
    }
}

void checkMounts(const ServerFacts &facts, QList<Check> &checks)
{
    for (const UseFacts &use : facts.live->uses) {
        const bool frozen = use.kind != UseFacts::Kind::Mount || use.readOnly || canFreeze(use.fs);
        if (!frozen && !use.disks.isEmpty())
            checks.append(told("readiness.not-frozen", Severity::Info, {use.place, use.fs}));
    }
    constexpr qsizetype mostShown = 5;
    QStringList shown = facts.live->elsewhere.mid(0, mostShown);
    if (facts.live->elsewhere.size() > mostShown)
        shown.append(QStringLiteral("…"));
    if (!shown.isEmpty())
        checks.append(told("readiness.elsewhere", Severity::Info, {shown.join(QStringLiteral(", "))}));
}

void checkMachine(const ServerFacts &facts, QList<Check> &checks)
{
    for (const UnreadableFacts &unreadable : facts.live->unreadable) {
        Check check = told("readiness.disk-unreadable", Severity::Warning, {unreadable.what, unreadable.reason});
        const bool needed = std::any_of(
            facts.live->uses.begin(), facts.live->uses.end(), [&](const UseFacts &use) { return hides(unreadable, use, facts); });
        if (needed) {
            check.severity = Severity::Blocker;
            check.error = Error{ErrorCode::SourceUnreadable, Retry::AfterUserAction, {unreadable.what}, unreadable.reason};
        }
        checks.append(check);
    }
    for (const QString &name : facts.live->byPlace)
        checks.append(told("readiness.disk-place", Severity::Warning, {name}));
    const Bytes memory = facts.live->freeMemory;
    if (memory.count > 0)
        checks.append(told("readiness.memory", memory < leastFreeMemory ? Severity::Warning : Severity::Ok,
            {QLocale().formattedDataSize(qint64(memory.count))}));
}

}

bool hasRunningRoot(const ServerFacts &facts)
{
    return facts.live && std::any_of(facts.live->uses.begin(), facts.live->uses.end(), [](const UseFacts &use) {
        return use.place == QLatin1String("/") && !use.disks.isEmpty();
    });
}

void addLiveChecks(const ServerFacts &facts, QList<Check> &checks)
{
    if (!facts.live)
        return;
    checkStacks(facts, checks);
    checkMounts(facts, checks);
    checkMachine(facts, checks);
}

}
