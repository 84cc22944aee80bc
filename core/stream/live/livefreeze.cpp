#include "core/stream/live/liverun.h"

#include <algorithm>
#include <thread>

namespace edgelift {

namespace {

using namespace std::chrono_literals;
constexpr quint64 leastRoom = 64U << 20;
constexpr std::chrono::milliseconds shortestRead = 200ms; // whatever the budget
constexpr int quietTries = 3;
constexpr int freezeTries = 3; // as told to the user

/// Thaws when it goes, if nobody did before.
class Thawing
{
public:
    explicit Thawing(PointFreezer &freezer)
        : m_freezer(freezer)
    {
    }
    Thawing(const Thawing &) = delete;
    Thawing &operator=(const Thawing &) = delete;
    ~Thawing()
    {
        if (!m_done)
            (void)thaw();
    }
    Result<> thaw()
    {
        m_done = true;
        return m_freezer.thaw();
    }

private:
    PointFreezer &m_freezer;
    bool m_done = false;
};

}

/// Step 8. Between freeze and thaw: no network, no journal, no log; only marks and reads into memory that is there.
Result<> LiveRun::freeze(Frozen &point)
{
    auto memory = FrozenSet::make({std::min(m_now.room.count, std::max(leastRoom, 2 * m_dirtyBytes))});
    if (!memory)
        return memory.error();
    point.memory = memory.take();
    ++m_point.freezes;
    enter(Phase::Freezing);
    if (Result<> synced = syncJournal(); !synced)
        return synced;
    if (Result<> loaded = rescans() ? loadSent() : ok(); !loaded)
        return loaded;
    const Clock::time_point begin = Clock::now();
    if (const Result<> frozen = m_outside.freezer.freeze(deadline()); !frozen) {
        m_again = frozen.error().retry == Retry::AfterWait;
        return frozen;
    }
    Thawing thawing(m_outside.freezer);
    const Clock::time_point due = Clock::now() + std::max<Clock::duration>(budget() - m_forecast.standing(), shortestRead);
    const auto end = std::min(begin + deadline(), due);
    const Result<> read = rescans() ? compareFrozen(point, end) : readFrozen(point, end);
    const Result<> thawed = thawing.thaw();
    point.overflowed = point.memory->overflowed();
    m_point.frozen = std::chrono::ceil<std::chrono::microseconds>(Clock::now() - begin);
    if (!read)
        return read;
    if (!thawed && m_outside.settings.keeps(LiveRule::ThawCheck)) {
        m_again = true;
        return thawed;
    }
    m_point.era = point.era;
    m_point.frozenBytes = point.memory->used();
    m_point.roomLocked = point.memory->locked();
    return ok();
}

Result<> LiveRun::readFrozen(Frozen &point, Clock::time_point deadline)
{
    std::this_thread::sleep_for(m_outside.settings.settle);
    if (Result<> drained = look(); !drained) // what was still on its way belongs to the era before
        return drained;
    for (Result<> (LiveRun::*step)() : {&LiveRun::advance, &LiveRun::look, &LiveRun::intact}) {
        if (Result<> done = (this->*step)(); !done)
            return done;
    }
    point.era = m_era;
    point.blocks = m_dirty;
    std::vector<RangeSet> bytes;
    for (size_t disk = 0; disk < m_stamps.size(); ++disk)
        bytes.push_back(m_stamps[disk].bytesOf(m_dirty[disk]));
    if (Result<> filled = point.memory->fill(bytes, m_job.readers, deadline); !filled) {
        m_again = filled.error().code == ErrorCode::FreezeTooLong;
        return filled;
    }
    return undisturbed(point.era);
}

/// Nothing was written since `era` began, but where no freeze reaches, and nothing was lost. Who only counts writes cannot tell where they
/// went.
Result<> LiveRun::undisturbed(quint32 era)
{
    for (int disk = 0; disk < int(m_stamps.size()); ++disk) {
        if (rescans() && m_stamps[size_t(disk)].hasIgnored())
            continue;
        const Result<std::vector<quint32>> marks = m_outside.changes.marks(disk);
        if (!marks)
            return marks.error();
        if (!m_outside.settings.keeps(LiveRule::QuietAfterFreeze) || m_stamps[size_t(disk)].markedWhileFrozen(*marks, era).isEmpty())
            continue;
        m_again = true;
        return Error{ErrorCode::FreezeDisturbed, Retry::AfterUserAction, {m_outside.disks.at(disk).path, QString::number(freezeTries)},
            QStringLiteral("marked after era %1 began").arg(era)};
    }
    return intact();
}

/// Areas that were marked with `era` or later, of `areas` (by disk, whole areas).
Result<LiveRun::ByDisk> LiveRun::noisyAreas(const ByDisk &areas, quint32 era)
{
    ByDisk noisy(m_stamps.size());
    for (int disk = 0; disk < int(m_stamps.size()); ++disk) {
        if (areas[size_t(disk)].isEmpty())
            continue;
        const Result<std::vector<quint32>> marks = m_outside.changes.marks(disk);
        if (!marks)
            return marks.error();
        for (const RangeSet &area : m_stamps[size_t(disk)].unfrozenAreas()) {
            const RangeSet among = area.intersected(areas[size_t(disk)]);
            if (!m_stamps[size_t(disk)].markedWithin(among, *marks, era).isEmpty())
                noisy[size_t(disk)].add(among);
        }
    }
    return noisy;
}

/// Blocks of the areas that no freeze reaches.
LiveRun::ByDisk LiveRun::unfrozen() const
{
    ByDisk areas(m_stamps.size());
    for (size_t disk = 0; disk < m_stamps.size(); ++disk) {
        for (const RangeSet &area : m_stamps[disk].unfrozenAreas())
            areas[disk].add(area);
    }
    return areas;
}

Error LiveRun::areaNotQuiet(const ByDisk &noisy) const
{
    const auto disk = std::find_if(noisy.begin(), noisy.end(), [](const RangeSet &blocks) { return !blocks.isEmpty(); }) - noisy.begin();
    return {ErrorCode::AreaNotQuiet, Retry::AfterUserAction, {m_outside.disks.value(disk).path, QString::number(quietTries)}, {}};
}

/// How long the freezer lets a freeze last: somewhat longer than it may take, so that it ends by us and not by that.
std::chrono::milliseconds LiveRun::deadline() const
{
    const std::chrono::milliseconds budget(m_outside.live.budgetMs.load());
    return std::min(std::max(m_outside.settings.deadline, budget * 5 / 4), longestFreeze);
}

/// Step 10: an area that no freeze reaches counts when nothing wrote to it from before it was read until after the thaw; else it is
/// read again, alone.
Result<> LiveRun::readQuiet(Frozen &point)
{
    if (rescans())
        return compareQuiet(point);
    const ByDisk areas = unfrozen();
    Result<ByDisk> noisy = noisyAreas(areas, point.era);
    for (int tries = 1; noisy && bytesOf(*noisy) > 0 && m_outside.settings.keeps(LiveRule::QuietWindow); ++tries) {
        if (tries > quietTries)
            return areaNotQuiet(*noisy);
        m_point.quietTries = tries;
        wait(m_outside.settings.quietPause * tries, false); // for whoever writes to come to an end
        for (Result<> (LiveRun::*step)() : {&LiveRun::stopped, &LiveRun::advance, &LiveRun::look, &LiveRun::intact}) {
            if (Result<> done = (this->*step)(); !done)
                return done;
        }
        Result<ByDisk> still = readAreas(point, *noisy);
        if (!still)
            return still.error();
        noisy = std::move(still);
    }
    return noisy ? intact() : noisy.error();
}

/// Reads what is dirty in whole areas; gives those that were written to meanwhile, which do not count.
Result<LiveRun::ByDisk> LiveRun::readAreas(Frozen &point, const ByDisk &areas)
{
    ByDisk dirty(m_stamps.size());
    std::vector<RangeSet> bytes;
    for (size_t disk = 0; disk < m_stamps.size(); ++disk) {
        dirty[disk] = areas[disk].intersected(m_dirty[disk]);
        bytes.push_back(m_stamps[disk].bytesOf(dirty[disk]));
    }
    if (Result<> filled = point.memory->fill(bytes, m_job.readers, Clock::now() + m_outside.settings.deadline); !filled)
        return filled.error();
    Result<ByDisk> noisy = noisyAreas(areas, m_era);
    if (!noisy)
        return noisy;
    for (size_t disk = 0; disk < m_stamps.size(); ++disk) {
        dirty[disk].subtract((*noisy)[disk]);
        point.blocks[disk].subtract(dirty[disk]);
    }
    point.quiet.emplace_back(m_era, std::move(dirty));
    return noisy;
}

/// Step 9, first half: from memory, at the link's pace. The source runs on; a loss from here on spoils the next point, not this one.
Result<> LiveRun::sendFrozen(Frozen &point)
{
    enter(Phase::SendingPoint);
    std::vector<std::unique_ptr<DiskReader>> memory;
    for (int disk = 0; disk < int(m_stamps.size()); ++disk)
        memory.push_back(point.memory->reader(disk));
    m_job.readers.swap(memory);
    Result<> sent = send(point.blocks, point.era, false);
    for (const auto &[era, blocks] : point.quiet) {
        if (sent)
            sent = send(blocks, era, false);
    }
    m_job.readers.swap(memory);
    return sent;
}

}
