#include "core/stream/transferrun.h"

namespace edgelift {

namespace {
/// Extents asked at once: 256 MiB read at the receiver, so that a stop or a lost link costs little.
constexpr qsizetype batchSize = 256;
}

/// Compares what is on the target's medium with the hashes in the journal. Extents that differ are forgotten, so that the next
/// streaming sends them again; the ones that differ a second time are the end.
Result<> TransferRun::verify()
{
    m_progress.phase = TransferProgress::Phase::Verifying;
    report(true);
    auto client = connect();
    if (!client)
        return client.error();
    quint64 stillDifferent = 0;
    for (int disk = 0; disk < int(m_job.disks.size()); ++disk) {
        const Result<quint64> different = verifyDisk(**client, disk);
        if (!different)
            return different.error();
        stillDifferent += *different;
    }
    if (stillDifferent > 0)
        return Error{ErrorCode::VerificationFailed, Retry::Never, {QString::number(stillDifferent)}, {}};
    return ok();
}

/// How many extents differ though they were sent twice.
Result<quint64> TransferRun::verifyDisk(ReceiverClient &client, int disk)
{
    quint64 stillDifferent = 0;
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
            const Result<quint64> different = verifyBatch(client, disk, batch);
            if (!different)
                return different;
            stillDifferent += *different;
            batch.extents.clear();
        }
    }
    return stillDifferent;
}

Result<quint64> TransferRun::verifyBatch(ReceiverClient &client, int disk, const wire::VerifyParams &batch)
{
    const Result<QList<quint64>> different = client.verify(batch);
    if (!different)
        return different.error();
    const QSet<quint64> bad(different->begin(), different->end());
    QList<quint64> repair;
    quint64 stillDifferent = 0;
    const ExtentPlan &plan = m_job.plans[size_t(disk)];
    for (const wire::VerifyExtent &extent : batch.extents) {
        if (!bad.contains(extent.index)) {
            m_verified[size_t(disk)].add(ByteRange{extent.index, 1});
        } else if (m_repaired[size_t(disk)].contains(extent.index)) {
            ++stillDifferent;
        } else {
            m_repaired[size_t(disk)].insert(extent.index);
            repair.append(extent.index);
            m_job.done[size_t(disk)] -= plan.bytesOf(extent.index, 1).count;
        }
    }
    if (const Result<> forgotten = m_job.journal->forget(disk, repair); !forgotten)
        return forgotten.error();
    madeProgress();
    report();
    return stillDifferent;
}

}
