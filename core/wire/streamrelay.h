#pragma once
#include "core/wire/codec.h"
#include "core/wire/framechannel.h"

#include <functional>

namespace edgelift::wire {

inline constexpr quint32 maxStreamLength = 256U << 10; ///< uncompressed bytes of a Stream message

/// Carries what comes out of `from` (a pipe or socket) to the other end as Stream frames until it ends, then sends a StreamEnd. One thread;
/// blocks. The descriptor's other end must be closed, or the channel interrupted, to end it early.
class StreamSender
{
public:
    using Level = std::function<int()>; ///< of compression, asked for every frame
    using Observer = std::function<void(quint64 bytes)>; ///< uncompressed, once they are sent
    StreamSender(FrameChannel &channel, Admission admission, Level level, Observer observer)
        : m_channel(channel)
        , m_admission(std::move(admission))
        , m_level(std::move(level))
        , m_observer(std::move(observer))
    {
    }
    /// Errors: those of TlsSocket; FileUnreadable (the descriptor).
    [[nodiscard]] Result<> run(int from, const std::stop_token &stop);

private:
    FrameChannel &m_channel;
    Admission m_admission;
    Level m_level;
    Observer m_observer;
    Compressor m_compressor;
};

/// The other direction: writes what Stream frames bring into `to`, until a StreamEnd or an error. When nobody reads `to` any more
/// the rest is dropped: the program's end is what counts. Errors: those of TlsSocket, FrameMalformed, DataCorrupted, and what a Failure
/// says. `onBytes` (may be empty) gets how many were written.
[[nodiscard]] Result<> receiveStream(FrameChannel &channel, int to, const std::function<void(quint64)> &onBytes = {});

}
