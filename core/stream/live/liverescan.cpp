#include "core/stream/live/liverun.h"

#include <cstring>
#include <thread>

namespace edgelift {

namespace {
constexpr int quietTries = 3; // as where writes are seen
constexpr std::chrono::minutes areaLimit{10}; // to read what no freeze reaches; nothing stands still meanwhile
constexpr int restFactor = 3; // while in sync the disks rest for so many times as long as they were read
}

/// Where nobody sees writes (peers.md 4c: the fallback) every round is a first pass again: what is in use is read and compared with what
/// was sent. It tells how much will differ while everything stands still, and so whether there is room for that.
Result<> LiveRun::comparisons()
{
    m_forecast.beginRounds();
    for (;;) {
        if (Result<> going = stopped(); !going)
            return going;
        const Clock::time_point begin = Clock::now();
        const quint64 before = m_sentBefore - m_job.times.bytesThere;
        m_passBegun = m_passDone = false;
        ++m_point.rounds;
        if (Result<> passed = firstPass(); !passed)
            return passed;
        m_dirtyBytes = m_sentBefore - m_job.times.bytesThere - before;
        m_now.dirty.count = m_dirtyBytes;
        const Clock::duration took = Clock::now() - begin;
        m_now.writeRate = double(m_dirtyBytes) / std::max(std::chrono::duration<double>(took).count(), 1e-3);
        if (Result<> measured = measureReads(); !measured)
            return measured;
        const bool fits = predict();
        judge(fits);
        if (fits && m_outside.live.cutover) {
            if (Result<> near = besides(LiveMoment::FreezeNear); !near)
                return near;
            m_outside.freezer.flush();
            return intact();
        }
        if (fits)
            enter(Phase::InSync);
        const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(took) * restFactor;
        wait(fits ? std::max(m_outside.settings.syncEvery, rest) : m_outside.settings.syncEvery, fits);
    }
}

/// What a freeze has to read: what was written, as far as that is known.
quint64 LiveRun::frozenReads() const
{
    if (!rescans())
        return m_dirtyBytes;
    quint64 bytes = 0;
    for (const BlockStamps &stamps : m_stamps)
        bytes += stamps.bytesOf(stamps.frozenOf(stamps.blocksOf(stamps.used()))).total();
    return bytes;
}

/// Step 8 without marks: everything in use now, but for the areas that no freeze reaches, is read, and what differs is kept.
Result<> LiveRun::compareFrozen(Frozen &point, Clock::time_point deadline)
{
    std::this_thread::sleep_for(m_outside.settings.settle);
    if (Result<> advanced = advance(); !advanced)
        return advanced;
    point.era = m_era;
    const Result<std::vector<RangeSet>> used = inUse(m_outside.settings.usedFrozen);
    if (!used)
        return used.error();
    std::vector<RangeSet> bytes;
    for (size_t disk = 0; disk < m_stamps.size(); ++disk) {
        const RangeSet blocks = m_stamps[disk].frozenOf(m_stamps[disk].blocksOf(used->at(disk)));
        bytes.push_back(m_outside.settings.keeps(LiveRule::FrozenRead) ? m_stamps[disk].bytesOf(blocks) : RangeSet());
    }
    const auto differs = [this, &used](int disk, quint64 block, std::span<const char> now) {
        return differsFromSent(disk, block, now, used->at(size_t(disk)));
    };
    Result<ByDisk> kept = point.memory->fillWhere(bytes, m_job.extentSize, m_job.readers, differs, deadline);
    if (!kept) {
        m_again = kept.error().code == ErrorCode::FreezeTooLong;
        return kept.error();
    }
    point.blocks = kept.take();
    return undisturbed(point.era);
}

/// H of every block that was sent, in memory: nothing is looked up while everything stands still.
Result<> LiveRun::loadSent()
{
    m_sent.clear();
    for (int disk = 0; disk < int(m_stamps.size()); ++disk) {
        std::vector<wire::Digest> &sent = m_sent.emplace_back(m_stamps[size_t(disk)].blocks());
        for (quint64 block = 0; block < sent.size(); ++block) {
            if (copied(disk)[block] == 0)
                continue;
            const Result<wire::Digest> digest = m_job.journal->digest(disk, block);
            if (!digest)
                return digest.error();
            sent[block] = *digest;
        }
    }
    return ok();
}

/// Whether the target lacks what `bytes` of a block are. Where the last pass found it free, and it is free still (`used` is not there),
/// zeros were sent in their place.
bool LiveRun::differsFromSent(int disk, quint64 block, std::span<const char> bytes, const RangeSet &used)
{
    if (copied(disk)[block] == 0)
        return true;
    const wire::Digest &sent = m_sent[size_t(disk)][block];
    const ByteRange whole{block * m_job.extentSize, bytes.size()};
    const RangeSet free = copied(disk)[block] == m_passEra ? m_firstPlans[size_t(disk)].freeWithin(whole) : RangeSet();
    if (free.isEmpty())
        return sent != wire::digestOf(bytes);
    if (!free.intersected(used).isEmpty())
        return true;
    std::vector<char> zeroed(bytes.begin(), bytes.end());
    for (const ByteRange &range : free)
        std::memset(zeroed.data() + (range.offset - whole.offset), 0, range.length);
    return sent != wire::digestOf(zeroed);
}

/// Step 10 without marks: an area that no freeze reaches counts when it reads the same twice, some time apart.
Result<> LiveRun::compareQuiet(Frozen &point)
{
    ByDisk areas = unfrozen();
    for (size_t disk = 0; disk < m_stamps.size(); ++disk)
        areas[disk] = areas[disk].intersected(m_stamps[disk].blocksOf(m_stamps[disk].used()));
    for (int tries = 0; bytesOf(areas) > 0; ++tries) {
        if (tries > quietTries)
            return areaNotQuiet(areas);
        m_point.quietTries = tries;
        if (Result<> going = stopped(); !going)
            return going;
        Result<ByDisk> changed = readTwice(point, areas);
        if (!changed)
            return changed.error();
        point.quiet.emplace_back(m_era, changed.take());
    }
    return intact();
}

/// Gives what differs from what was sent in those of `areas` that read the same twice, and leaves in `areas` the others.
Result<LiveRun::ByDisk> LiveRun::readTwice(Frozen &point, ByDisk &areas)
{
    std::vector<RangeSet> bytes;
    for (size_t disk = 0; disk < m_stamps.size(); ++disk)
        bytes.push_back(m_stamps[disk].bytesOf(areas[disk]));
    const auto limit = [] { return Clock::now() + areaLimit; };
    const auto differs = [this, &bytes](int disk, quint64 block, std::span<const char> now) {
        return differsFromSent(disk, block, now, bytes[size_t(disk)]);
    };
    Result<ByDisk> changed = point.memory->fillWhere(bytes, m_job.extentSize, m_job.readers, differs, limit());
    if (!changed)
        return changed;
    wait(m_outside.settings.quietPause, false); // for whoever is in the middle of writing to go on
    const auto moved = [&](int disk, quint64 block, std::span<const char> now) {
        const bool here = (*changed)[size_t(disk)].overlaps(ByteRange{block, 1});
        return here ? !point.memory->holds(disk, block * m_job.extentSize, now) : differs(disk, block, now);
    };
    const Result<ByDisk> again = point.memory->fillWhere(bytes, m_job.extentSize, m_job.readers, moved, limit());
    if (!again)
        return again;
    ByDisk noisy(m_stamps.size());
    for (size_t disk = 0; disk < m_stamps.size(); ++disk) {
        for (const RangeSet &area : m_stamps[disk].unfrozenAreas()) {
            if (m_outside.settings.keeps(LiveRule::QuietWindow) && !area.intersected((*again)[disk]).isEmpty())
                noisy[disk].add(area.intersected(areas[disk]));
        }
        (*changed)[disk].subtract(noisy[disk]);
    }
    areas = std::move(noisy);
    return changed;
}

}
