#include "core/stream/sourcecheck.h"

#include "core/stream/pacedread.h"

#include <cstring>
#include <thread>

namespace edgelift {

namespace {

constexpr int readers = 2; // as in the pipeline: two reads under way keep a disk busy

/// Shared by the reading threads of one call.
struct Check
{
    CopyJob &job;
    const int disk;
    const QList<wire::VerifyExtent> &extents;
    std::stop_source stop;
    std::mutex mutex;
    qsizetype next = 0;
    QSet<quint64> different;
    std::optional<Error> error;

    /// The next extents that lie side by side.
    std::span<const wire::VerifyExtent> take()
    {
        const std::lock_guard lock(mutex);
        const qsizetype first = next;
        while (next < extents.size() && next - first < wire::maxDataExtents
            && extents.at(next).index == extents.at(first).index + quint64(next - first))
            ++next;
        return {extents.constData() + first, size_t(next - first)};
    }
    void fail(const Error &why)
    {
        const std::lock_guard lock(mutex);
        if (!error)
            error = why;
        stop.request_stop();
    }
};

/// What was sent had zeros where nothing is used.
void clearFree(const ExtentPlan &plan, quint64 offset, size_t length, char *data)
{
    for (const ByteRange &range : plan.freeWithin(ByteRange{offset, length}))
        std::memset(data + (range.offset - offset), 0, range.length);
}

void readAgain(Check &check)
{
    const ThreadPriorities::Entry entry(check.job.limits.threads());
    BufferPool pool(1, wire::maxDataLength);
    const BufferRef buffer = pool.acquire({});
    const ExtentPlan &plan = check.job.plans[size_t(check.disk)];
    for (auto run = check.take(); !run.empty(); run = check.take()) {
        const quint64 offset = run.front().index * wire::extentSize;
        const size_t length = plan.bytesOf(run.front().index, run.size()).count;
        const Result<> read = readPaced(*check.job.readers[size_t(check.disk)], offset, length, *buffer, check.job.diskLimiter,
            check.job.limits.bytesRead(), check.stop.get_token());
        if (!read)
            return check.fail(read.error());
        clearFree(plan, offset, length, buffer->data);
        for (size_t i = 0; i < run.size(); ++i) {
            const size_t begin = i * wire::extentSize;
            const std::span<const char> bytes(buffer->data + begin, std::min<size_t>(wire::extentSize, length - begin));
            if (wire::digestOf(bytes) == run[i].digest)
                continue;
            const std::lock_guard lock(check.mutex);
            check.different.insert(run[i].index);
        }
    }
}

}

Result<QSet<quint64>> differingAtSource(CopyJob &job, int disk, const QList<wire::VerifyExtent> &extents, const std::stop_token &stop)
{
    Check check{job, disk, extents, {}, {}, 0, {}, {}};
    {
        const std::stop_callback onStop(stop, [&check] { check.stop.request_stop(); });
        std::vector<std::jthread> threads;
        for (int i = 0; i < readers; ++i) {
            threads.emplace_back([&check] {
                try {
                    readAgain(check);
                } catch (const std::exception &e) { // out of memory: must not cross the thread's end
                    check.fail({ErrorCode::Internal, Retry::AfterWait, {}, QString::fromUtf8(e.what())});
                }
            });
        }
    }
    if (check.error)
        return *check.error;
    return check.different;
}

}
