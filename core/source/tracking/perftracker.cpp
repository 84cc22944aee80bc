#include "core/source/tracking/perftracker.h"

#include "core/base/files.h"
#include "core/source/tracking/blockevent.h"
#include "core/source/tracking/epochguard.h"
#include "core/source/tracking/marktable.h"
#include "core/source/tracking/perfring.h"
#include "core/source/tracking/tracefs.h"

#include <bit>
#include <mutex>
#include <poll.h>
#include <thread>

namespace edgelift {

namespace {

using namespace std::chrono_literals;

constexpr auto drainLimit = 2s; ///< the interface says so
constexpr auto quietLimit = 300ms; ///< a record is written microseconds after its event was counted
constexpr auto readEvery = 100ms; ///< when no ring says that it fills up

/// "0-3,5": as the kernel writes it.
Result<QByteArray> onlineProcessors() { return readFile(QStringLiteral("/sys/devices/system/cpu/online"), 4096); }

QList<int> processorsIn(const QByteArray &list)
{
    QList<int> numbers;
    for (const QByteArray &part : list.trimmed().split(',')) {
        const QList<QByteArray> ends = part.split('-');
        for (int number = ends.first().toInt(); number <= ends.last().toInt(); ++number)
            numbers.append(number);
    }
    return numbers;
}

class PerfTracker final : public ChangeTracker
{
public:
    PerfTracker(Epoch epoch, EpochGuard guard, BlockEventFormat format)
        : m_epoch(std::move(epoch))
        , m_guard(std::move(guard))
        , m_format(format)
        , m_table(m_epoch)
    {
    }
    [[nodiscard]] Result<> start(quint64 eventId, size_t ringPages);

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
    void lose(const Error &error); // with m_mutex, as the ones below
    void take(std::span<const uchar> record);
    void readRing(PerfRing &ring);
    [[nodiscard]] bool readUntil(PerfRing &ring, const std::function<bool()> &enough);
    void drain();
    void compareCounts();
    [[nodiscard]] Result<QList<quint64>> seen();
    void lookAtDisks();
    void readOn(const std::stop_token &stop);

