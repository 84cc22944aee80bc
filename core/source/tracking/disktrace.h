#pragma once
#include "core/base/fd.h"
#include "core/source/tracking/changetracker.h"

#include <optional>

namespace edgelift {

struct DiskTraceOptions
{
    QString debugfs; ///< where it is mounted; empty: found out, or mounted where nobody else sees it
    QString markers = QStringLiteral("/run/edgelift"); ///< a folder that a reboot forgets, for files that say which traces are ours
    quint32 bufferBytes = 256 << 10; ///< each buffer of a processor
    quint32 buffers = 8;
};

/// The kernel's trace of the requests that end on one whole disk (blktrace's ioctls), a file for each processor. A disk can have one such
/// trace. It outlives the process that made it, so a locked file says that it is ours: what a killed agent left is taken down by the next.
class DiskTrace
{
public:
    /// Begins at once. Errors: TrackerUnavailable: somebody else traces the disk (EBUSY), no debugfs, kernel without blktrace, lockdown, a
    /// zoned disk (what is done to its zones has no range in these records). SourceMissing.
    [[nodiscard]] static Result<DiskTrace> start(const TrackedDisk &disk, const QList<int> &processors, const DiskTraceOptions &options);
    DiskTrace(const DiskTrace &) = delete;
    DiskTrace &operator=(const DiskTrace &) = delete;
    DiskTrace(DiskTrace &&) = default;
    DiskTrace &operator=(DiskTrace &&) = delete;
    ~DiskTrace();

    /// In the order of the processors.
    [[nodiscard]] int file(int place) const { return m_files.at(size_t(place)).get(); }
    /// Records for which there was no room since the start; nothing when that cannot be known any more.
    [[nodiscard]] std::optional<quint64> dropped() const;

private:
    DiskTrace() = default;
    [[nodiscard]] Result<QByteArray> begin(const TrackedDisk &disk, const DiskTraceOptions &options);
    [[nodiscard]] Result<> openFiles(const Fd &debugfs, const QByteArray &name, const QList<int> &processors);

    Fd m_marker; ///< locked, and not empty, as long as we trace
    Fd m_node;
    std::vector<Fd> m_files;
    Fd m_dropped;
};

}
