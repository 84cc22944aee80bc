#include "core/stream/maps/usedmap.h"

#include "core/stream/maps/volumemap.h"

#include <algorithm>
#include <map>
#include <optional>

namespace edgelift {

namespace {

/// The bytes of every disk that nobody needs, gathered volume by volume.
class FreeSpace
{
public:
    FreeSpace(const ServerFacts &facts, const QSet<QString> &still, const std::stop_token &stop)
        : m_facts(facts)
        , m_still(still)
        , m_stop(stop)
    {
    }
    Result<> open(const QHash<QString, std::shared_ptr<const BlockView>> &disks)
    {
        m_views = disks;
        for (const DiskFacts &disk : m_facts.disks) {
            const std::shared_ptr<const BlockView> view = disks.value(disk.id);
            if (!view || view->size() < disk.size.count)
                return Error{ErrorCode::SourceChanged, Retry::Never, {disk.name}, QStringLiteral("smaller than inspected")};
        }
        return ok();
    }
    void gather()
    {
        for (const VolumeFacts &volume : m_facts.volumes) {
            const QString unusual = placement(volume);
            const VolumeMap map = unusual.isEmpty() ? mapOf(volume) : VolumeMap::takeWhole(unusual);
            if (!map.whole.isEmpty() && volume.fs != FsType::Empty) // such as a boot loader's partition: nothing was expected of it
                m_notes.append({volume.id, map.whole});
            for (const ByteRange &range : map.free)
                addFree(volume, range);
        }
    }
    UsedMaps take()
    {
        UsedMaps maps;
        for (const DiskFacts &disk : m_facts.disks) {
            const RangeSet free = RangeSet::fromUnsorted(std::move(m_free[disk.id]));
            RangeSet used = free.complement({0, disk.size.count});
            used.squeeze();
            maps.disks.insert(disk.id, used);
        }
        maps.notes = m_notes;
        return maps;
    }

private:
    QString placement(const VolumeFacts &volume) const;
    bool mayHaveSnapshots(const VolumeFacts &volume) const;
    VolumeMap mapOf(const VolumeFacts &volume) const;
    VolumeMap physicalVolume(const VolumeFacts &volume, const BlockView &view) const;
    void addFree(const VolumeFacts &volume, const ByteRange &range);

