#pragma once
#include "core/base/boundedqueue.h"
#include "core/wire/codec.h"
#include "core/wire/framechannel.h"

#include <chrono>
#include <functional>
#include <span>
#include <vector>

namespace edgelift::wire {

inline constexpr quint32 maxStreamLength = 256U << 10; ///< uncompressed bytes of a Stream message

/// Where the time of one frame went, for whoever chooses the level.
struct StreamTimes
{
    std::chrono::nanoseconds reading{}; ///< until the program had said something
    std::chrono::nanoseconds compressing{};
    std::chrono::nanoseconds waiting{}; ///< until the connection could take it
};

/// Carries what comes out of `from` (a pipe or socket) to the other end as Stream frames until it ends, then sends a StreamEnd. Packs
/// on one thread and sends on another. Blocks. The descriptor's other end must be closed, or the channel interrupted, to end it early;
/// after an error of the channel it is interrupted.
class StreamSender
{
public:
    /// What it asks and tells; all may be empty.
    struct Calls
    {
        Admission admission;
        std::function<bool(size_t plain)> read; ///< told of what was read, may wait; false: give up. On run()'s thread
        std::function<int()> level; ///< of compression, asked for every frame; none: not compressed
        std::function<void(quint64 bytes)> sent; ///< uncompressed; on the sending thread
        std::function<void(const StreamTimes &)> packed; ///< on run()'s thread
        std::function<void(std::chrono::nanoseconds starving, std::chrono::nanoseconds sending)> took; ///< on the sending thread
        std::function<void(const std::function<void()> &body)> enter; ///< calls `body` on the sending thread, which lives as long
    };
    StreamSender(FrameChannel &channel, Calls calls);
    /// Errors: those of TlsSocket; FileUnreadable (the descriptor).
    [[nodiscard]] Result<> run(int from, const std::stop_token &stop);

private:
    /// A Stream message, made.
    struct Frame
    {
        std::vector<char> bytes; ///< head and body
        quint64 plain = 0; ///< uncompressed bytes in it
    };
    [[nodiscard]] Result<> pack(int from, const std::stop_token &stop);
    [[nodiscard]] Frame frameOf(std::span<const char> plain, const std::stop_token &stop);
    [[nodiscard]] Result<> send(const std::stop_token &stop);

    FrameChannel &m_channel;
    const Calls m_calls;
    Compressor m_compressor;
    BoundedQueue<Frame> m_queue;
};

/// The other direction: writes what Stream frames bring into `to`, until a StreamEnd or an error. When nobody reads `to` any more
/// the rest is dropped: the program's end is what counts. Errors: those of TlsSocket, FrameMalformed, DataCorrupted, and what a Failure
/// says. `onBytes` (may be empty) gets how many were written.
[[nodiscard]] Result<> receiveStream(FrameChannel &channel, int to, const std::function<void(quint64)> &onBytes = {});

}
