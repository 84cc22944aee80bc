#include "core/stream/packer.h"

#include <cstring>

namespace edgelift {

Packer::Packer(CopyJob &job, ZeroCollector &zeros, BufferPool &buffers, Emit emit, std::stop_token stop)
    : m_job(job)
    , m_zeros(zeros)
    , m_buffers(buffers)
    , m_emit(std::move(emit))
    , m_stop(std::move(stop))
{
}

/// What `step` gives; its time counts as waiting for the links.
template <class Step>
auto Packer::waiting(Step step)
{
    const auto begin = std::chrono::steady_clock::now();
    auto result = step();
    m_waited += std::chrono::steady_clock::now() - begin;
    return result;
}

bool Packer::pack(const ReadPiece &read)
{
    clearFree(read);
    const auto extent = [this, &read](quint32 index) {
        const size_t begin = size_t(index) * m_job.extentSize;
        return std::span<const char>(read.buffer->data + begin, std::min<size_t>(m_job.extentSize, read.length - begin));
    };
    quint32 runBegin = 0;
    for (quint32 i = 0; i < read.piece.count; ++i) {
        const bool known = m_job.live.compare && isThere(read, i, extent(i));
        if (!known && !wire::isAllZero(extent(i)))
            continue;
        if (i > runBegin && !packRun(read, runBegin, i - runBegin))
            return false;
        runBegin = i + 1;
        if (known)
            continue;
        m_zeros.add(read.piece.disk, read.piece.first + i, 1);
        m_job.times.bytesOfZeros += extent(i).size();
    }
    return runBegin == read.piece.count || packRun(read, runBegin, read.piece.count - runBegin);
}

/// Deleted data never leaves the server, and costs nothing.
void Packer::clearFree(const ReadPiece &read) const
{
    const quint64 begin = read.piece.first * m_job.extentSize;
    for (const ByteRange &range : m_job.plans[size_t(read.piece.disk)].freeWithin(ByteRange{begin, read.length}))
        std::memset(read.buffer->data + (range.offset - begin), 0, range.length);
}

/// Whether the receiver has exactly this from an earlier tracking; then it counts as copied under the era of now.
bool Packer::isThere(const ReadPiece &read, quint32 index, std::span<const char> bytes) const
{
    const quint64 extent = read.piece.first + index;
    if (!m_job.journal->isStored(read.piece.disk, extent))
        return false;
    const Result<wire::Digest> stored = m_job.journal->digest(read.piece.disk, extent);
    if (!stored || !(*stored == wire::digestOf(bytes)))
        return false;
    m_job.live.copied[size_t(read.piece.disk)][extent] = m_job.live.era;
    m_job.done[size_t(read.piece.disk)] += bytes.size();
    m_job.times.bytesThere += bytes.size();
    return true;
}

/// One Data frame of `count` extents of the piece, none of them zero.
bool Packer::packRun(const ReadPiece &read, quint32 firstIndex, quint32 count)
{
    OutFrame frame;
    frame.disk = read.piece.disk;
    frame.first = read.piece.first + firstIndex;
    frame.count = count;
    wire::DataHead head;
    head.disk = m_job.disks.at(read.piece.disk).index;
    head.epoch = m_job.settings.epoch;
    head.offset = frame.first * m_job.extentSize;
    head.round = m_job.live.round;
    head.blockSize = m_job.extentSize;
    head.extents = count;
    const quint32 begin = firstIndex * m_job.extentSize;
    head.length = std::min(count * m_job.extentSize, read.length - begin);
    const std::span<const char> plain(read.buffer->data + begin, head.length);
    {
        const StageTimer timer(m_job.times.hashing);
        for (quint32 i = 0; i < count; ++i)
            head.digests[i] = wire::digestOf(plain.subspan(size_t(i) * m_job.extentSize, head.extentLength(i)));
    }
    const int level = m_job.level.level();
    const BufferRef packed = level == wire::noCompression ? nullptr : waiting([this] { return m_buffers.acquire(m_stop); });
    if (!packed && level != wire::noCompression)
        return false;
    size_t size = 0;
    if (packed) {
        const StageTimer timer(m_job.times.compressing);
        size = m_compressor.compress(plain, packed->all(), level, m_stop);
    }
    head.compressed = size > 0;
    frame.buffer = head.compressed ? packed : read.buffer;
    frame.body = head.compressed ? QByteArrayView(packed->data, qsizetype(size)) : QByteArrayView(plain.data(), qsizetype(plain.size()));
    frame.digests = head.digests;
    frame.head = wire::encode(head);
    m_job.times.bytesIntoFrames += quint64(frame.body.size());
    return waiting([&] { return m_emit(std::move(frame)); });
}

}
