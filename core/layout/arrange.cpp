#include "core/layout/arrange.h"

#include "core/layout/layoutchange.h"
#include "core/layout/layoutedit.h"
#include "core/layout/layoutroom.h"

#include <algorithm>

namespace edgelift {

namespace {

using Kind = ArrangeStep::Kind;

bool travels(const Plan::Disk &disk)
{
    return disk.role == Plan::Role::System
        || std::any_of(disk.volumes.begin(), disk.volumes.end(), [](const Plan::Volume &volume) { return volume.migrate; });
}

class Arranger
{
public:
    Arranger(const Plan &plan, const ServerFacts &facts)
        : m_plan(plan)
        , m_facts(facts)
    {
    }
    Arrangement run()
    {
        if (hasBlocker(checkDisks(m_plan, m_facts))) {
            mendVolumes();
            for (qsizetype i = 0; i < m_plan.disks.size(); ++i)
                mendRange(i);
            emptySurplusDisks();
            for (qsizetype i = 0; i < m_plan.disks.size(); ++i)
                makeRoom(i);
        }
        return {m_plan, m_steps, checkDisks(m_plan, m_facts)};
    }

private:
    Plan::Volume &at(VolumePlace place) { return m_plan.disks[place.disk].volumes[place.volume]; }

    bool edit(const LayoutEdit &edit, ArrangeStep step)
    {
        const LayoutOutcome outcome = apply(m_plan, m_facts, edit);
        if (outcome.refused || outcome.plan == m_plan)
            return false;
        m_plan = outcome.plan;
        m_steps.append(step);
        return true;
    }
    static QString nameOf(const Plan::Volume &volume) { return volume.mount.isEmpty() ? volume.source : volume.mount; }
    bool move(const Plan::Volume &volume, qsizetype to)
    {
        const QString disk = m_plan.disks.at(to).source;
        return edit(MoveVolume{volume.source, disk, m_plan.disks.at(to).volumes.size()},
            {Kind::VolumeMoved, volume.source, nameOf(volume), to, {}, {}});
    }
    bool resize(const Plan::Volume &volume, qint64 sizeMiB)
    {
        return edit(ResizeVolume{volume.source, sizeMiB},
            {Kind::VolumeResized, volume.source, nameOf(volume), 0, bytesFromMiB(volume.sizeMiB), bytesFromMiB(sizeMiB)});
    }
    bool resizeDisk(qsizetype disk, qint64 sizeGiB)
    {
        const Plan::Disk &before = m_plan.disks.at(disk);
        return edit(
            ResizeDisk{before.source, sizeGiB}, {Kind::DiskResized, {}, {}, disk, bytesFromGiB(before.sizeGiB), bytesFromGiB(sizeGiB)});
    }

    /// What a plan from elsewhere may have wrong about single volumes.
    void mendVolumes()
    {
        for (const Problem &problem : checkDisks(m_plan, m_facts)) {
            const VolumePlace place = findVolume(m_plan, problem.volume);
            const qsizetype disk = findDisk(m_plan, problem.disk);
            const VolumeFacts *source = m_facts.volume(problem.volume);
            const bool withoutLvm = problem.rule == Rule::LvmWithoutBoot || problem.rule == Rule::LvmProgramsMissing;
            if (withoutLvm && disk >= 0)
                edit(SetLvm{problem.disk, false}, {Kind::LvmSwitchedOff, {}, {}, disk, {}, {}});
            if (place.disk < 0 || !source)
                continue;
            const Plan::Volume volume = at(place);
            if (problem.rule == Rule::SystemVolumeMoved && findDisk(m_plan, source->disk) >= 0)
                move(volume, findDisk(m_plan, source->disk));
            else if (problem.rule == Rule::SystemVolumeLeftOut)
                edit(SetMigrate{volume.source, true}, {Kind::MigratedAgain, volume.source, nameOf(volume), 0, {}, {}});
            else if (problem.rule == Rule::VolumeTooSmall)
                resize(volume, comfortableMiB(volume));
            else if (problem.rule == Rule::BlockSizeChanged)
                edit(
                    SetReplication{volume.source, Plan::Replication::File}, {Kind::FilesInstead, volume.source, nameOf(volume), 0, {}, {}});
        }
    }

    void mendRange(qsizetype index)
    {
        const Plan::Disk &disk = m_plan.disks.at(index);
        const qint64 least = disk.role == Plan::Role::System ? limits::systemDiskLeastGiB : 1;
        if (travels(disk))
            resizeDisk(index, std::clamp(disk.sizeGiB, least, mostGiB(disk)));
    }

    /// Used space and a quarter, in steps LVM can follow; never more than it was.
    qint64 comfortableMiB(const Plan::Volume &volume) const
    {
        const VolumeFacts *source = m_facts.volume(volume.source);
        if (!source)
            return volume.sizeMiB;
        const qint64 least = leastMiB(*source);
        const qint64 wanted = (least + least / 4 + limits::lvmStepMiB) / limits::lvmStepMiB * limits::lvmStepMiB;
        return std::min(wanted, std::max(planMiB(source->size), least));
    }

