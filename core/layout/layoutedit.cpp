#include "core/layout/layoutedit.h"

#include "core/layout/defaultplan.h"
#include "core/layout/layoutchange.h"
#include "core/layout/layoutroom.h"

#include <algorithm>

namespace edgelift {

namespace {

Problem refusal(Rule rule, const QString &name)
{
    Problem problem{};
    problem.rule = rule;
    problem.name = name;
    return problem;
}

Problem refusal(Rule rule, const Plan::Volume &volume)
{
    Problem problem = refusal(rule, volume.mount.isEmpty() ? volume.source : volume.mount);
    problem.volume = volume.source;
    return problem;
}

/// Does one edit to a copy of the plan; each overload returns why it cannot be done, and then has changed nothing.
class Editor
{
public:
    using Refusal = std::optional<Problem>;

    Editor(const Plan &plan, const ServerFacts &facts)
        : m_plan(plan)
        , m_facts(facts)
    {
    }
    const Plan &plan() const { return m_plan; }

    Refusal operator()(const MoveVolume &edit)
    {
        const VolumePlace from = findVolume(m_plan, edit.volume);
        const qsizetype to = findDisk(m_plan, edit.disk);
        if (from.disk < 0 || to < 0)
            return refusal(Rule::SourceUnknown, from.disk < 0 ? edit.volume : edit.disk);
        const Plan::Volume volume = m_plan.disks.at(from.disk).volumes.at(from.volume);
        if (isFixed(volume, m_facts) && !bringsHome(volume, from, to))
            return refusal(Rule::SystemVolumeMoved, volume);
        if (from.disk == to)
            return reorder(to, from.volume, edit.position);
        QList<Plan::Volume> &target = m_plan.disks[to].volumes;
        const qsizetype first = isFixed(volume, m_facts) ? 0 : behindFixed(target);
        target.insert(std::clamp(edit.position, first, target.size()), volume);
        m_plan.disks[from.disk].volumes.removeAt(from.volume);
        return {};
    }

    Refusal operator()(const ResizeVolume &edit)
    {
        Plan::Volume *volume = find(edit.volume);
        if (!volume)
            return refusal(Rule::SourceUnknown, edit.volume);
        const VolumeFacts *source = m_facts.volume(edit.volume);
        const qint64 size = std::clamp<qint64>(edit.sizeMiB, 0, mostMiB);
        if (volume->sizeMiB == size)
            return {};
        volume->sizeMiB = size;
        volume->replication = source && size == planMiB(source->size) ? Plan::Replication::Block : Plan::Replication::File;
        return {};
    }

    Refusal operator()(const ResizeDisk &edit)
    {
        const qsizetype disk = findDisk(m_plan, edit.disk);
        if (disk < 0)
            return refusal(Rule::SourceUnknown, edit.disk);
        m_plan.disks[disk].sizeGiB = std::clamp<qint64>(edit.sizeGiB, 0, mostMiB >> 10);
        return {};
    }

    Refusal operator()(const SetMigrate &edit)
    {
        Plan::Volume *volume = find(edit.volume);
        if (!volume)
            return refusal(Rule::SourceUnknown, edit.volume);
        if (!edit.migrate && isFixed(*volume, m_facts))
            return refusal(Rule::SystemVolumeLeftOut, *volume);
        volume->migrate = edit.migrate;
        return {};
    }

    Refusal operator()(const SetLvm &edit)
    {
        const qsizetype disk = findDisk(m_plan, edit.disk);
        if (disk < 0)
            return refusal(Rule::SourceUnknown, edit.disk);
        Plan changed = m_plan;
        changed.disks[disk].lvm = edit.lvm;
        for (const Problem &problem : checkDisks(changed, m_facts)) { // R100: the same rule that judges plans
            const bool refused = problem.rule == Rule::LvmWithoutBoot || problem.rule == Rule::LvmProgramsMissing;
            if (edit.lvm && refused && problem.disk == edit.disk)
                return problem;
        }
        m_plan = changed;
        return {};
    }

    Refusal operator()(const SetReplication &edit)
    {
        Plan::Volume *volume = find(edit.volume);
        const VolumeFacts *source = m_facts.volume(edit.volume);
        if (!volume || !source)
            return refusal(Rule::SourceUnknown, edit.volume);
        volume->replication = edit.method;
        if (edit.method == Plan::Replication::Block)
            volume->sizeMiB = planMiB(source->size);
        return {};
    }

    Refusal operator()(const SetModify &edit)
    {
        if (!edit.modify)
            m_plan.disks = defaultPlan(m_facts).disks;
        m_plan.modifyDisks = edit.modify;
        return {};
    }

