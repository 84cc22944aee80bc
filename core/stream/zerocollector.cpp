#include "core/stream/zerocollector.h"

namespace edgelift {

namespace {
constexpr std::chrono::milliseconds patience{200};
constexpr quint64 many = 4096; // extents: 4 GiB
}

void ZeroCollector::add(int disk, quint64 firstExtent, quint64 count)
{
    const std::lock_guard lock(m_mutex);
    if (m_count == 0)
        m_oldest = std::chrono::steady_clock::now();
    m_count += count;
    m_pending[size_t(disk)].add(ByteRange{firstExtent, count});
}

std::vector<OutFrame> ZeroCollector::take(bool everything)
{
    std::vector<OutFrame> frames;
    const std::lock_guard lock(m_mutex);
    if (m_count == 0 || !(everything || m_count >= many || std::chrono::steady_clock::now() - m_oldest >= patience))
        return frames;
    for (size_t disk = 0; disk < m_pending.size(); ++disk) {
        for (const ByteRange &range : m_pending[disk]) {
            OutFrame frame;
            frame.type = wire::FrameType::Zero;
            frame.disk = int(disk);
            frame.first = range.offset;
            frame.count = range.length;
            frame.head =
                wire::encode(wire::ZeroMessage{m_job.disks.at(int(disk)).index, m_job.settings.epoch, range.offset * m_job.extentSize,
                    m_job.plans[disk].bytesOf(range.offset, range.length).count, m_job.live.round, m_job.extentSize});
            frames.push_back(std::move(frame));
        }
        m_pending[disk] = {};
    }
    m_count = 0;
    return frames;
}

}