    const Epoch m_epoch;
    mutable std::mutex m_mutex;
    EpochGuard m_guard;
    BlockEventFormat m_format;
    MarkTable m_table;
    std::vector<PerfRing> m_rings;
    QByteArray m_processors;
    quint32 m_era = 1;
    std::optional<Error> m_lost;
    bool m_audited = false; ///< set before anybody else has this object
    std::jthread m_reader; ///< last: it ends before what it uses
};

Result<> PerfTracker::start(quint64 eventId, size_t ringPages)
{
    const Result<QByteArray> processors = onlineProcessors();
    if (!processors)
        return processors.error();
    m_processors = *processors;
    const QList<int> numbers = processorsIn(m_processors);
    if (ringPages == 0)
        ringPages = std::bit_floor(std::clamp<size_t>(16384 / size_t(numbers.size()), 64, 1024)); // 64 MiB in all
    for (const int number : numbers) {
        Result<PerfRing> ring = PerfRing::open(number, eventId, ringPages);
        if (!ring)
            return ring.error();
        m_rings.push_back(ring.take());
    }
    m_lost = m_guard.settle([this] { return seen(); });
    m_audited = m_guard.settled();
    m_reader = std::jthread([this](const std::stop_token &stop) { readOn(stop); });
    return ok();
}

void PerfTracker::lose(const Error &error)
{
    if (!m_lost)
        m_lost = error;
}

void PerfTracker::take(std::span<const uchar> record)
{
    const Result<BlockEvent> event = m_format.decode(record);
    if (!event)
        return lose(trackingLost(QStringLiteral("-"), event.error().detail));
    if (const std::optional<Error> problem = m_table.take(*event, m_era))
        lose(*problem);
}

void PerfTracker::readRing(PerfRing &ring)
{
    ring.drain([this](std::span<const uchar> record) { take(record); });
    if (ring.lost() > 0)
        lose(trackingLost(QStringLiteral("-"), QStringLiteral("%1 events were dropped").arg(ring.lost())));
}

/// Reads until `enough` is true; false when nothing more comes although it is not.
bool PerfTracker::readUntil(PerfRing &ring, const std::function<bool()> &enough)
{
    const auto deadline = std::chrono::steady_clock::now() + drainLimit;
    auto quietSince = std::chrono::steady_clock::now();
    for (qint64 counted = ring.count(); !m_lost; std::this_thread::sleep_for(20us)) {
        readRing(ring);
        if (enough())
            return true;
        const auto now = std::chrono::steady_clock::now();
        if (const qint64 latest = ring.count(); latest != counted) {
            counted = latest;
            quietSince = now;
        }
        if (counted < 0 || now > deadline || now - quietSince > quietLimit)
            return false;
    }
    return false;
}

/// Until everything that was counted before the call has been read. An event is counted first and in the ring a moment later.
void PerfTracker::drain()
{
    for (PerfRing &ring : m_rings) {
        const qint64 wanted = ring.count();
        if (!readUntil(ring, [&ring, wanted] { return wanted >= 0 && ring.taken() + ring.lost() >= wanted; }))
            return lose(trackingLost(QStringLiteral("-"), QStringLiteral("events were counted but not recorded")));
    }
}

/// Events lost without a word show when all that was counted should have been read. On a busy processor that moment must be caught.
void PerfTracker::compareCounts()
{
    for (PerfRing &ring : m_rings) {
        if (!readUntil(ring, [&ring] { return ring.taken() + ring.lost() == ring.count(); }))
            return lose(trackingLost(QStringLiteral("-"), QStringLiteral("the number of events read is not the number counted")));
    }
    const Result<QByteArray> processors = onlineProcessors();
    if (!processors || *processors != m_processors)
        lose(trackingLost(QStringLiteral("-"), QStringLiteral("a processor was switched on or off")));
}

Result<QList<quint64>> PerfTracker::seen()
{
    drain();
    if (m_lost)
        return *m_lost;
    QList<quint64> sectors;
    for (int disk = 0; disk < m_epoch.disks.size(); ++disk)
        sectors.append(m_table.writtenSectors(disk));
    return sectors;
}

void PerfTracker::lookAtDisks()
{
    if (!m_lost)
        m_lost = m_guard.look([this] { return seen(); });
}

void PerfTracker::readOn(const std::stop_token &stop)
{
    std::vector<pollfd> rings;
    for (const PerfRing &ring : m_rings)
        rings.push_back({ring.descriptor(), POLLIN, 0});
    while (!stop.stop_requested()) {
        ::poll(rings.data(), rings.size(), int(std::chrono::milliseconds(readEvery).count()));
        const std::scoped_lock lock(m_mutex);
        lookAtDisks();
    }
}

Result<quint32> PerfTracker::advanceEra()
{
    const std::scoped_lock lock(m_mutex);
    drain(); // what is read from now on gets the new era, which can only be later than right
    if (m_lost)
        return *m_lost;
    return ++m_era;
}

Result<std::vector<quint32>> PerfTracker::marks(int disk)
{
    const std::scoped_lock lock(m_mutex);
    drain();
    if (m_lost)
        return *m_lost;
    return m_table.marks(disk);
}

Result<> PerfTracker::intact()
{
    const std::scoped_lock lock(m_mutex);
    lookAtDisks();
    if (!m_lost)
        compareCounts();
    return m_lost ? Result<>(*m_lost) : ok();
}

quint64 PerfTracker::writtenSectors(int disk)
{
    const std::scoped_lock lock(m_mutex);
    return m_table.writtenSectors(disk);
}

}

Result<std::unique_ptr<ChangeTracker>> startPerfTracker(const QList<TrackedDisk> &disks, const PerfOptions &options)
{
    if (const Result<> sensible = checkTrackingRequest(disks, options.blockSize); !sensible)
        return sensible.error();
    Epoch epoch = newEpoch(QStringLiteral("perf"), options.blockSize, disks);
    Result<EpochGuard> guard = EpochGuard::start(epoch);
    if (!guard)
        return guard.error();
    const Result<TraceEvent> event = readTraceEvent(options.event);
    if (!event)
        return event.error();
    const Result<BlockEventFormat> format = BlockEventFormat::parse(event->format);
    if (!format)
        return format.error();
    auto tracker = std::make_unique<PerfTracker>(std::move(epoch), guard.take(), *format);
    if (const Result<> started = tracker->start(event->id, options.ringPages); !started)
        return started.error();
    return std::unique_ptr<ChangeTracker>(std::move(tracker));
}

}
