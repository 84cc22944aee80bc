#include "core/source/tracking/ebpftracker.h"

#include "core/source/tracking/epochguard.h"
#include "core/source/tracking/marksobject.h"
#include "core/source/tracking/misswatch.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace edgelift {

namespace {

using namespace std::chrono_literals;

constexpr auto lookEvery = 250ms; ///< see MissWatch and EpochGuard

QString taintText(quint32 taint)
{
    if (taint & MARKS_TAINT_PASSTHROUGH)
        return QStringLiteral("a command was sent past the block layer");
    if (taint & MARKS_TAINT_OUTSIDE)
        return QStringLiteral("a request without a range on the disk");
    return QStringLiteral("a request that could not be read");
}

class EbpfTracker final : public ChangeTracker
{
public:
    EbpfTracker(Epoch epoch, EpochGuard guard, std::unique_ptr<MarksObject> object)
        : m_epoch(std::move(epoch))
        , m_guard(std::move(guard))
        , m_object(std::move(object))
    {
        m_lost = m_guard.settle([this] { return seen(); });
        m_audited = m_guard.settled();
        m_watcher = std::jthread([this](const std::stop_token &stop) { watch(stop); });
    }

    QString backend() const override { return m_epoch.backend; }
    bool online() const override { return true; }
    bool audited() const override { return m_audited; }
    const Epoch &epoch() const override { return m_epoch; }
    quint32 era() const override
    {
        const std::scoped_lock lock(m_mutex);
        return m_era;
    }
    Result<quint32> advanceEra() override;
    Result<std::vector<quint32>> marks(int disk) override;
    Result<> intact() override;
    quint64 writtenSectors(int disk) override;

private:
    [[nodiscard]] Result<> publish(quint32 era); // with m_mutex, as the ones below
    void lose(const Error &error);
    void lookForSkipped();
    [[nodiscard]] Result<QList<quint64>> seen();
    void lookAtDisks();
    [[nodiscard]] quint64 mostSeen(const marks_disk &about) const;
    void watch(const std::stop_token &stop);

    const Epoch m_epoch;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_wake;
    EpochGuard m_guard;
    std::unique_ptr<MarksObject> m_object;
    MissWatch<MARKS_COPIES> m_misses;
    std::array<quint64, MARKS_COPIES> m_skipped{};
    quint32 m_era = 1;
    std::optional<Error> m_lost;
    bool m_audited = false; ///< set before anybody else has this object
    std::jthread m_watcher; ///< last: it ends before what it uses
};

void EbpfTracker::lose(const Error &error)
{
    if (!m_lost)
        m_lost = error;
}

void EbpfTracker::lookForSkipped()
{
    const auto skipped = m_object->skipped();
    if (!skipped)
        return lose(skipped.error());
    m_skipped = *skipped;
    if (!m_misses.look(m_skipped))
        lose(trackingLost(QStringLiteral("-"), QStringLiteral("every copy of the program was skipped")));
}

/// Sectors that may have been seen at most: a copy that was skipped does not know how many it missed.
quint64 EbpfTracker::mostSeen(const marks_disk &about) const
{
    constexpr quint64 largestRequest = 1 << 16; // sectors; queue/max_hw_sectors_kb of known drivers is less
    quint64 most = 0;
    for (size_t copy = 0; copy < MARKS_COPIES; ++copy)
        most = std::max(most, about.written[copy] + m_skipped[copy] * largestRequest);
    return most;
}

/// The counters are read before the skips: a copy skipped in between lacks sectors that its skips must make up for, or they would seem to
/// have been written unseen.
Result<QList<quint64>> EbpfTracker::seen()
{
    QList<marks_disk> counters;
    for (int disk = 0; disk < m_epoch.disks.size(); ++disk) {
        const Result<marks_disk> about = m_object->disk(disk);
        if (!about)
            return about.error();
        if (about->taint != 0)
            return trackingLost(m_epoch.disks.at(disk).path, taintText(about->taint));
        counters.append(*about);
    }
    lookForSkipped();
    if (m_lost)
        return *m_lost;
    QList<quint64> sectors;
    for (const marks_disk &about : std::as_const(counters))
        sectors.append(mostSeen(about));
    return sectors;
}

void EbpfTracker::lookAtDisks()
{
    if (!m_lost)
        m_lost = m_guard.look([this] { return seen(); });
}

void EbpfTracker::watch(const std::stop_token &stop)
{
    std::unique_lock lock(m_mutex);
    while (!m_wake.wait_for(lock, stop, lookEvery, [&stop] { return stop.stop_requested(); }))
        lookAtDisks();
}

Result<> EbpfTracker::publish(quint32 era)
{
    if (const int problem = m_object->publish(era); problem != 0)
        lose(trackingLost(QStringLiteral("-"), QStringLiteral("the era could not be published: errno %1").arg(problem)));
    return m_lost ? Result<>(*m_lost) : ok();
}

Result<quint32> EbpfTracker::advanceEra()
{
    const std::scoped_lock lock(m_mutex);
    if (const Result<> published = publish(m_era + 1); !published)
        return published.error();
    return ++m_era;
}

Result<std::vector<quint32>> EbpfTracker::marks(int disk)
{
    const std::scoped_lock lock(m_mutex);
    if (const Result<> drained = publish(m_era); !drained) // waits for marks that are being stored
        return drained.error();
    Result<std::vector<quint32>> eras = m_object->marks(disk);
    if (!eras)
        lose(eras.error());
    return eras;
}

Result<> EbpfTracker::intact()
{
    const std::scoped_lock lock(m_mutex);
    lookAtDisks();
    return m_lost ? Result<>(*m_lost) : ok();
}

quint64 EbpfTracker::writtenSectors(int disk)
{
    const std::scoped_lock lock(m_mutex);
    const Result<marks_disk> about = m_object->disk(disk);
    return about ? std::max({about->written[0], about->written[1], about->written[2]}) : 0;
}

}

Result<std::unique_ptr<ChangeTracker>> startEbpfTracker(const QList<TrackedDisk> &disks, const EbpfOptions &options)
{
    if (const Result<> sensible = checkTrackingRequest(disks, options.blockSize); !sensible)
        return sensible.error();
    Epoch epoch = newEpoch(QStringLiteral("ebpf"), options.blockSize, disks);
    Result<EpochGuard> guard = EpochGuard::start(epoch);
    if (!guard)
        return guard.error();
    Result<std::unique_ptr<MarksObject>> object = MarksObject::load(options.program, epoch, options.typed);
    if (!object)
        return object.error();
    return std::unique_ptr<ChangeTracker>(new EbpfTracker(std::move(epoch), guard.take(), object.take()));
}

}
