#include "core/migrate/live/livelayout.h"

#include <algorithm>

namespace edgelift {

namespace {

constexpr quint64 swapHeader = 4096; ///< the first page (mkswap(8)); larger on no processor we migrate

const QList<UseFacts> &usesOf(const ServerFacts &facts)
{
    static const QList<UseFacts> none;
    return facts.live ? facts.live->uses : none;
}

bool isFrozen(const UseFacts &use) { return use.kind == UseFacts::Kind::Mount && !use.readOnly && canFreeze(use.fs); }

void addSegments(RangeSet &to, const VolumeFacts &volume, const QString &disk)
{
    for (const DiskSegment &segment : volume.segments) {
        if (segment.disk == disk)
            to.add(ByteRange{segment.offset.count, segment.length.count});
    }
}

}

LiveLayout::LiveLayout(const ServerFacts &facts, QStringList disks)
    : m_facts(facts)
    , m_disks(std::move(disks))
{
}

bool LiveLayout::isOnDisks(const UseFacts &use) const
{
    return std::any_of(use.disks.begin(), use.disks.end(), [this](const QString &disk) { return m_disks.contains(disk); });
}

/// What only lies below a stack (a RAID's member, an encrypted volume) is written by the filesystem on top.
bool LiveLayout::isReached(const VolumeFacts &volume) const
{
    const bool isBelow = volume.fs == FsType::MdMember || volume.fs == FsType::Crypt;
    const QList<UseFacts> &uses = usesOf(m_facts);
    return std::any_of(uses.begin(), uses.end(), [&](const UseFacts &use) {
        return isFrozen(use) && (use.volume == volume.id || (isBelow && use.volume.isEmpty() && use.disks.contains(volume.disk)));
    });
}

std::vector<LiveAreas> LiveLayout::areas() const
{
    std::vector<LiveAreas> out;
    for (const QString &id : m_disks) {
        LiveAreas areas;
        RangeSet reached;
        for (const VolumeFacts &volume : m_facts.volumes) {
            if (volume.fs == FsType::Swap) {
                RangeSet inside;
                addSegments(inside, volume, id);
                if (!volume.segments.isEmpty() && volume.segments.first().disk == id)
                    inside.subtract(ByteRange{volume.segments.first().offset.count, swapHeader});
                areas.ignored.add(inside);
            } else if (isReached(volume)) {
                addSegments(reached, volume, id);
            }
        }
        const DiskFacts *disk = m_facts.disk(id);
        areas.unfrozen = reached.complement(ByteRange{0, disk ? disk->size.count : 0});
        areas.unfrozen.subtract(areas.ignored);
        out.push_back(std::move(areas));
    }
    return out;
}

QSet<QString> LiveLayout::frozenVolumes() const
{
    QSet<QString> ids;
    for (const UseFacts &use : usesOf(m_facts)) {
        if (isFrozen(use) && isOnDisks(use) && !use.volume.isEmpty())
            ids.insert(use.volume);
    }
    return ids;
}

QList<MountedFilesystem> LiveLayout::filesystems(const QList<MountedFilesystem> &mounted) const
{
    QList<MountedFilesystem> ours;
    for (const MountedFilesystem &one : mounted) {
        const QList<UseFacts> &uses = usesOf(m_facts);
        const bool wanted = std::any_of(
            uses.begin(), uses.end(), [&](const UseFacts &use) { return isFrozen(use) && use.device == one.superblock && isOnDisks(use); });
        if (wanted)
            ours.append(one);
    }
    return freezeOrder(ours);
}

std::optional<SelfTestPlace> LiveLayout::place(const QString &folder, const QString &device) const
{
    const QList<UseFacts> &uses = usesOf(m_facts);
    const auto use = std::find_if(uses.begin(), uses.end(), [&](const UseFacts &one) { return isFrozen(one) && one.device == device; });
    const VolumeFacts *volume = use == uses.end() ? nullptr : m_facts.volume(use->volume);
    if (!volume || volume->segments.isEmpty())
        return std::nullopt;
    SelfTestPlace place;
    place.folder = folder;
    quint64 start = 0;
    for (const DiskSegment &segment : volume->segments) {
        const int disk = int(m_disks.indexOf(segment.disk));
        if (disk < 0)
            return std::nullopt;
        place.pieces.push_back({start, segment.length.count, disk, segment.offset.count});
        start += segment.length.count;
    }
    place.disk = place.pieces.front().disk;
    return place;
}

bool LiveLayout::hasRaid() const
{
    return std::any_of(m_facts.volumes.begin(), m_facts.volumes.end(),
        [this](const VolumeFacts &volume) { return volume.fs == FsType::MdMember && m_disks.contains(volume.disk); });
}

}
