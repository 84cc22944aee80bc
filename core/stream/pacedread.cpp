#include "core/stream/pacedread.h"

#include <algorithm>

namespace edgelift {

namespace {

constexpr size_t smallestStep = 16U << 10;
constexpr qint64 stepsPerSecond = 100;

size_t stepFor(qint64 bytesPerSecond, size_t length)
{
    if (bytesPerSecond <= 0)
        return length;
    const size_t wanted = size_t(bytesPerSecond / stepsPerSecond) / smallestStep * smallestStep;
    return std::max(wanted, smallestStep);
}

}

Result<> readPaced(DiskReader &reader, quint64 offset, size_t length, const Buffer &into, RateLimiter &limiter, std::atomic<quint64> &total,
    const std::stop_token &stop)
{
    for (size_t done = 0; done < length;) {
        const size_t step = std::min(length - done, stepFor(limiter.limit(), length - done));
        if (!limiter.take(step, stop))
            return Error{ErrorCode::LinkLost, Retry::AfterWait, {}, QStringLiteral("reading was stopped")};
        if (Result<> read = reader.read(offset + done, step, {into.data + done, into.size - done}); !read)
            return read;
        total += step;
        done += step;
    }
    return ok();
}

}
