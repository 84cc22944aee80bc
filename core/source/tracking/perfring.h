#pragma once
#include "core/base/fd.h"
#include "core/base/result.h"

#include <functional>
#include <span>
#include <vector>

struct perf_event_mmap_page;

namespace edgelift {

/// One processor's events of a tracepoint, in a ring that the kernel fills. Nothing of it is lost unseen: lost() counts what the kernel
/// says was dropped, and read() + lost() falls behind count() when it does not say so. Not thread-safe.
class PerfRing
{
public:
    /// `pages` of 4 KiB, a power of two. Starts counting at once. `filter`: of the kernel's kind ("dev == 8388608", Documentation/trace/events.rst,
    /// section 5), what does not match is neither counted nor recorded; empty, or one that this kernel refuses: everything is.
    /// Errors: TrackerUnavailable, errno in the detail.
    [[nodiscard]] static Result<PerfRing> open(int processor, quint64 eventId, size_t pages, const QByteArray &filter = {});
    PerfRing(const PerfRing &) = delete;
    PerfRing &operator=(const PerfRing &) = delete;
    PerfRing(PerfRing &&other) noexcept;
    PerfRing &operator=(PerfRing &&) = delete;
    ~PerfRing();

    int descriptor() const { return m_event.get(); } ///< readable when the ring is a quarter full
    /// Events since open(), as the kernel counts them: each is counted before it is in the ring. -1: the event is gone.
    [[nodiscard]] qint64 count() const;
    /// Gives what is in the ring now to `take`, in order.
    void drain(const std::function<void(std::span<const uchar>)> &take);
    qint64 taken() const { return m_taken; } ///< events given to `take`
    qint64 lost() const { return m_lost; } ///< events that the kernel says it dropped, or would not record

private:
    PerfRing(Fd event, perf_event_mmap_page *memory, size_t pages);
    void takeRecord(std::span<const uchar> record, const std::function<void(std::span<const uchar>)> &take);

    Fd m_event;
    perf_event_mmap_page *m_memory = nullptr; ///< the head, then the ring
    size_t m_pages = 0;
    qint64 m_taken = 0;
    qint64 m_lost = 0;
    std::vector<uchar> m_record; ///< a record that is in two pieces
};

}
