#pragma once
#include "core/stream/changesource.h"
#include "core/stream/live/liveprogress.h"
#include "core/stream/maps/blockview.h"
#include "core/stream/pointfreezer.h"
#include "core/stream/transfer.h"

#include <functional>
#include <vector>

namespace edgelift {

/// A disk of the source whose writes are followed.
struct FollowedDisk
{
    QString path; ///< as SourcePiece::path, or TransferDisk::path
    Bytes size;
};

/// When LiveSettings::besides is called.
enum class LiveMoment : quint8 {
    FirstPassDone, ///< the first pass over the blocks is acknowledged; again when tracking began anew
    FreezeNear, ///< the cutover is wanted and the freeze fits its budget; once before each freeze
};

/// Areas of a live disk that are not like the rest. Offsets in the disk.
struct LiveAreas
{
    RangeSet ignored; ///< never copied, whatever is written there: the inside of swap
    RangeSet unfrozen; ///< no freeze reaches it (ESP, raw partitions): copied in a moment when nothing writes to it
};

/// Nobody may ask for more: the watchdog of the freezer never waits longer (peers.md 4f).
inline constexpr std::chrono::milliseconds longestFreeze{60000};

/// What may change while a live copy runs. Thread-safe.
struct LiveTuning
{
    std::atomic<int> budgetMs = 2000; ///< how long the freeze may be
    std::atomic<bool> cutover = true; ///< make the point as soon as it fits; false: stay in sync until it turns true
};

/// The rules of peers.md section 4 that a test may take out to see itself fail. Nobody else does.
enum class LiveRule : quint32 {
    MapsAfterEra = 1, ///< allocation is looked at after the era that the first pass stamps was published
    ZeroingOnce = 2, ///< free blocks are zeroed in the first pass only
    LossCheck = 4, ///< a void epoch ends the round and the point
    QuietAfterFreeze = 8, ///< no mark since the freeze's era when the filesystems thaw
    Recheck = 16, ///< allocation at the freeze is compared with what was skipped or zeroed
    RecheckUnmarked = 32, ///< what the recheck read late counts only while unmarked
    QuietWindow = 64, ///< areas that do not freeze are read until nothing wrote meanwhile
    StampAtAck = 128, ///< blocks count as copied when acknowledged, not when sent
    ReadBack = 256, ///< the target is read back before the point counts
    ThawCheck = 512, ///< a freeze that ended by itself makes no point
    Audit = 1024, ///< clean blocks are read again at random
    FrozenRead = 2048, ///< where nobody sees writes, everything is read while frozen
    EveryBlock =
        4096, ///< a block of a target that is put together is as new as every block of the source it has bytes of, not the first only
};

/// Besides TransferSettings. What it refers to outlives the LiveTransfer; functions are called on run()'s thread.
struct LiveSettings
{
    TransferSettings transfer; ///< `epoch` names the copy at both ends; tracking may begin anew within it
    /// The source's disks, which the change source, `areas`, `usedNow` and `usedIn` speak of by their place in this list. Empty: those are
    /// the disks given, one by one, and none of them has pieces.
    QList<FollowedDisk> sources;
    std::vector<LiveAreas> areas; ///< by source; empty: nothing special
    /// What of each source is in use now, at least; taken from frozen or otherwise current allocation maps. None: everything.
    std::function<Result<std::vector<RangeSet>>()> usedNow;
    /// The same while everything stands still already; asked only where nobody sees writes. It must not write anywhere. None: everything.
    std::function<Result<std::vector<RangeSet>>()> usedFrozen;
    /// The same of a point, from the targets' own copy: views by source, in which what did not go along cannot be read. None: everything.
    std::function<Result<std::vector<RangeSet>>(const std::vector<std::shared_ptr<const BlockView>> &)> usedIn;
    /// What is copied besides the blocks and shall be as near to the point as it can. Its error ends the run. None: nothing.
    std::function<Result<>(LiveMoment, const std::stop_token &)> besides;
    Bytes mostRoom{512U << 20}; ///< of memory for the freeze
    std::chrono::milliseconds deadline{10000}; ///< of a freeze, unless more is allowed
    std::chrono::milliseconds settle{
        0}; ///< between freezing and looking; longer than what md takes to call itself clean (200 ms) if there is any
    std::chrono::milliseconds syncEvery{10000}; ///< pause between two rounds while in sync
    std::chrono::milliseconds quietPause{500}; ///< before an area that does not freeze is read again; longer each time
    std::chrono::milliseconds sampleEvery{1000}; ///< how often the write rate is looked at
    Bytes audit{64U << 20}; ///< read again before a freeze
    std::chrono::milliseconds longestWrite{10000}; ///< that the disks take: a change that the audit sees must be marked by then
    quint32 without = 0; ///< LiveRules taken out

    [[nodiscard]] bool keeps(LiveRule rule) const { return (without & quint32(rule)) == 0; }
};

/// What proves a point: facts for the report.
struct LivePoint
{
    quint64 round = 0; ///< of the receiver's sign-off
    quint32 era = 0; ///< of the freeze
    int rounds = 0; ///< before it
    int freezes = 0; ///< tries, the good one included
    std::chrono::microseconds frozen{}; ///< from the call that freezes to the end of the one that thaws
    Bytes frozenBytes; ///< read meanwhile
    bool roomLocked = false; ///< the memory for them could not be swapped out
    int quietTries = 0; ///< of areas that do not freeze; 0: there was nothing to repeat
    quint64 audited = 0; ///< clean blocks read again before the freeze, all as they were
    quint64 rechecked = 0; ///< blocks sent because allocation at the freeze was another than in the first pass
    quint64 readBack = 0; ///< blocks read back from the target's medium for this point, all equal
    quint64 readBackBefore = 0; ///< for an earlier point, and not written since
    wire::Digest manifest; ///< of what was read back, as both ends signed
    Bytes sent; ///< uncompressed, for this point
    Bytes found; ///< read here, and known to be at the receiver by its hash
    int restarts = 0; ///< of the tracking, for this point
    QStringList losses; ///< why (English)
};

}
