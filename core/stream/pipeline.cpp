#include "core/stream/pipeline.h"

#include "core/stream/pacedread.h"
#include "core/stream/packer.h"

#include <algorithm>

namespace edgelift {

namespace {

constexpr int readerThreads = 2; // two 4 MiB reads under way keep a disk busy
constexpr size_t readBuffers = 12; // some being read, packed, queued and, uncompressed, sent

int packerThreads() { return int(std::clamp(std::thread::hardware_concurrency(), 1U, 4U)); }

size_t packBuffers(const CopyJob &job) { return size_t(packerThreads() + std::clamp(job.settings.streams, 1, 16) + 1); }

}

Pipeline::Pipeline(CopyJob &job)
    : m_job(job)
    , m_readBuffers(readBuffers, wire::maxDataLength)
    , m_packBuffers(packBuffers(job), wire::compressedBound(wire::maxDataLength))
    , m_work(job)
    , m_zeros(job)
    , m_read(readBuffers)
    , m_frames(size_t(packerThreads()))
    , m_reading(readerThreads)
    , m_packing(packerThreads())
{
}

Pipeline::~Pipeline() { m_abort.request_stop(); }

Result<> Pipeline::start(const std::stop_token &stop)
{
    m_onStop.emplace(stop, [this] { m_abort.request_stop(); });
    for (int i = 0; i < std::clamp(m_job.settings.streams, 1, 16); ++i) {
        auto link = std::make_unique<DataLink>(m_job, m_abort.get_token());
        if (Result<> connected = link->connect(); !connected)
            return connected;
        m_links.push_back(std::move(link));
    }
    const auto launch = [this](auto work) {
        m_threads.emplace_back([this, work] {
            const ThreadPriorities::Entry entry(m_job.limits.threads());
            try {
                work();
            } catch (const std::exception &e) { // out of memory: must not cross the thread's end
                fail({ErrorCode::Internal, Retry::AfterWait, {}, QString::fromUtf8(e.what())});
            }
            ended();
        });
    };
    m_running = readerThreads + packerThreads() + 2 * int(m_links.size());
    for (int i = 0; i < readerThreads; ++i)
        launch([this] { read(); });
    for (int i = 0; i < packerThreads(); ++i)
        launch([this] { pack(); });
    for (const auto &link : m_links) {
        launch([this, &link = *link] { send(link); });
        launch([this, &link = *link] { receive(link); });
    }
    return ok();
}

void Pipeline::read()
{
    const std::stop_token abort = m_abort.get_token();
    while (!abort.stop_requested()) {
        const std::optional<Piece> piece = m_work.next();
        if (!piece)
            break;
        ReadPiece read{
            *piece, quint32(m_job.plans[size_t(piece->disk)].bytesOf(piece->first, piece->count).count), m_readBuffers.acquire(abort)};
        if (!read.buffer)
            break;
        const StageTimer timer(m_job.times.reading);
        const Result<> done = readPaced(*m_job.readers[size_t(piece->disk)], piece->first * m_job.extentSize, read.length, *read.buffer,
            m_job.diskLimiter, m_job.limits.bytesRead(), abort);
        if (!done)
            fail(done.error());
        m_job.times.bytesRead += read.length;
        if (!done || !m_read.push(std::move(read), abort))
            break;
    }
    if (--m_reading == 0)
        m_read.close();
}

void Pipeline::pack()
{
    const std::stop_token abort = m_abort.get_token();
    Packer packer(
        m_job, m_zeros, m_packBuffers, [this, &abort](OutFrame frame) { return m_frames.push(std::move(frame), abort); }, abort);
    using Clock = std::chrono::steady_clock;
    for (Clock::time_point idle = Clock::now();;) {
        const std::optional<ReadPiece> read = m_read.pop(abort);
        const Clock::time_point begin = Clock::now();
        if (!read || !packer.pack(*read) || !emitZeros(false))
            break;
        const auto waited = packer.takeWaited();
        m_job.level.packed({Clock::now() - begin - waited, begin - idle, waited});
        idle = Clock::now();
    }
    if (--m_packing == 0 && !abort.stop_requested() && emitZeros(true))
        m_frames.close();
}

bool Pipeline::emitZeros(bool everything)
{
    for (OutFrame &frame : m_zeros.take(everything)) {
        if (!m_frames.push(std::move(frame), m_abort.get_token()))
            return false;
    }
    return true;
}

void Pipeline::send(DataLink &link)
{
    const Result<> sent = link.send(m_frames);
    // A lost link is for receive() to report: the receiver may have said why before it closed.
    if (!sent && sent.error().code != ErrorCode::LinkLost)
        fail(sent.error());
}

void Pipeline::receive(DataLink &link)
{
    if (const Result<> received = link.receive(); !received)
        fail(received.error());
}

void Pipeline::fail(const Error &error)
{
    {
        const std::lock_guard lock(m_mutex);
        if (!m_error)
            m_error = error;
    }
    m_abort.request_stop();
}

void Pipeline::ended()
{
    const std::lock_guard lock(m_mutex);
    --m_running;
    m_changed.notify_all();
}

bool Pipeline::waitFor(std::chrono::milliseconds time)
{
    for (const auto &link : m_links) {
        if (const Result<> moving = link->checkStall(); !moving)
            fail(moving.error());
    }
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, time, [this] { return m_running == 0; });
}

Result<> Pipeline::result()
{
    const std::lock_guard lock(m_mutex);
    if (m_error)
        return *m_error;
    return ok();
}

}
