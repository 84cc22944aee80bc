#pragma once
#include "core/stream/copyjob.h"
#include "core/stream/zerocollector.h"
#include "core/wire/codec.h"

#include <chrono>
#include <functional>
#include <utility>

namespace edgelift {

/// The CPU's stage: zeroes what is free, tells zero extents from others, hashes and compresses. One thread each.
class Packer
{
public:
    using Emit = std::function<bool(OutFrame)>; ///< false: stop
    /// `buffers` hold at least what wire::compressedBound(wire::maxDataLength) says.
    Packer(CopyJob &job, ZeroCollector &zeros, BufferPool &buffers, Emit emit, std::stop_token stop);
    /// Turns what was read into frames; zero extents go to the collector. False: stop.
    bool pack(const ReadPiece &read);
    /// How long the calls since the last one of this waited for the links.
    std::chrono::nanoseconds takeWaited() { return std::exchange(m_waited, {}); }

private:
    template <class Step>
    auto waiting(Step step);
    void clearFree(const ReadPiece &read) const;
    bool isThere(const ReadPiece &read, quint32 index, std::span<const char> bytes) const;
    bool packRun(const ReadPiece &read, quint32 firstIndex, quint32 count);

    CopyJob &m_job;
    ZeroCollector &m_zeros;
    BufferPool &m_buffers;
    Emit m_emit;
    std::stop_token m_stop;
    wire::Compressor m_compressor;
    std::chrono::nanoseconds m_waited{};
};

}
