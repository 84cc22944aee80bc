#pragma once
#include "core/migrate/receiverlink.h"
#include "core/stream/copyjob.h"

namespace edgelift {

/// Copies of volumes by files, one at a time, each tried again while its error is of the kind that waiting mends. One thread.
class FileCopies
{
public:
    /// `bytes`: carried of this volume so far. Any thread.
    using Observer = std::function<void(const FileCopies &, const FileOrder &, quint64 bytes)>;
    /// How one volume is copied.
    struct How
    {
        bool compare = false; ///< afterwards read every file at both ends, and send again what differs
        bool flags = false; ///< look for files whose flags the target lacks (FileCopyEnd::notKept)
        bool last = false; ///< nothing follows for this volume
    };
    /// Everything outlives this.
    FileCopies(const TransferSettings &settings, const CopyOrder &order, const TransferTuning &tuning, wire::TlsContext context,
        Observer observer);
    /// The disks are prepared and built. Errors: those of FileCopy, of GuestMounts, of LoopDevice.
    [[nodiscard]] Result<FileCopyEnd> copy(const FileOrder &file, How how, const std::stop_token &stop);

    [[nodiscard]] LimitsInForce limits() const { return m_job.limits.inForce(); }
    [[nodiscard]] quint64 wire() const { return m_job.wireBytes->load(); } ///< given to the network so far

private:
    [[nodiscard]] Result<FileCopyEnd> copyOnce(const FileOrder &file, How how, const std::stop_token &stop);

    const CopyOrder &m_order;
    const QList<TransferDisk> m_disks = QList<TransferDisk>(1); // what is counted as done shows that the link has worked
    CopyJob m_job;
    Observer m_observer;
};

}
