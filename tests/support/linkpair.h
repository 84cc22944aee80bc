#pragma once
#include "core/stream/transfer.h"
#include "tests/support/networkpair.h"

#include <QProcess>
#include <QTemporaryDir>
#include <functional>

namespace edgelift::test {

/// A real edgelift-receiver with disks of its own in plain files, and the sender's library on a thread at the other end of a NetworkPair:
/// the data path without a cloud around it, for faults that have to come at a moment. Use from one thread.
class LinkPair
{
public:
    explicit LinkPair(NetworkPair &network);
    ~LinkPair();

    /// A disk of so many MiB of random bytes and a target that is `larger` bytes larger (negative: smaller).
    void addDisk(int mebibytes, qint64 larger = 0);
    /// `wrapper`: what nsenter runs instead, with the receiver's command after it (prlimit, …).
    [[nodiscard]] bool startReceiver(const QStringList &wrapper = {});
    void killReceiver();
    [[nodiscard]] pid_t receiver() const { return pid_t(m_receiver.processId()); }

    /// The whole copy. `fault` happens once when `percent` of it is done (0: as soon as it runs); it may take its time.
    Outcome run(double percent = 0, const std::function<void()> &fault = {});
    /// Target equal to source; what is wrong, or empty.
    [[nodiscard]] QString difference() const;
    [[nodiscard]] quint64 wireBytes() const { return m_progress.wire.count; }
    [[nodiscard]] quint64 totalBytes() const { return m_progress.total.count; }
    [[nodiscard]] QString path(const QString &name) const { return m_folder.filePath(name); }
    [[nodiscard]] QString sourcePath(int disk = 0) const { return disks.at(disk).path; }
    [[nodiscard]] QString targetPath(int disk = 0) const;

    TransferSettings settings;
    TransferTuning tuning;
    QList<TransferDisk> disks;

private:
    void writeConfig(const QString &path) const;

    NetworkPair &m_network;
    wire::LinkKeys m_ours;
    wire::LinkKeys m_theirs;
    QTemporaryDir m_folder;
    QProcess m_receiver;
    TransferProgress m_progress;
};

}