    /// Data disks before the system disk; among them the fullest that has room: the others keep theirs for larger volumes.
    qsizetype diskFor(const Plan::Volume &volume, qsizetype from, bool newDisks) const
    {
        qsizetype best = -1;
        Bytes bestFree;
        for (qsizetype i = m_plan.disks.size() - 1; i >= 0; --i) {
            const Plan::Disk &disk = m_plan.disks.at(i);
            if (i == from || (!travels(disk) && !newDisks) || (disk.role == Plan::Role::System && best >= 0))
                continue;
            const DropVerdict verdict = mayDrop(m_plan, m_facts, {volume.source, disk.source, disk.volumes.size()});
            if (verdict.allowed && (best < 0 || verdict.free <= bestFree)) {
                best = i;
                bestFree = verdict.free;
            }
        }
        return best;
    }

    /// R10: more data disks than an image may have. One is given up when everything on it fits elsewhere.
    void emptySurplusDisks()
    {
        for (qsizetype i = m_plan.disks.size() - 1; i > 0 && surplus() > 0; --i) {
            if (!travels(m_plan.disks.at(i)))
                continue;
            const Plan before = m_plan;
            const QList<ArrangeStep> steps = m_steps;
            bool emptied = true;
            for (const Plan::Volume &volume : before.disks.at(i).volumes) {
                const qsizetype to = volume.migrate && emptied ? diskFor(volume, i, false) : -1;
                emptied = emptied && (!volume.migrate || (to >= 0 && move(volume, to)));
            }
            if (emptied)
                continue;
            m_plan = before;
            m_steps = steps;
        }
    }
    int surplus() const
    {
        for (const Problem &problem : checkDisks(m_plan, m_facts)) {
            if (problem.rule == Rule::TooManyDataDisks)
                return problem.count - limits::dataDisksMost;
        }
        return 0;
    }

    Bytes tooMuchOn(qsizetype index) const
    {
        const Plan::Disk &disk = m_plan.disks.at(index);
        const DiskRoom room = roomOn(disk, m_facts);
        if (!travels(disk) || room.asIs)
            return {};
        return room.size <= room.used ? Bytes{std::max<quint64>(room.over.count, 1)} : room.over;
    }

    void makeRoom(qsizetype index)
    {
        while (tooMuchOn(index).count > 0 && relocateOne(index)) { }
        if (tooMuchOn(index).count > 0) {
            const Plan::Disk &disk = m_plan.disks.at(index);
            const DiskRoom room = roomOn(disk, m_facts);
            const qint64 wanted = std::max(planGiB(room.planned), qint64(room.used.count >> 30) + 1);
            resizeDisk(index, std::clamp(wanted, disk.sizeGiB, std::max(disk.sizeGiB, mostGiB(disk))));
        }
        for (const bool fixedToo : {false, true})
            reduceOn(index, fixedToo);
    }

    /// Moves the smallest volume that mends the disk alone, else the largest that fits anywhere.
    bool relocateOne(qsizetype index)
    {
        QList<Plan::Volume> movable;
        for (const Plan::Volume &volume : m_plan.disks.at(index).volumes) {
            if (volume.migrate && volume.sizeMiB > 0 && !isFixed(volume, m_facts))
                movable.append(volume);
        }
        const auto bytes = [this, index](const Plan::Volume &volume) { return bytesOnTarget(m_plan.disks.at(index), volume, m_facts); };
        const Bytes tooMuch = tooMuchOn(index);
        std::stable_sort(movable.begin(), movable.end(), [&](const Plan::Volume &a, const Plan::Volume &b) {
            const bool aMends = bytes(a) >= tooMuch;
            const bool bMends = bytes(b) >= tooMuch;
            if (aMends != bMends)
                return aMends;
            return aMends ? bytes(a) < bytes(b) : bytes(b) < bytes(a);
        });
        for (const bool newDisks : {false, true}) {
            for (const Plan::Volume &volume : std::as_const(movable)) {
                const qsizetype to = diskFor(volume, index, newDisks);
                if (to >= 0 && move(volume, to))
                    return true;
            }
        }
        return false;
    }

    /// Takes room from the volumes with most to spare first.
    void reduceOn(qsizetype index, bool fixedToo)
    {
        for (qsizetype rounds = m_plan.disks.at(index).volumes.size(); rounds > 0 && tooMuchOn(index).count > 0; --rounds) {
            const QList<Plan::Volume> &volumes = m_plan.disks.at(index).volumes;
            const auto spare = [&](const Plan::Volume &volume) {
                const VolumeFacts *source = m_facts.volume(volume.source);
                const bool may = source && volume.migrate && !source->boot && (fixedToo || !isFixed(volume, m_facts));
                return may ? volume.sizeMiB - comfortableMiB(volume) : 0;
            };
            const auto most = std::max_element(
                volumes.begin(), volumes.end(), [&](const Plan::Volume &a, const Plan::Volume &b) { return spare(a) < spare(b); });
            if (most == volumes.end() || spare(*most) <= 0)
                return;
            const qint64 excess = planMiB(Bytes{tooMuchOn(index).count + (1U << 20) - 1});
            const qint64 steps = (std::min(excess, spare(*most)) + limits::lvmStepMiB - 1) / limits::lvmStepMiB;
            const Plan::Volume volume = *most;
            resize(volume, std::max(comfortableMiB(volume), (volume.sizeMiB / limits::lvmStepMiB - steps) * limits::lvmStepMiB));
        }
    }

    Plan m_plan;
    const ServerFacts &m_facts;
    QList<ArrangeStep> m_steps;
};

}

Arrangement arrange(const Plan &plan, const ServerFacts &facts) { return Arranger(plan, facts).run(); }

}
