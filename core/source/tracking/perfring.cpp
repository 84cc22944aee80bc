#include "core/source/tracking/perfring.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace edgelift {

namespace {

constexpr size_t pageSize = 4096;

Error unavailable(const char *what, int processor)
{
    return {ErrorCode::TrackerUnavailable, Retry::AfterUserAction, {QStringLiteral("perf")},
        QStringLiteral("%1, processor %2: %3").arg(QLatin1String(what)).arg(processor).arg(QString::fromLocal8Bit(std::strerror(errno)))};
}

}

Result<PerfRing> PerfRing::open(int processor, quint64 eventId, size_t pages, const QByteArray &filter)
{
    perf_event_attr wanted{};
    wanted.size = PERF_ATTR_SIZE_VER1; // what Linux 2.6.33 knows
    wanted.type = PERF_TYPE_TRACEPOINT;
    wanted.config = eventId;
    wanted.sample_type = PERF_SAMPLE_RAW;
    wanted.sample_period = 1;
    wanted.disabled = 1;
    wanted.watermark = 1;
    wanted.wakeup_watermark = quint32(pages * pageSize / 4);
    Fd event(int(::syscall(SYS_perf_event_open, &wanted, -1, processor, -1, PERF_FLAG_FD_CLOEXEC)));
    if (!event && errno == EINVAL) // before Linux 3.14
        event.reset(int(::syscall(SYS_perf_event_open, &wanted, -1, processor, -1, 0)));
    if (!event)
        return unavailable("perf_event_open", processor);
    void *memory = ::mmap(nullptr, (pages + 1) * pageSize, PROT_READ | PROT_WRITE, MAP_SHARED, event.get(), 0);
    if (memory == MAP_FAILED)
        return unavailable("mmap", processor);
    PerfRing ring(std::move(event), static_cast<perf_event_mmap_page *>(memory), pages);
    if (!filter.isEmpty())
        (void)::ioctl(ring.descriptor(), PERF_EVENT_IOC_SET_FILTER, filter.constData());
    if (::ioctl(ring.descriptor(), PERF_EVENT_IOC_ENABLE, 0) != 0)
        return unavailable("enable", processor);
    return ring;
}

PerfRing::PerfRing(Fd event, perf_event_mmap_page *memory, size_t pages)
    : m_event(std::move(event))
    , m_memory(memory)
    , m_pages(pages)
{
}

PerfRing::PerfRing(PerfRing &&other) noexcept
    : m_event(std::move(other.m_event))
    , m_memory(std::exchange(other.m_memory, nullptr))
    , m_pages(other.m_pages)
    , m_taken(other.m_taken)
    , m_lost(other.m_lost)
    , m_record(std::move(other.m_record))
{
}

PerfRing::~PerfRing()
{
    if (m_memory)
        ::munmap(m_memory, (m_pages + 1) * pageSize);
}

qint64 PerfRing::count() const
{
    quint64 value = 0;
    return ::read(m_event.get(), &value, sizeof value) == qsizetype(sizeof value) ? qint64(value) : -1;
}

void PerfRing::takeRecord(std::span<const uchar> record, const std::function<void(std::span<const uchar>)> &take)
{
    perf_event_header header{};
    std::memcpy(&header, record.data(), sizeof header);
    const std::span<const uchar> body = record.subspan(sizeof header);
    if (header.type == PERF_RECORD_SAMPLE && body.size() >= sizeof(quint32)) {
        quint32 size = 0;
        std::memcpy(&size, body.data(), sizeof size);
        ++m_taken;
        take(body.subspan(sizeof size, std::min<size_t>(size, body.size() - sizeof size)));
        return;
    }
    quint64 lost = 1; // anything else than samples means that some are missing: throttled, or a kind we do not know
    if (header.type == PERF_RECORD_LOST && body.size() >= 2 * sizeof(quint64))
        std::memcpy(&lost, body.data() + sizeof(quint64), sizeof lost);
    m_lost += qint64(std::max<quint64>(lost, 1));
}

void PerfRing::drain(const std::function<void(std::span<const uchar>)> &take)
{
    const size_t size = m_pages * pageSize;
    const uchar *ring = reinterpret_cast<const uchar *>(m_memory) + pageSize;
    const quint64 head = __atomic_load_n(&m_memory->data_head, __ATOMIC_ACQUIRE);
    quint64 tail = m_memory->data_tail;
    while (tail < head) {
        perf_event_header header{};
        std::memcpy(&header, ring + tail % size, sizeof header); // records are multiples of 8 bytes, so a header is never cut
        if (header.size < sizeof header || header.size > head - tail) { // never seen; the rest cannot be trusted
            ++m_lost;
            tail = head;
            break;
        }
        const size_t start = tail % size;
        if (start + header.size <= size) {
            takeRecord({ring + start, header.size}, take);
        } else {
            m_record.assign(ring + start, ring + size);
            m_record.insert(m_record.end(), ring, ring + (start + header.size - size));
            takeRecord(m_record, take);
        }
        tail += header.size;
    }
    __atomic_store_n(&m_memory->data_tail, tail, __ATOMIC_RELEASE);
}

}
