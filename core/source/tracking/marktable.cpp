#include "core/source/tracking/marktable.h"

#include "core/base/files.h"
#include "core/source/tracking/epochguard.h"

#include <algorithm>

namespace edgelift {

MarkTable::MarkTable(const Epoch &epoch)
    : m_blockSize(epoch.blockSize)
{
    for (const TrackedDisk &facts : epoch.disks) {
        const auto path = QStringLiteral("/sys/dev/block/%1:%2/queue/max_discard_segments").arg(facts.major).arg(facts.minor);
        const Result<QByteArray> segments = readFile(path, 64);
        const size_t blocks = (facts.size.count + m_blockSize.count - 1) / m_blockSize.count;
        m_disks.push_back({facts, segments && segments->trimmed().toUInt() > 1, 0, std::vector<quint32>(blocks)});
    }
}

std::optional<Error> MarkTable::take(const BlockEvent &event, quint32 era)
{
    const auto disk = std::find_if(m_disks.begin(), m_disks.end(),
        [&event](const Disk &one) { return one.facts.major == event.major && one.facts.minor == event.minor; });
    if (disk == m_disks.end() || event.kind == BlockEvent::Kind::Harmless)
        return {};
    if (event.sectors == 0 && event.mayBeEmpty)
        return {};
    const quint64 size = disk->facts.size.count / 512;
    if (event.sectors == 0 || event.sector >= size || event.sectors > size - event.sector)
        return trackingLost(disk->facts.path, QStringLiteral("a command without a range on the disk"));
    disk->written += event.sectors;
    if (event.kind == BlockEvent::Kind::Discard && disk->scattersDiscards) {
        std::fill(disk->marks.begin(), disk->marks.end(), era);
        return {};
    }
    const quint64 perBlock = m_blockSize.count / 512;
    const auto first = disk->marks.begin() + qptrdiff(event.sector / perBlock);
    const auto last = disk->marks.begin() + qptrdiff((event.sector + event.sectors - 1) / perBlock);
    std::fill(first, last + 1, era);
    return {};
}

}
