#include "core/source/tracking/bufferedtracker.h"

namespace edgelift {

BufferedTracker::BufferedTracker(Epoch epoch, EpochGuard guard)
    : m_epoch(std::move(epoch))
    , m_guard(std::move(guard))
    , m_table(m_epoch)
{
}

void BufferedTracker::start()
{
    m_lost = m_guard.settle([this] { return seen(); });
    m_audited = m_guard.settled();
    m_reader = std::jthread([this](const std::stop_token &stop) {
        while (!stop.stop_requested()) {
            waitForEvents();
            const std::scoped_lock lock(m_mutex);
            lookAtDisks();
        }
    });
}

void BufferedTracker::lose(const Error &error)
{
    if (!m_lost)
        m_lost = error;
}

void BufferedTracker::take(const BlockEvent &event)
{
    if (const std::optional<Error> problem = m_table.take(event, m_era))
        lose(*problem);
}

Result<QList<quint64>> BufferedTracker::seen()
{
    drain();
    if (m_lost)
        return *m_lost;
    QList<quint64> sectors;
    for (int disk = 0; disk < m_epoch.disks.size(); ++disk)
        sectors.append(m_table.writtenSectors(disk));
    return sectors;
}

void BufferedTracker::lookAtDisks()
{
    if (!m_lost)
        m_lost = m_guard.look([this] { return seen(); });
}

quint32 BufferedTracker::era() const
{
    const std::scoped_lock lock(m_mutex);
    return m_era;
}

Result<quint32> BufferedTracker::advanceEra()
{
    const std::scoped_lock lock(m_mutex);
    drain(); // what is read from now on gets the new era
    if (m_lost)
        return *m_lost;
    return ++m_era;
}

Result<std::vector<quint32>> BufferedTracker::marks(int disk)
{
    const std::scoped_lock lock(m_mutex);
    drain();
    if (m_lost)
        return *m_lost;
    return m_table.marks(disk);
}

Result<> BufferedTracker::intact()
{
    const std::scoped_lock lock(m_mutex);
    lookAtDisks();
    if (!m_lost)
        compareCounts();
    return m_lost ? Result<>(*m_lost) : ok();
}

quint64 BufferedTracker::writtenSectors(int disk)
{
    const std::scoped_lock lock(m_mutex);
    return m_table.writtenSectors(disk);
}

}
