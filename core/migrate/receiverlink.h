#pragma once
#include "core/base/clock.h"
#include "core/base/job.h"
#include "core/layout/convertorder.h"
#include "core/layout/serverfacts.h"
#include "core/stream/files/filecopy.h"
#include "core/stream/live/livetransfer.h"
#include "core/stream/receiverclient.h"
#include "core/stream/transfer.h"
#include "core/wire/linkkeys.h"

#include <QJsonObject>
#include <functional>
#include <optional>
#include <stop_token>

namespace edgelift {

/// The receiver of one job: where it is, what we show it and what it must prove.
struct ReceiverPeer
{
    ReceiverAddress address;
    wire::LinkKeys keys;
    QByteArray pin; ///< the receiver's, 64 hex digits
};

/// One volume whose files are copied: what is copied, and where it is on the source.
struct FileOrder
{
    FileVolume volume;
    qsizetype place = 0; ///< of its target disk in CopyOrder::disks
    QString path; ///< opens as a raw disk of the source
    Bytes offset; ///< there
    Bytes size;
    QString folder; ///< of a server that runs: where all of its filesystem can be seen; empty: it is not mounted
    FsType fs = FsType::Empty;
    Bytes used; ///< how much there is to copy, about
    bool complete = false; ///< by an earlier run
};

/// The last of the passes over the files of a volume that is in use.
struct FilePass
{
    QDateTime begin; ///< UTC
    QDateTime end;
    int passes = 0; ///< with it
    FileCopyEnd copied; ///< what this pass found changed; `notKept` of the first
};

struct CopyOrder
{
    quint64 epoch = 0; ///< not 0
    QString journalPath;
    QList<TransferDisk> disks;
    std::optional<QJsonObject> image; ///< of the disks that are built first; nothing: every disk stays as it is
    std::function<Result<QString>()> locate; ///< as TransferSettings::locate

    /// What is copied by files, after the blocks; of a server that runs, several times.
    struct Files
    {
        QList<FileOrder> volumes;
        QString tunnel; ///< path of edgelift-tunnel
        QString mountsFolder; ///< an existing private folder
        std::function<Result<>(const FileOrder &, const FileCopyEnd &)> done; ///< called once for each; its error ends the copy
    };
    Files files;

    /// Of disks that are written to meanwhile.
    struct Live
    {
        const LiveTuning *tuning = nullptr; ///< these four outlive the copy
        const Clock *clock = nullptr;
        ChangeSource *changes = nullptr; ///< null: nothing is copied by blocks, and what follows means nothing but `filesCopied`
        PointFreezer *freezer = nullptr;
        QList<FollowedDisk> sources; ///< and what follows: as LiveSettings
        std::vector<LiveAreas> areas;
        std::chrono::milliseconds settle{0};
        std::function<Result<std::vector<RangeSet>>()> usedNow;
        std::function<Result<std::vector<RangeSet>>(const std::vector<std::shared_ptr<const BlockView>> &)> usedIn;
        std::function<void(const LivePoint &)> proved; ///< called once, when the point is durable and proved
        std::function<Result<std::vector<RangeSet>>()> usedFrozen; ///< as LiveSettings
        /// Called once for each volume of `files` instead of Files::done, at the end; its error ends the copy.
        std::function<Result<>(const FileOrder &, const FilePass &)> filesCopied;
    };
    std::optional<Live> live;
};

/// What the migration asks of the receiver. Blocks; one call at a time.
class ReceiverLink
{
public:
    virtual ~ReceiverLink() = default;
    /// Ok when the receiver answers on both ports and both proved their keys. Errors: those of ReceiverClient::connect.
    virtual Result<> probe(const ReceiverPeer &peer, const std::stop_token &stop) = 0;
    /// The whole copy, going on where its journal ends; of a live source until its first point. Finished: durable on the target disks,
    /// their tables completed.
    virtual Outcome copy(const ReceiverPeer &peer, const CopyOrder &order, const TransferTuning &tuning,
        const std::function<void(const TransferProgress &)> &observer, const std::stop_token &stop) = 0;
    /// Makes the server on the target disks start on an instance; what it says of that is JSON (`convert` of core/wire/PROTOCOL.md).
    /// Errors: those of ReceiverClient::connect and ReceiverClient::convert.
    virtual Result<QJsonObject> convert(const ReceiverPeer &peer, const ConvertOrder &order, const std::stop_token &stop) = 0;
    /// Ends the receiver in good order.
    virtual Result<> shutdown(const ReceiverPeer &peer, const std::stop_token &stop) = 0;
};

/// The real one: TLS to the transit instance.
class TlsReceiverLink final : public ReceiverLink
{
public:
    Result<> probe(const ReceiverPeer &peer, const std::stop_token &stop) override;
    Outcome copy(const ReceiverPeer &peer, const CopyOrder &order, const TransferTuning &tuning,
        const std::function<void(const TransferProgress &)> &observer, const std::stop_token &stop) override;
    Result<QJsonObject> convert(const ReceiverPeer &peer, const ConvertOrder &order, const std::stop_token &stop) override;
    Result<> shutdown(const ReceiverPeer &peer, const std::stop_token &stop) override;
};

}
