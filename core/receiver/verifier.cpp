#include "core/receiver/verifier.h"

#include "core/receiver/alignedbuffer.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

namespace edgelift::receiver {

namespace {

constexpr int readers = 4; // a cloud disk answers one request at a time slowly and several at a time fast

/// Shared by the reading threads of one call.
struct Comparison
{
    TargetDisk &disk;
    const QList<wire::VerifyExtent> &extents;
    const quint32 blockSize;
    const std::stop_token &stop;
    std::atomic<qsizetype> next{0};
    std::mutex mutex;
    QList<quint64> different;
    std::optional<Error> error;
};

void compare(Comparison &work)
{
    const AlignedBuffer buffer(work.blockSize);
    for (;;) {
        const qsizetype i = work.next++;
        if (i >= work.extents.size() || work.stop.stop_requested())
            return;
        const wire::VerifyExtent &extent = work.extents.at(i);
        const quint64 offset = extent.index * work.blockSize;
        const std::span<char> bytes = buffer.first(size_t(std::min<quint64>(work.blockSize, work.disk.regionEnd() - offset)));
        const int number = work.disk.medium().read(bytes, offset);
        const bool same = number == 0 && wire::digestOf(bytes) == extent.digest;
        if (same)
            continue;
        const std::lock_guard lock(work.mutex);
        if (number == 0) {
            work.different.append(extent.index);
            continue;
        }
        work.error = work.disk.failed(ErrorCode::TargetReadFailed, number);
        work.next = work.extents.size();
        return;
    }
}

}

Result<QList<quint64>> differingExtents(
    TargetDisk &disk, const QList<wire::VerifyExtent> &extents, quint32 blockSize, const std::stop_token &stop)
{
    const quint64 regionExtents = (disk.regionEnd() + blockSize - 1) / blockSize;
    for (const wire::VerifyExtent &extent : extents) {
        if (extent.index >= regionExtents)
            return Error{ErrorCode::OutsideRegion, Retry::Never, {disk.serial()}, QStringLiteral("extent %1").arg(extent.index)};
    }
    if (const Result<> flushed = disk.flush(); !flushed)
        return flushed.error();
    Comparison work{disk, extents, blockSize, stop, {}, {}, {}, {}};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < std::min<int>(readers, int(extents.size())); ++i)
            threads.emplace_back([&work] { compare(work); });
    }
    if (work.error)
        return *work.error;
    if (stop.stop_requested())
        return Error{ErrorCode::LinkLost, Retry::AfterWait, {}, QStringLiteral("stopped while reading back")};
    std::ranges::sort(work.different);
    return work.different;
}

}
