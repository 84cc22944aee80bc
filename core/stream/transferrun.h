#pragma once
#include "core/stream/attempts.h"
#include "core/stream/ratemeter.h"

#include <QHash>
#include <QSet>
#include <optional>

namespace edgelift {

/// One Transfer::run(): attempts, back-off, verification, progress. Everything here is on run()'s thread; the pipeline has its own.
class TransferRun
{
public:
    TransferRun(CopyJob &job, const Transfer::Observer &observer, std::stop_token stop);
    [[nodiscard]] Outcome execute();

private:
    using Clock = std::chrono::steady_clock;
    [[nodiscard]] Result<> openAll();
    [[nodiscard]] Result<> attempt();
    [[nodiscard]] Result<> prepare();
    [[nodiscard]] Result<> stream();
    [[nodiscard]] Result<> verify();
    [[nodiscard]] Result<> verifyDisk(ReceiverClient &client, int disk);
    [[nodiscard]] Result<> verifyBatch(ReceiverClient &client, int disk, const wire::VerifyParams &batch);
    [[nodiscard]] Result<> repair(int disk, const wire::VerifyParams &batch, const QSet<quint64> &source, const QSet<quint64> &target);
    [[nodiscard]] Result<> finish();
    [[nodiscard]] Result<std::unique_ptr<ReceiverClient>> connect();
    void report(bool always = false);
    [[nodiscard]] Result<> syncJournal();
    void logStages(Clock::time_point begin) const;

    CopyJob &m_job;
    const Transfer::Observer &m_observer;
    std::stop_token m_stop;
    RateMeter m_meter;
    TransferProgress m_progress;
    quint64 m_wireBefore = 0; // by earlier runs
    std::vector<Bytes> m_targetSizes; // as prepared
    std::vector<RangeSet> m_verified; // extents by disk
    std::vector<QSet<quint64>> m_repaired; // extents by disk that were sent a second time
    QHash<int, quint64> m_unsteady; // extents by disk that the source never reads the same
    quint64 m_unmended = 0; // extents that differ on the target though they were sent twice
    Clock::time_point m_lastReport;
    Clock::time_point m_lastSync;
    Bytes m_lastDone;
    Attempts m_attempts;
};

}
