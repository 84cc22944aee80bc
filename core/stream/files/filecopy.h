#pragma once
#include "core/stream/copyjob.h"

#include <functional>

namespace edgelift {

/// One volume whose files are copied.
struct FileVolume
{
    quint32 disk = 0; ///< of the target, on the wire
    QString id; ///< VolumeFacts::id: names the volume at the receiver
    QString name; ///< for people
    bool plainNames = false; ///< vfat: no owners, modes, links
    bool compare = false; ///< read every file at both ends, and send again what differs
    QStringList excludes; ///< patterns of rsync, those with a leading slash from the volume's top
};

/// How a copy of files ended.
struct FileCopyEnd
{
    quint64 bytes = 0; ///< carried to the receiver, uncompressed
    bool vanished = false; ///< files went away while they were copied
    QString words; ///< what rsync complained about, shortened
    quint64 changed = 0; ///< files that were sent, and those that were deleted on the target
    quint64 changedBytes = 0; ///< size of those that were sent
    quint64 gone = 0; ///< files that vanished, at least
    QString notKept; ///< what the target lacks, in English; filled in by who looked. Empty: nothing known
};

/// Copies files to the receiver with the machine's own rsync, through a connection of ours: the same keys, limit and compression as blocks.
/// Repeating it sends the differences only. The disks are prepared and built.
class FileCopy
{
public:
    using Observer = std::function<void(quint64 bytes)>; ///< carried so far, any thread
    /// `job` outlives this; `tunnel`: the path of edgelift-tunnel.
    FileCopy(CopyJob &job, QString tunnel, Observer observer);

    /// All of the folder's filesystem to the volume, what is not in the folder is deleted there. On the thread whose mounts the folder is
    /// seen with. `last`: nothing follows for this volume. Errors: those of TlsSocket, ReceiverUnreachable, ReceiverVersion, ToolMissing
    /// (rsync at either end), TargetFilesystemFull, FileCopyFailed (args: name, rsync's words), TargetWriteFailed, EpochUnknown.
    [[nodiscard]] Result<FileCopyEnd> run(const FileVolume &volume, const QString &folder, bool last, const std::stop_token &stop);

private:
    CopyJob &m_job;
    const QString m_tunnel;
    Observer m_observer;
};

}
