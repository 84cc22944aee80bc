#pragma once
#include "core/base/bytes.h"
#include "core/base/job.h"
#include "core/stream/blockreader.h"
#include "core/stream/live/liveprogress.h"
#include "core/stream/maps/rangeset.h"
#include "core/stream/receiverclient.h"
#include "core/stream/transfertuning.h"
#include "core/wire/linkkeys.h"

#include <QJsonObject>
#include <QList>
#include <atomic>
#include <chrono>
#include <functional>
#include <optional>

namespace edgelift {

/// A run of bytes of the source that goes to another place of the target.
struct SourcePiece
{
    quint64 at = 0; ///< on the target disk, a multiple of wire::extentSize
    quint64 length = 0; ///< a multiple of 512
    QString path; ///< opens as a raw disk of the source
    quint64 offset = 0; ///< there, a multiple of 512
};

/// One disk to copy.
struct TransferDisk
{
    quint32 index = 0; ///< names the disk on the wire; distinct, below wire::maxDisks
    QString id; ///< the plan's name of it, for messages
    QString path; ///< opens as the raw disk; with `pieces` for messages only
    std::optional<QList<SourcePiece>> pieces; ///< by `at`, apart: the disk is put together from these. Nothing: `path`, as it is
    Bytes size; ///< of the source; with `pieces` where writing to the target ends
    RangeSet used; ///< what must be copied, by its place on the target; the rest is never sent and reads as zeros within extents that are
    QString identity; ///< changes when the source's content may have: binds the journal
    Bytes targetSize; ///< the target has at least this
    QString serial; ///< finds the target at the receiver
    bool fresh = true; ///< the target reads as zeros before the first write
    bool steady = true; ///< nothing writes to it while it is copied: verification reads it a second time and compares
};

struct TransferProgress
{
    Bytes done; ///< uncompressed bytes durable at the receiver
    Bytes total; ///< everything that must get there; unused extents do not count
    Bytes wire; ///< given to the network so far, resends and earlier runs included
    double bytesPerSecond = 0; ///< of `done`, smoothed
    std::optional<qint64> remainingSeconds; ///< none until the speed is steady
    QList<Bytes> doneByDisk; ///< in the order of the disks given
    QList<Bytes> totalByDisk; ///< as `total`, in the same order
    LimitsInForce limits;
    quint64 rereadExtents = 0; ///< verification read the source differently than the first time: sent again
    quint64 repairedExtents = 0; ///< verification found another content on the target: sent again
    enum class Phase : quint8 { Streaming, Verifying, Finishing } phase = Phase::Streaming;
    std::optional<LiveProgress> live; ///< of a live copy: `done` and `total` are then those of its present phase
};

struct TransferSettings
{
    ReceiverAddress receiver;
    wire::LinkKeys keys;
    QByteArray peerPin; ///< 64 hex digits
    quint64 epoch = 0; ///< not 0; names this copy at both ends
    std::optional<QJsonObject> image; ///< the disks that must be built first, see ReceiverClient::build
    int streams = 4; ///< data connections
    QString journalPath; ///< made if missing; its folder exists
    std::chrono::milliseconds patience = std::chrono::minutes(5); ///< without progress before a lost link is an error
    /// Asked on run()'s thread when the link does not come back at once: the host where the receiver is now. An error that no waiting
    /// mends ends the run, every other one (and no function) leaves the host as it is.
    std::function<Result<QString>()> locate;
    BlockReader::ReadCall read = ::pread; ///< of the source's disks; tests give one that lies
    std::chrono::milliseconds stall = std::chrono::seconds(60); ///< without a byte moving before a connection counts as lost
};

/// The whole copy. Settings, disks and tuning outlive run().
class Transfer
{
public:
    using Observer = std::function<void(const TransferProgress &)>;
    /// `observer` is called on run()'s thread, at most ten times a second and once at the end.
    Transfer(TransferSettings settings, QList<TransferDisk> disks, const TransferTuning &tuning, Observer observer);

    /// Connects, prepares the targets, streams what the journal does not hold, verifies (and repairs) if the tuning says so,
    /// finishes each disk. Blocks. Errors that waiting may mend (Retry::AfterWait: a lost link first of all) are followed by growing
    /// pauses and new attempts for as long as `patience`. Stopped within
    /// 250 ms of the request, except while the kernel holds a read of a failing disk. May be called again after a stop or a
    /// failure: nothing that was acknowledged is sent again.
    ///
    /// Failed: LinkLost, LinkStalled, ReceiverUnreachable (after `patience`), PeerNotTrusted, ReceiverVersion, EpochUnknown (the
    /// receiver lost what it had), SourceUnreadable, SourceChanged, SourceUnsteady, JournalUnreadable, NoSpace, VerificationFailed,
    /// TargetDisk….
    [[nodiscard]] Outcome run(const std::stop_token &stop);

private:
    TransferSettings m_settings;
    QList<TransferDisk> m_disks;
    const TransferTuning &m_tuning;
    Observer m_observer;
};

}
