#pragma once
#include "core/stream/diskreader.h"
#include "core/stream/ratelimiter.h"

namespace edgelift {

/// DiskReader::read() within a limit: in small steps while there is one, so that the disk is used evenly and a change acts at
/// once. Adds what was read to `total`. Errors: those of DiskReader; LinkLost when stop was asked.
[[nodiscard]] Result<> readPaced(DiskReader &reader, quint64 offset, size_t length, const Buffer &into, RateLimiter &limiter,
    std::atomic<quint64> &total, const std::stop_token &stop);

}
