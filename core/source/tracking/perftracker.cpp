#include "core/source/tracking/perftracker.h"

#include "core/source/tracking/blockevent.h"
#include "core/source/tracking/bufferedtracker.h"
#include "core/source/tracking/perfring.h"
#include "core/source/tracking/processors.h"
#include "core/source/tracking/tracefs.h"

#include <bit>
#include <poll.h>

namespace edgelift {

namespace {

using namespace std::chrono_literals;

constexpr auto quietLimit = 300ms; ///< a record is written microseconds after its event was counted
constexpr qsizetype longestFilter = 4096; ///< the kernel takes a page
constexpr auto readEvery = 100ms; ///< when no ring says that it fills up

/// For the events of these disks alone. Others' would fill the rings, and where a kernel counts events that it does not record (Linux 6.18
/// did, of a disk whose requests end while the processor is idle) they would void an epoch that they do not concern.
QByteArray filterFor(const QList<TrackedDisk> &disks)
{
    QByteArrayList terms;
    for (const TrackedDisk &disk : disks)
        terms.append("dev == " + QByteArray::number((disk.major << 20) | disk.minor)); // the kernel's own dev_t
    const QByteArray filter = terms.join(" || ");
    return filter.size() < longestFilter ? filter : QByteArray();
}

class PerfTracker final : public BufferedTracker
{
public:
    PerfTracker(Epoch epoch, EpochGuard guard, BlockEventFormat format)
        : BufferedTracker(std::move(epoch), std::move(guard))
        , m_format(format)
    {
    }
    ~PerfTracker() override { stop(); }
    [[nodiscard]] Result<> open(quint64 eventId, size_t ringPages);

private:
    void takeRecord(std::span<const uchar> record);
    void readRing(PerfRing &ring);
    [[nodiscard]] bool readUntil(PerfRing &ring, const std::function<bool()> &enough);
    void drain() override;
    void compareCounts() override;
    void waitForEvents() override;

    BlockEventFormat m_format;
    std::vector<PerfRing> m_rings;
    QByteArray m_processors;
};

Result<> PerfTracker::open(quint64 eventId, size_t ringPages)
{
    const Result<QByteArray> processors = onlineProcessors();
    if (!processors)
        return processors.error();
    m_processors = *processors;
    const QByteArray filter = filterFor(epoch().disks);
    const QList<int> numbers = processorsIn(m_processors);
    if (ringPages == 0)
        ringPages = std::bit_floor(std::clamp<size_t>(16384 / size_t(numbers.size()), 64, 1024)); // 64 MiB in all
    for (const int number : numbers) {
        Result<PerfRing> ring = PerfRing::open(number, eventId, ringPages, filter);
        if (!ring)
            return ring.error();
        m_rings.push_back(ring.take());
    }
    start();
    return ok();
}

void PerfTracker::takeRecord(std::span<const uchar> record)
{
    const Result<BlockEvent> event = m_format.decode(record);
    if (!event)
        return lose(trackingLost(QStringLiteral("-"), event.error().detail));
    take(*event);
}

void PerfTracker::readRing(PerfRing &ring)
{
    ring.drain([this](std::span<const uchar> record) { takeRecord(record); });
    if (ring.lost() > 0)
        lose(trackingLost(QStringLiteral("-"), QStringLiteral("%1 events were dropped").arg(ring.lost())));
}

/// Reads until `enough` is true; false when nothing more comes although it is not.
bool PerfTracker::readUntil(PerfRing &ring, const std::function<bool()> &enough)
{
    const auto deadline = std::chrono::steady_clock::now() + drainLimit;
    auto quietSince = std::chrono::steady_clock::now();
    for (qint64 counted = ring.count(); !isLost(); std::this_thread::sleep_for(20us)) {
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

void PerfTracker::waitForEvents()
{
    std::vector<pollfd> rings;
    for (const PerfRing &ring : m_rings)
        rings.push_back({ring.descriptor(), POLLIN, 0});
    ::poll(rings.data(), rings.size(), int(std::chrono::milliseconds(readEvery).count()));
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
    if (const Result<> opened = tracker->open(event->id, options.ringPages); !opened)
        return opened.error();
    return std::unique_ptr<ChangeTracker>(std::move(tracker));
}

}
