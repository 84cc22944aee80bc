#include "core/base/log.h"
#include "core/stream/live/liverun.h"
#include "core/stream/live/remoteview.h"

namespace edgelift {

namespace {
constexpr qsizetype batchSize = 512; // blocks read back at once
}

/// What is in use in the point, from the target's copy: its filesystems are those of the frozen instant.
Result<std::vector<RangeSet>> LiveRun::usedInTarget()
{
    std::vector<RangeSet> used;
    for (const TransferDisk &disk : m_outside.disks)
        used.emplace_back(ByteRange{0, disk.size.count});
    if (!m_outside.settings.usedIn)
        return used;
    const Result<> looked = m_attempts->run([this, &used]() -> Result<> {
        auto client = ReceiverClient::connect(m_job.settings.receiver, m_job.context, m_stop, m_job.wireBytes);
        if (!client)
            return client.error();
        std::vector<std::shared_ptr<const BlockView>> views;
        std::vector<std::shared_ptr<RemoteView>> remote;
        for (const TransferDisk &disk : m_outside.disks)
            views.push_back(remote.emplace_back(std::make_shared<RemoteView>(**client, disk.index, disk.size)));
        Result<std::vector<RangeSet>> found = m_outside.settings.usedIn(views);
        for (const auto &view : remote) {
            if (view->failure())
                return *view->failure();
        }
        if (!found)
            return found.error();
        used = found.take();
        return ok();
    });
    if (!looked)
        return looked.error();
    return used;
}

/// Step 9, second half: what is in use in the point, and was skipped or zeroed because it was free in the first pass, was never
/// written since: it can still be read, and is good when it has no mark even after that.
Result<> LiveRun::recheck()
{
    if (!m_outside.settings.keeps(LiveRule::Recheck))
        return ok();
    enter(Phase::Rechecking);
    const Result<std::vector<RangeSet>> used = usedInTarget();
    if (!used)
        return used.error();
    ByDisk late;
    for (int disk = 0; disk < int(m_stamps.size()); ++disk)
        late.push_back(missedIn(disk, used->at(size_t(disk))));
    m_point.rechecked += bytesOf(late) / m_job.extentSize;
    const std::vector<std::vector<quint32>> before = m_job.live.copied;
    if (Result<> sent = send(late, m_era, true); !sent)
        return sent;
    for (int disk = 0; disk < int(m_stamps.size()); ++disk) {
        if (Result<> unmarked = areUnmarked(disk, late[size_t(disk)], before[size_t(disk)]); !unmarked)
            return unmarked;
    }
    return intact();
}

/// Blocks with bytes that are in use and that the receiver never got.
RangeSet LiveRun::missedIn(int disk, const RangeSet &used)
{
    const BlockStamps &stamps = m_stamps[size_t(disk)];
    RangeSet taken = used; // since the first pass, which zeroed it
    taken.subtract(stamps.used());
    RangeSet missed;
    for (const ByteRange &range : stamps.blocksOf(used)) {
        for (quint64 block = range.offset; block < range.end(); ++block) {
            const quint32 stamp = copied(disk)[block];
            if (stamp == 0 || (stamp == m_passEra && taken.overlaps(ByteRange{block * m_job.extentSize, m_job.extentSize})))
                missed.add(ByteRange{block, 1});
        }
    }
    return missed;
}

/// Whether nothing wrote to `late` since before the freeze, judged by the stamps they had `before`.
Result<> LiveRun::areUnmarked(int disk, const RangeSet &late, const std::vector<quint32> &before)
{
    const Result<std::vector<quint32>> marks = m_outside.changes.marks(disk);
    if (!marks)
        return marks.error();
    for (const ByteRange &range : late) {
        for (quint64 block = range.offset; block < range.end(); ++block) {
            const bool marked = (*marks)[block] > 0 && (*marks)[block] >= before[block];
            if (!marked || !m_outside.settings.keeps(LiveRule::RecheckUnmarked))
                continue;
            m_again = true;
            return Error{ErrorCode::FreezeDisturbed, Retry::AfterWait, {m_outside.disks.at(disk).path, QString::number(m_point.freezes)},
                QStringLiteral("block %1 was taken into use and written before it could be read").arg(block)};
        }
    }
    return ok();
}

/// Step 11 (I7): the medium of the target is read back and compared with what was sent, and both ends sign the manifest. The source's
/// half is that it was intact and had no marks when it thawed: nobody comes here without that.
Result<> LiveRun::readBack()
{
    enter(Phase::ReadingBack);
    QList<QPair<int, quint64>> different;
    const bool everything = m_outside.tuning.checksum;
    const Result<> signedOff = m_attempts->run([&]() -> Result<> {
        auto client = prepare(); // a round of its own: the receiver begins its manifest anew
        if (!client)
            return client.error();
        if (everything)
            m_readBackEra = 0;
        different.clear();
        m_point.readBackBefore = 0;
        wire::Manifest manifest;
        for (int disk = 0; disk < int(m_stamps.size()) && m_outside.settings.keeps(LiveRule::ReadBack); ++disk) {
            if (Result<> read = readBackDisk(**client, disk, manifest, different); !read)
                return read;
        }
        if (!different.isEmpty())
            return ok();
        const wire::CommitParams commit{m_job.settings.epoch, m_job.live.round, manifest.blocks(), manifest.digest()};
        if (Result<> committed = (*client)->commit(commit); !committed)
            return committed;
        m_point.round = commit.round;
        m_point.readBack = commit.blocks;
        m_point.manifest = commit.manifest;
        return ok();
    });
    if (!signedOff)
        return signedOff;
    if (!different.isEmpty())
        return repair(different);
    m_readBackEra = m_era;
    return ok();
}

Result<> LiveRun::readBackDisk(ReceiverClient &client, int disk, wire::Manifest &manifest, QList<QPair<int, quint64>> &different)
{
    wire::VerifyParams batch{m_outside.disks.at(disk).index, {}, m_job.extentSize};
    const quint64 blocks = m_stamps[size_t(disk)].blocks();
    for (quint64 block = 0; block <= blocks; ++block) {
        const quint32 stamp = block < blocks ? copied(disk)[block] : 0;
        if (stamp > 0 && stamp <= m_readBackEra)
            ++m_point.readBackBefore;
        if (stamp > m_readBackEra) {
            const Result<wire::Digest> digest = m_job.journal->digest(disk, block);
            if (!digest)
                return digest.error();
            batch.extents.append({block, *digest});
        }
        if (batch.extents.isEmpty() || (block < blocks && batch.extents.size() < batchSize))
            continue;
        const Result<QList<quint64>> found = client.verify(batch);
        if (!found)
            return found.error();
        for (const wire::VerifyExtent &extent : std::as_const(batch.extents)) {
            if (found->contains(extent.index))
                different.append({disk, extent.index});
            else
                manifest.add(batch.disk, batch.blockSize, extent);
        }
        batch.extents.clear();
        m_attempts->madeProgress();
        report();
    }
    return ok();
}

/// What the target does not hold as it was sent is sent again, with the next freeze: the bytes of this one are gone. Once.
Result<> LiveRun::repair(const QList<QPair<int, quint64>> &different)
{
    m_again = true;
    for (const auto &[disk, block] : different) {
        log::warning("live", QStringLiteral("the target differs"),
            {{QStringLiteral("disk"), m_outside.disks.at(disk).path}, {QStringLiteral("block"), qint64(block)}});
        m_again = m_again && !m_repaired.contains({disk, block});
        m_repaired.insert({disk, block});
        copied(disk)[block] = 0;
        if (Result<> forgotten = m_job.journal->forget(disk, {block}); !forgotten)
            return forgotten;
        RangeSet used = m_stamps[size_t(disk)].used(); // or nothing would send it
        used.add(m_stamps[size_t(disk)].bytesOf(RangeSet(ByteRange{block, 1})));
        m_stamps[size_t(disk)].setUsed(used);
    }
    m_progress.repairedExtents += quint64(different.size());
    return Error{ErrorCode::VerificationFailed, Retry::Never, {QString::number(different.size())}, {}};
}

Result<> LiveRun::finish(const std::stop_token &stop)
{
    m_stop = stop;
    m_attempts.emplace(m_job, stop, [this] { report(); });
    return m_attempts->run([this]() -> Result<> {
        auto client = ReceiverClient::connect(m_job.settings.receiver, m_job.context, m_stop, m_job.wireBytes);
        if (!client)
            return client.error();
        for (int i = 0; i < int(m_outside.disks.size()); ++i) {
            const TransferDisk &disk = m_outside.disks.at(i);
            const bool larger = m_targetSizes[size_t(i)] > disk.size;
            if (Result<> finished = (*client)->finish({disk.index, larger}); !finished)
                return finished;
            // The table is the target's own now: another point would have to bring the source's again.
            for (const ByteRange &range : m_stamps[size_t(i)].blocksOf(RangeSet(ByteRange{0, larger ? wire::extentSize : 0}))) {
                for (quint64 block = range.offset; block < std::min(range.end(), m_stamps[size_t(i)].blocks()); ++block) {
                    copied(i)[block] = 0;
                    if (Result<> forgotten = m_job.journal->forget(i, {block}); !forgotten)
                        return forgotten;
                }
            }
        }
        return syncJournal();
    });
}

}
