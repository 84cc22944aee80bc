#include "core/source/tracking/blktracetracker.h"

#include "core/source/tracking/blktracerecords.h"
#include "core/source/tracking/bufferedtracker.h"
#include "core/source/tracking/pinnedreader.h"
#include "core/source/tracking/processors.h"

#include <algorithm>
#include <bit>

namespace edgelift {

namespace {

using namespace std::chrono_literals;

constexpr quint64 allBuffers = 64U << 20;
constexpr quint32 leastBuffer = 16U << 10;
constexpr auto readEvery = 100ms;

class BlktraceTracker final : public BufferedTracker
{
public:
    BlktraceTracker(const Epoch &epoch, EpochGuard guard)
        : BufferedTracker(epoch, std::move(guard))
    {
    }
    ~BlktraceTracker() override { stop(); }
    [[nodiscard]] Result<> open(DiskTraceOptions options);

private:
    /// What belongs to one processor.
    struct Processor
    {
        std::unique_ptr<PinnedReader> reader;
        std::vector<BlktraceRecords> records; ///< by disk
    };
    [[nodiscard]] Result<> openProcessor(int place, int number);
    void takeFrom(Processor &processor);
    void drain() override;
    void compareCounts() override;
    void waitForEvents() override { std::this_thread::sleep_for(readEvery); } // the readers empty the kernel's buffers meanwhile

    QByteArray m_online;
    std::vector<DiskTrace> m_traces; ///< by disk
    std::vector<Processor> m_processors; ///< after the traces, whose files they read
};

Result<> BlktraceTracker::open(DiskTraceOptions options)
{
    const Result<QByteArray> online = onlineProcessors();
    if (!online)
        return online.error();
    m_online = *online;
    const QList<int> numbers = processorsIn(m_online);
    const auto share = quint32(allBuffers / quint64(numbers.size() * epoch().disks.size() * options.buffers));
    options.bufferBytes = std::min(options.bufferBytes, std::max(std::bit_floor(share), leastBuffer));
    for (const TrackedDisk &disk : epoch().disks) {
        Result<DiskTrace> trace = DiskTrace::start(disk, numbers, options);
        if (!trace)
            return trace.error();
        m_traces.push_back(trace.take());
    }
    for (int place = 0; place < numbers.size(); ++place) {
        if (const Result<> opened = openProcessor(place, numbers.at(place)); !opened)
            return opened;
    }
    start();
    return ok();
}

Result<> BlktraceTracker::openProcessor(int place, int number)
{
    QList<int> files;
    Processor processor;
    for (size_t disk = 0; disk < m_traces.size(); ++disk) {
        const TrackedDisk &facts = epoch().disks.at(qsizetype(disk));
        files.append(m_traces[disk].file(place));
        processor.records.emplace_back(facts.major, facts.minor);
    }
    Result<std::unique_ptr<PinnedReader>> reader = PinnedReader::start(number, files);
    if (!reader)
        return reader.error();
    processor.reader = reader.take();
    m_processors.push_back(std::move(processor));
    return ok();
}

void BlktraceTracker::takeFrom(Processor &processor)
{
    const Result<QList<QByteArray>> read = processor.reader->collect();
    if (!read)
        return lose(read.error());
    for (size_t disk = 0; disk < processor.records.size(); ++disk) {
        BlktraceRecords &records = processor.records[disk];
        const QString &path = epoch().disks.at(qsizetype(disk)).path;
        if (const auto why = records.take(read->at(qsizetype(disk)), [this](const BlockEvent &event) { take(event); }))
            lose(trackingLost(path, *why));
        else if (records.rest() > 0) // each was written at once, on the processor that read it
            lose(trackingLost(path, QStringLiteral("half a trace record")));
    }
}

/// Everything that the kernel recorded before the call: it does so before anybody is told that a request ended. And nothing was dropped.
void BlktraceTracker::drain()
{
    const auto end = std::chrono::steady_clock::now() + drainLimit;
    for (const Processor &processor : m_processors)
        processor.reader->ask();
    for (Processor &processor : m_processors) {
        if (!processor.reader->wait(end))
            return lose(trackingLost(QStringLiteral("-"), QStringLiteral("a reader of trace records does not answer")));
        takeFrom(processor);
    }
    for (size_t disk = 0; disk < m_traces.size(); ++disk) {
        const std::optional<quint64> dropped = m_traces[disk].dropped();
        if (!dropped || *dropped > 0)
            lose(trackingLost(
                epoch().disks.at(qsizetype(disk)).path, QStringLiteral("%1 trace records were dropped").arg(dropped.value_or(0))));
    }
}

void BlktraceTracker::compareCounts()
{
    const Result<QByteArray> online = onlineProcessors();
    if (!online || *online != m_online)
        lose(trackingLost(QStringLiteral("-"), QStringLiteral("a processor was switched on or off")));
}

}

Result<std::unique_ptr<ChangeTracker>> startBlktraceTracker(const QList<TrackedDisk> &disks, const BlktraceOptions &options)
{
    if (const Result<> sensible = checkTrackingRequest(disks, options.blockSize); !sensible)
        return sensible.error();
    const Epoch epoch = newEpoch(QStringLiteral("blktrace"), options.blockSize, disks);
    Result<EpochGuard> guard = EpochGuard::start(epoch);
    if (!guard)
        return guard.error();
    auto tracker = std::make_unique<BlktraceTracker>(epoch, guard.take());
    if (const Result<> opened = tracker->open(options.trace); !opened)
        return opened.error();
    return std::unique_ptr<ChangeTracker>(std::move(tracker));
}

}