    Refusal operator()(const ResetLayout &)
    {
        m_plan.disks = defaultPlan(m_facts).disks;
        return {};
    }

private:
    static constexpr qint64 mostMiB = 1LL << 34; ///< what a plan file may say; the rules ask for far less

    Plan::Volume *find(const QString &id)
    {
        const VolumePlace place = findVolume(m_plan, id);
        return place.disk < 0 ? nullptr : &m_plan.disks[place.disk].volumes[place.volume];
    }
    /// A plan from elsewhere may have a fixed volume on a wrong disk; back to its own is the one way it may go.
    bool bringsHome(const Plan::Volume &volume, VolumePlace from, qsizetype to) const
    {
        const VolumeFacts *source = m_facts.volume(volume.source);
        return source && from.disk != to && m_plan.disks.at(to).source == source->disk;
    }
    Refusal reorder(qsizetype disk, qsizetype from, qsizetype position)
    {
        const QList<Plan::Volume> before = m_plan.disks.at(disk).volumes;
        QList<Plan::Volume> after = before;
        after.move(from, std::clamp<qsizetype>(position, 0, before.size() - 1));
        for (qsizetype i = 0; i < before.size(); ++i) {
            if (isFixed(before.at(i), m_facts) && before.at(i) != after.at(i)) // pushed to another place by its neighbour
                return refusal(Rule::SystemVolumeMoved, before.at(i));
        }
        m_plan.disks[disk].volumes = after;
        return {};
    }
    qsizetype behindFixed(const QList<Plan::Volume> &volumes) const
    {
        for (qsizetype i = volumes.size(); i > 0; --i) {
            if (isFixed(volumes.at(i - 1), m_facts))
                return i;
        }
        return 0;
    }

    Plan m_plan;
    const ServerFacts &m_facts;
};

}

namespace {

/// Was this wrong before, and by no less?
bool isOld(const Problem &problem, const QList<Problem> &before)
{
    const auto lack = [](const Problem &each) { return each.need.count > each.have.count ? each.need.count - each.have.count : 0; };
    return std::any_of(before.begin(), before.end(), [&](const Problem &each) {
        return each.rule == problem.rule && each.disk == problem.disk && each.volume == problem.volume && problem.count <= each.count
            && lack(problem) <= lack(each);
    });
}

}

VolumePlace findVolume(const Plan &plan, const QString &volume)
{
    for (qsizetype disk = 0; disk < plan.disks.size(); ++disk) {
        const QList<Plan::Volume> &volumes = plan.disks.at(disk).volumes;
        for (qsizetype i = 0; i < volumes.size(); ++i) {
            if (volumes.at(i).source == volume)
                return {disk, i};
        }
    }
    return {};
}

qsizetype findDisk(const Plan &plan, const QString &disk)
{
    for (qsizetype i = 0; i < plan.disks.size(); ++i) {
        if (plan.disks.at(i).source == disk)
            return i;
    }
    return -1;
}

LayoutOutcome apply(const Plan &plan, const ServerFacts &facts, const LayoutEdit &edit)
{
    Editor editor(plan, facts);
    LayoutOutcome outcome;
    outcome.refused = std::visit(editor, edit);
    outcome.plan = outcome.refused ? plan : editor.plan();
    if (outcome.plan.disks != plan.disks && !std::holds_alternative<SetModify>(edit))
        outcome.plan.modifyDisks = true;
    outcome.problems = checkDisks(outcome.plan, facts);
    return outcome;
}

DropVerdict mayDrop(const Plan &plan, const ServerFacts &facts, const MoveVolume &move)
{
    const LayoutOutcome outcome = apply(plan, facts, move);
    DropVerdict verdict;
    verdict.reason = outcome.refused;
    if (outcome.refused)
        return verdict;
    const Plan::Disk &disk = outcome.plan.disks.at(findDisk(outcome.plan, move.disk));
    const VolumePlace place = findVolume(outcome.plan, move.volume);
    const DiskRoom room = roomOn(disk, facts);
    verdict.size = bytesOnTarget(disk, disk.volumes.at(place.volume), facts);
    verdict.free = room.free;
    const QList<Problem> before = checkDisks(plan, facts);
    for (const Problem &problem : outcome.problems) {
        const bool here = problem.disk == move.disk || problem.volume == move.volume || problem.disk.isEmpty();
        if (problem.severity != Problem::Severity::Blocker || !here || isOld(problem, before))
            continue;
        verdict.reason = problem;
        verdict.missing = room.over;
        return verdict;
    }
    verdict.allowed = true;
    return verdict;
}

}
