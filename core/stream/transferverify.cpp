#include "core/base/log.h"
#include "core/stream/sourcecheck.h"
#include "core/stream/transferrun.h"

#include <optional>
#include <thread>

namespace edgelift {

namespace {

/// Extents asked at once: 128 MiB read at both ends, so that a stop or a lost link costs little.
constexpr qsizetype batchSize = 128;

/// One read of a batch at both ends, at the same time. The sets: extents that are not what the journal says was sent.
struct BothSides
{
    Result<QSet<quint64>> source{QSet<quint64>()};
    Result<QSet<quint64>> target{QSet<quint64>()};
};

BothSides compare(CopyJob &job, ReceiverClient &client, int disk, const wire::VerifyParams &batch, const std::stop_token &stop)
{
    BothSides both;
    std::stop_source enough;
    const std::stop_callback onStop(stop, [&enough] { enough.request_stop(); });
    std::optional<std::jthread> reading;
    if (job.disks.at(disk).steady)
        reading.emplace([&] { both.source = differingAtSource(job, disk, batch.extents, enough.get_token()); });
    const Result<QList<quint64>> different = client.verify(batch);
    if (different)
        both.target = QSet<quint64>(different->begin(), different->end());
    else
        both.target = different.error();
    if (!different)
        enough.request_stop();
    reading.reset(); // waits
    return both;
}

}

/// Compares what is on the target's medium, and what the source reads as now, with the hashes in the journal. Extents that differ
/// are forgotten, so that the next streaming reads and sends them again; the ones that differ a second time are the end.
Result<> TransferRun::verify()
{
    m_progress.phase = TransferProgress::Phase::Verifying;
    report(true);
    auto client = connect();
    if (!client)
        return client.error();
    m_unmended = 0;
    m_unsteady.clear();
    for (int disk = 0; disk < int(m_job.disks.size()); ++disk) {
        if (Result<> verified = verifyDisk(**client, disk); !verified)
            return verified;
    }
    for (auto it = m_unsteady.cbegin(); it != m_unsteady.cend(); ++it)
        return Error{ErrorCode::SourceUnsteady, Retry::AfterUserAction, {m_job.disks.at(it.key()).path, QString::number(it.value())}, {}};
    if (m_unmended > 0)
        return Error{ErrorCode::VerificationFailed, Retry::Never, {QString::number(m_unmended)}, {}};
    return ok();
}

Result<> TransferRun::verifyDisk(ReceiverClient &client, int disk)
{
    wire::VerifyParams batch{m_job.disks.at(disk).index, {}};
    RangeSet open = m_job.plans[size_t(disk)].wanted();
    open.subtract(m_verified[size_t(disk)]);
    for (const ByteRange &range : open) {
        for (quint64 extent = range.offset; extent < range.end(); ++extent) {
            const Result<wire::Digest> digest = m_job.journal->digest(disk, extent);
            if (!digest)
                return digest.error();
            batch.extents.append({extent, *digest});
            const bool last = extent + 1 == range.end() && range == *(open.end() - 1);
            if (batch.extents.size() < batchSize && !last)
                continue;
            if (Result<> verified = verifyBatch(client, disk, batch); !verified)
                return verified;
            batch.extents.clear();
        }
    }
    return ok();
}

Result<> TransferRun::verifyBatch(ReceiverClient &client, int disk, const wire::VerifyParams &batch)
{
    const BothSides both = compare(m_job, client, disk, batch, m_stop);
    if (!both.target)
        return both.target.error();
    if (!both.source)
        return both.source.error();
    if (Result<> repaired = repair(disk, batch, *both.source, *both.target); !repaired)
        return repaired;
    m_attempts.madeProgress();
    report();
    return ok();
}

/// Marks what is equal on both sides as verified, and what is not to be sent again, once.
Result<> TransferRun::repair(int disk, const wire::VerifyParams &batch, const QSet<quint64> &source, const QSet<quint64> &target)
{
    QList<quint64> again;
    const ExtentPlan &plan = m_job.plans[size_t(disk)];
    for (const wire::VerifyExtent &extent : batch.extents) {
        const bool atSource = source.contains(extent.index);
        if (!atSource && !target.contains(extent.index)) {
            m_verified[size_t(disk)].add(ByteRange{extent.index, 1});
            continue;
        }
        log::warning("stream",
            atSource ? QStringLiteral("verification: the source reads differently") : QStringLiteral("verification: the target differs"),
            {{QStringLiteral("disk"), m_job.disks.at(disk).path}, {QStringLiteral("extent"), qint64(extent.index)}});
        if (m_repaired[size_t(disk)].contains(extent.index)) {
            ++(atSource ? m_unsteady[disk] : m_unmended);
            continue;
        }
        ++(atSource ? m_progress.rereadExtents : m_progress.repairedExtents);
        m_repaired[size_t(disk)].insert(extent.index);
        again.append(extent.index);
        m_job.done[size_t(disk)] -= plan.bytesOf(extent.index, 1).count;
    }
    return m_job.journal->forget(disk, again);
}

}
