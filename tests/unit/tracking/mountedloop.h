#pragma once
#include "tests/unit/tracking/loopdisk.h"

#include <QTemporaryDir>
#include <atomic>
#include <memory>
#include <sys/types.h>
#include <thread>

namespace edgelift::test {

/// A loop disk with a filesystem of its own, mounted as long as the object lives. Never the machine's root.
class MountedLoop
{
public:
    /// type: "ext4", "xfs" or "btrfs". The image is in memory unless a folder is given.
    explicit MountedLoop(const QByteArray &type, quint64 bytes = 320 << 20, const QString &imageFolder = {});
    MountedLoop(const QByteArray &type, std::unique_ptr<LoopDisk> disk);
    MountedLoop(const MountedLoop &) = delete;
    MountedLoop &operator=(const MountedLoop &) = delete;
    ~MountedLoop();
    QString path() const { return m_folder.path(); }
    const LoopDisk &disk() const { return *m_disk; }
    bool thaw() const; ///< false: it was not frozen

private:
    QTemporaryDir m_folder;
    std::unique_ptr<LoopDisk> m_disk;
};

/// Another process that thaws these mount points after some seconds, whatever becomes of the test: a write to a frozen filesystem
/// cannot be killed. Ends with the object.
class Rescue
{
public:
    Rescue(const QStringList &mountPoints, int seconds);
    Rescue(const Rescue &) = delete;
    Rescue &operator=(const Rescue &) = delete;
    ~Rescue();

private:
    pid_t m_pid = -1;
};

/// Writes a few bytes every two milliseconds and knows how long it last had to wait.
class SteadyWriter
{
public:
    explicit SteadyWriter(const QString &folder);
    int standsForMs() const; ///< how long ago the last write ended
    int longestMs() const { return m_longest; } ///< the longest time between two ends of writes

private:
    std::atomic<qint64> m_last;
    std::atomic<int> m_longest = 0;
    std::jthread m_thread;
};

}
