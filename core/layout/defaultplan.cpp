#include "core/layout/defaultplan.h"

#include "core/layout/layoutchange.h"

#include <algorithm>

namespace edgelift {

namespace {

bool isLetter(QChar c) { return (c >= QLatin1Char('a') && c <= QLatin1Char('z')) || (c >= QLatin1Char('A') && c <= QLatin1Char('Z')); }
bool isDigit(QChar c) { return c >= QLatin1Char('0') && c <= QLatin1Char('9'); }
bool isNameCharacter(QChar c) { return isLetter(c) || isDigit(c) || QStringLiteral(":_-").contains(c); }

qint64 targetGiB(const DiskFacts &disk, Plan::Role role)
{
    const qint64 size = std::max<qint64>(planGiB(disk.size), 1);
    return role == Plan::Role::System ? std::clamp(size, limits::systemDiskLeastGiB, limits::systemDiskMostGiB) : size;
}

Plan::Disk planOf(const DiskFacts &disk, Plan::Role role, const ServerFacts &facts)
{
    Plan::Disk out{disk.id, role, targetGiB(disk, role), false, {}};
    for (const VolumeFacts &volume : facts.volumes) {
        if (volume.disk != disk.id || !isMountTarget(volume))
            continue;
        out.volumes.append(
            {volume.mountPoint, volume.id, true, Plan::Replication::Block, planMiB(volume.size), volume.boot || volume.system});
    }
    return out;
}

}

bool isMountTarget(const VolumeFacts &volume)
{
    switch (volume.fs) {
    case FsType::Ext2:
    case FsType::Ext3:
    case FsType::Ext4:
    case FsType::Xfs:
    case FsType::Btrfs:
    case FsType::Vfat:
        return true;
    case FsType::Empty:
    case FsType::Unknown:
    case FsType::Swap:
    case FsType::LvmPhysicalVolume:
    case FsType::MdMember:
    case FsType::Crypt:
        return false;
    }
    Q_UNREACHABLE();
}

bool isLegalName(const QString &name)
{
    return name.size() >= 2 && name.size() <= 128 && isLetter(name.at(0)) && std::all_of(name.begin(), name.end(), isNameCharacter);
}

QString legalName(const QString &text)
{
    QString name;
    for (const QChar c : text)
        name += isNameCharacter(c) ? c : QLatin1Char('-');
    while (name.endsWith(QLatin1Char('-')))
        name.chop(1);
    if (name.isEmpty())
        return QStringLiteral("server");
    if (!isLetter(name.at(0)))
        name.prepend(QLatin1String("s-"));
    if (name.size() < 2)
        name += QLatin1String("-server");
    return name.left(64); // room for the time stamp that follows the prefix
}

Plan defaultPlan(const ServerFacts &facts, const QString &region)
{
    Plan plan;
    plan.image.region = region;
    plan.image.transitRegion = region;
    plan.image.bucket =
        region == QLatin1String("ap-southeast-1") ? QStringLiteral("edgelift-transit-sg") : QStringLiteral("edgelift-transit");
    plan.image.namePrefix = legalName(facts.os.hostName.isEmpty() ? facts.sourceName : facts.os.hostName);
    if (facts.live)
        plan.excludes = facts.live->excludes;
    const DiskFacts *system = facts.systemDisk();
    if (system)
        plan.disks.append(planOf(*system, Plan::Role::System, facts));
    for (const DiskFacts &disk : facts.disks) {
        if (&disk != system)
            plan.disks.append(planOf(disk, Plan::Role::Data, facts));
    }
    return plan;
}

}
