#pragma once
#include "core/base/clock.h"
#include "core/migrate/jobstate.h"
#include "core/migrate/jobwarning.h"
#include "core/migrate/migration.h"

#include <QJsonArray>
#include <atomic>
#include <mutex>

namespace edgelift {

/// Makes the events of one run and hands them to the observer one at a time, from whatever thread. Progress passes at most ten
/// times a second, but for a live copy's new state, which always does.
class EventSink
{
public:
    struct DiskName
    {
        QString id; ///< DiskFacts::id
        QString name; ///< for people
    };
    EventSink(QString jobId, MigrationObserver observer, const Clock &clock);

    /// What earlier runs copied, for the numbers in every progress event. Before the first event.
    void resume(Bytes done, Bytes total, Bytes wire);
    /// What the disks of the copy are, in the order of TransferProgress::doneByDisk. Before the first progress of a copy.
    void setDisks(QList<DiskName> disks) { m_disks = std::move(disks); }
    void phase(Phase phase, const QString &message = {});
    /// How far a phase without bytes is, as the cloud tells; the same value twice is said once. Carries the copy's last numbers too,
    /// so that every progress event has the same fields.
    void percent(Phase phase, int percent);
    /// Warns as well when verification found something new.
    void progress(Phase phase, const TransferProgress &progress, bool always);
    void warning(const JobWarning &warning);
    /// `refused`: nothing was made or moved yet. `kept`: what exists in the account now.
    void error(const QString &phase, const Error &error, bool refused, const QList<LedgerEntry> &kept);
    void finished(const QString &sourceId, const QString &imageId, const QString &reportPath, const QString &imagePath);

    /// Of the bytes to copy, 0 to 1. Any thread.
    [[nodiscard]] double copied() const { return m_copied.load(); }

private:
    void send(MigrationEvent::Kind kind, const char *name, QJsonObject fields);
    QJsonObject numbers() const; ///< of the copy
    QJsonArray disks() const;

    const QString m_jobId;
    const MigrationObserver m_observer;
    const Clock &m_clock;
    std::mutex m_mutex;
    QDateTime m_lastProgress;
    int m_lastPercent = -1;
    QList<DiskName> m_disks;
    TransferProgress m_copy;
    bool m_stuck = false; ///< a live copy does not converge, and that was said
    std::atomic<double> m_copied = 0;
};

}
