#pragma once
#include "core/stream/blockreader.h"
#include "core/stream/extentplan.h"
#include "core/stream/journal.h"
#include "core/stream/levelcontroller.h"
#include "core/stream/limitkeeper.h"
#include "core/stream/ratelimiter.h"
#include "core/stream/transfer.h"

#include <memory>
#include <vector>

namespace edgelift {

/// Nanoseconds spent and bytes passed in each stage, summed over its threads: what the log shows, and what a tuner looks at. Any thread.
struct StageTimes
{
    std::atomic<qint64> reading = 0;
    std::atomic<qint64> hashing = 0;
    std::atomic<qint64> compressing = 0;
    std::atomic<qint64> sending = 0; ///< waiting for the limit included
    std::atomic<quint64> bytesRead = 0;
    std::atomic<quint64> bytesIntoFrames = 0; ///< after compression
    std::atomic<quint64> bytesOfZeros = 0;
    std::atomic<quint64> bytesThere = 0; ///< read, and found to be at the receiver already
};

/// Adds the time it lives to a counter.
class StageTimer
{
public:
    explicit StageTimer(std::atomic<qint64> &total)
        : m_total(total)
    {
    }
    StageTimer(const StageTimer &) = delete;
    StageTimer &operator=(const StageTimer &) = delete;
    ~StageTimer() { m_total += std::chrono::nanoseconds(std::chrono::steady_clock::now() - m_begin).count(); }

private:
    std::atomic<qint64> &m_total;
    std::chrono::steady_clock::time_point m_begin = std::chrono::steady_clock::now();
};

/// What a live copy adds to a job: the stamps of its blocks (peers.md 4d). `round` and `era` change only between two pipelines.
struct LiveStamps
{
    quint32 round = 0; ///< of the frames, see wire::PrepareParams; 0: the copy is not live
    quint32 era = 0; ///< under which what is read now counts as copied: published before the first of those reads
    bool compare = false; ///< what the journal knows to be at the receiver with the hash it has now is not sent again
    std::vector<std::vector<quint32>> copied; ///< C by disk and block: the era of the last acknowledged copy; 0: none
};

/// What all stages of one transfer share; lives as long as Transfer::run(). "disk" is everywhere the place in `disks`, "extent" a
/// run of `extentSize` bytes.
struct CopyJob
{
    CopyJob(const TransferSettings &s, const QList<TransferDisk> &d, const TransferTuning &t, wire::TlsContext c)
        : settings(s)
        , disks(d)
        , tuning(t)
        , context(std::move(c))
        , limits(t)
        , done(size_t(d.size()))
    {
    }
    TransferSettings settings; ///< the receiver's host may change between two attempts
    const QList<TransferDisk> &disks;
    const TransferTuning &tuning;
    wire::TlsContext context;
    LimitKeeper limits;
    RateLimiter limiter{limits.wireRate()};
    RateLimiter diskLimiter{limits.diskRate()};
    LevelController level{tuning.compression};
    std::vector<ExtentPlan> plans;
    std::vector<std::unique_ptr<DiskReader>> readers;
    std::unique_ptr<Journal> journal;
    std::vector<std::atomic<quint64>> done; ///< acknowledged bytes by disk
    quint32 extentSize = wire::extentSize; ///< a live copy has the tracker's blocks
    LiveStamps live;
    std::shared_ptr<std::atomic<quint64>> wireBytes = std::make_shared<std::atomic<quint64>>(0);
    StageTimes times;

    /// Extents that one piece, and one frame, may have.
    quint32 mostExtents() const { return std::min(wire::maxDataLength / extentSize, wire::maxDataHashes); }
    /// The receiver has the extent: in a live copy, as it was read under the era of now.
    bool isDone(int disk, quint64 extent) const
    {
        return live.era == 0 ? journal->isStored(disk, extent) : live.copied[size_t(disk)][extent] == live.era;
    }
};

/// A run of at most CopyJob::mostExtents() wanted extents of one disk.
struct Piece
{
    int disk = 0;
    quint64 first = 0; ///< extent
    quint32 count = 0;
};
struct ReadPiece
{
    Piece piece;
    quint32 length = 0; ///< bytes in the buffer
    BufferRef buffer;
};

/// One Data or Zero frame ready to be sent.
struct OutFrame
{
    wire::FrameType type = wire::FrameType::Data;
    int disk = 0;
    quint64 first = 0; ///< extent
    quint64 count = 0;
    std::array<wire::Digest, wire::maxDataHashes> digests{}; ///< of Data
    QByteArray head; ///< encoded
    QByteArrayView body; ///< into `buffer`; empty for Zero
    BufferRef buffer;
};

}