    const ServerFacts &m_facts;
    const QSet<QString> &m_still;
    const std::stop_token &m_stop;
    QHash<QString, std::shared_ptr<const BlockView>> m_views; ///< by disk id
    std::map<QString, std::vector<ByteRange>> m_free;
    QList<Note> m_notes;
};

bool overlap(const DiskSegment &a, const DiskSegment &b)
{
    return a.disk == b.disk && a.offset.count < b.offset.count + b.length.count && b.offset.count < a.offset.count + a.length.count;
}

/// Logical volumes lie inside partitions by nature; apart from that no two volumes may share a byte.
bool sameLevel(const VolumeFacts &a, const VolumeFacts &b)
{
    return (a.kind == VolumeFacts::Kind::LogicalVolume) == (b.kind == VolumeFacts::Kind::LogicalVolume);
}

/// A snapshot's store has unknown content. What the snapshot shows lies partly in blocks that its origin has freed since.
bool FreeSpace::mayHaveSnapshots(const VolumeFacts &volume) const
{
    const auto group = [](const QString &id) { return id.left(id.indexOf(QLatin1Char('/')) + 1); };
    return std::any_of(m_facts.volumes.begin(), m_facts.volumes.end(), [&](const VolumeFacts &other) {
        return other.kind == VolumeFacts::Kind::LogicalVolume && other.id != volume.id && group(other.id) == group(volume.id)
            && other.fs == FsType::Unknown && !other.segments.isEmpty();
    });
}

/// Why the volume's place on the disks forbids leaving anything out of it; empty when nothing does.
QString FreeSpace::placement(const VolumeFacts &volume) const
{
    quint64 length = 0;
    for (const DiskSegment &segment : volume.segments) {
        const DiskFacts *disk = m_facts.disk(segment.disk);
        if (!disk || segment.offset.count > disk->size.count || segment.length.count > disk->size.count - segment.offset.count)
            return QStringLiteral("it is not inside a disk");
        length += segment.length.count;
        for (const VolumeFacts &other : m_facts.volumes) {
            for (const DiskSegment &theirs : other.segments) {
                if (&segment != &theirs && sameLevel(volume, other) && overlap(segment, theirs))
                    return QStringLiteral("it shares space with %1").arg(other.id);
            }
        }
    }
    if (volume.segments.isEmpty())
        return QStringLiteral("it is not linear");
    if (volume.kind == VolumeFacts::Kind::LogicalVolume && mayHaveSnapshots(volume))
        return QStringLiteral("another volume of its group may be a snapshot of it");
    return length == volume.size.count ? QString() : QStringLiteral("its segments do not make up its size");
}

VolumeMap FreeSpace::mapOf(const VolumeFacts &volume) const
{
    QList<SegmentedView::Piece> pieces;
    for (const DiskSegment &segment : volume.segments)
        pieces.append({m_views.value(segment.disk), segment.offset.count, segment.length.count});
    const SegmentedView view(std::move(pieces));
    switch (volume.fs) {
    case FsType::Ext2:
    case FsType::Ext3:
    case FsType::Ext4:
        return extMap(view, m_stop);
    case FsType::Xfs:
        return xfsMap(view, m_still.contains(volume.id), m_stop);
    case FsType::Btrfs:
        return btrfsMap(view, m_stop);
    case FsType::Vfat:
        return fatMap(view, m_stop);
    case FsType::Swap:
        return swapMap(view);
    case FsType::LvmPhysicalVolume:
        return physicalVolume(volume, view);
    case FsType::Empty:
        return VolumeMap::takeWhole(QStringLiteral("no filesystem was found on it"));
    case FsType::Unknown:
    case FsType::MdMember:
    case FsType::Crypt:
        return VolumeMap::takeWhole(QStringLiteral("its content cannot be read"));
    }
    Q_UNREACHABLE();
}

VolumeMap FreeSpace::physicalVolume(const VolumeFacts &volume, const BlockView &view) const
{
    const VolumeGroupFacts *group = nullptr;
    for (const VolumeGroupFacts &candidate : m_facts.groups) {
        if (candidate.physicalVolumes.contains(volume.id))
            group = &candidate;
    }
    if (!group)
        return VolumeMap::takeWhole(QStringLiteral("it belongs to no volume group"));
    const DiskSegment &home = volume.segments.constFirst();
    RangeSet taken;
    for (const VolumeFacts &logical : m_facts.volumes) {
        if (logical.kind != VolumeFacts::Kind::LogicalVolume)
            continue;
        // Where the extents of such a volume are is not in the facts, so none of its group may count as free.
        if (logical.segments.isEmpty() && logical.id.startsWith(group->name + QLatin1Char('/')))
            return VolumeMap::takeWhole(QStringLiteral("%1 is not linear").arg(logical.id));
        for (const DiskSegment &segment : logical.segments) {
            if (overlap(segment, home))
                taken.add({segment.offset.count - std::min(home.offset.count, segment.offset.count), segment.length.count});
        }
    }
    return lvmMap(view, group->extentSize.count, taken);
}

/// `range` is in the volume; its bytes may lie in several segments.
void FreeSpace::addFree(const VolumeFacts &volume, const ByteRange &range)
{
    quint64 start = 0;
    for (const DiskSegment &segment : volume.segments) {
        const quint64 from = std::max(range.offset, start);
        const quint64 to = std::min(range.end(), start + segment.length.count);
        if (from < to)
            m_free[segment.disk].push_back({segment.offset.count + (from - start), to - from});
        start += segment.length.count;
    }
}

}

Result<UsedMaps> usedRanges(const ServerFacts &facts, const QHash<QString, QString> &diskPaths, const std::stop_token &stop)
{
    QHash<QString, std::shared_ptr<const BlockView>> disks;
    for (const DiskFacts &disk : facts.disks) {
        const Result<std::shared_ptr<FileView>> view = FileView::open(diskPaths.value(disk.id));
        if (!view)
            return view.error();
        disks.insert(disk.id, *view);
    }
    return usedRanges(facts, disks, {}, stop);
}

Result<UsedMaps> usedRanges(const ServerFacts &facts, const QHash<QString, std::shared_ptr<const BlockView>> &disks,
    const QSet<QString> &still, const std::stop_token &stop)
{
    FreeSpace space(facts, still, stop);
    if (const Result<> opened = space.open(disks); !opened)
        return opened.error();
    space.gather();
    if (stop.stop_requested())
        return Error{ErrorCode::SourceUnreadable, Retry::AfterUserAction, {}, QStringLiteral("stopped")};
    return space.take();
}

}
