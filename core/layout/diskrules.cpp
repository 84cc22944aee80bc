#include "core/layout/defaultplan.h"
#include "core/layout/layoutchange.h"
#include "core/layout/layoutroom.h"
#include "core/layout/planrules.h"

#include <QSet>
#include <algorithm>

namespace edgelift {

namespace {

using Severity = Problem::Severity;

/// Sizes come from partition tables and hand-written plans: a sum that overflows is as good as infinite.
void add(Bytes &total, Bytes part) { total = sum(total, part).value_or(Bytes{~quint64{0}}); }

/// Walks a plan once and gathers what is wrong with its disks.
class DiskRules
{
public:
    DiskRules(const Plan &plan, const ServerFacts &facts)
        : m_plan(plan)
        , m_facts(facts)
        , m_travelling(migratedDisks(plan, facts))
    {
    }
    QList<Problem> run()
    {
        checkSystem();
        for (const Plan::Disk &disk : m_plan.disks)
            checkDisk(disk);
        checkSystemVolumes();
        checkTotals();
        return m_problems;
    }

private:
    Problem &report(Rule rule, Severity severity, const Plan::Disk *disk, const Plan::Volume *volume = nullptr)
    {
        Problem problem{};
        problem.rule = rule;
        problem.severity = severity;
        if (disk) {
            const DiskFacts *source = m_facts.disk(disk->source);
            problem.disk = disk->source;
            problem.name = source && !source->name.isEmpty() ? source->name : disk->source;
        }
        if (volume) {
            problem.volume = volume->source;
            problem.name = volume->mount.isEmpty() ? volume->source : volume->mount;
        }
        m_problems.append(problem);
        return m_problems.last();
    }
    Problem &block(Rule rule, const Plan::Disk *disk, const Plan::Volume *volume = nullptr)
    {
        return report(rule, Severity::Blocker, disk, volume);
    }

    void checkSystem()
    {
        const DiskFacts *system = m_facts.systemDisk();
        const qsizetype count =
            std::count_if(m_plan.disks.begin(), m_plan.disks.end(), [](const Plan::Disk &disk) { return disk.role == Plan::Role::System; });
        const Plan::Disk *first = m_plan.disks.isEmpty() ? nullptr : &m_plan.disks.first();
        if (count != 1 || first->role != Plan::Role::System || (system && first->source != system->id))
            block(Rule::SystemDiskWrong, nullptr).name = system ? system->name : QString();
    }

    void checkDisk(const Plan::Disk &disk)
    {
        const DiskFacts *source = m_facts.disk(disk.source);
        if (!source) {
            block(Rule::SourceUnknown, &disk);
            return;
        }
        if (!m_seenDisks.contains(disk.source))
            m_seenDisks.insert(disk.source);
        else
            block(Rule::NamedTwice, &disk);
        const bool system = disk.role == Plan::Role::System;
        const bool travels = m_travelling.contains(disk.source);
        if (!travels) {
            report(Rule::DiskLeftOut, Severity::Warning, &disk);
        } else if (system) {
            checkSystemSize(disk, *source);
        } else {
            checkDataSize(disk);
        }
        checkVolumes(disk, travels);
        if (disk.lvm)
            checkLvm(disk);
    }

    void checkSystemSize(const Plan::Disk &disk, const DiskFacts &source)
    {
        if (disk.sizeGiB < limits::systemDiskLeastGiB || disk.sizeGiB > limits::systemDiskMostGiB)
            block(Rule::SystemSizeRange, &disk).have = bytesFromGiB(disk.sizeGiB);
        const qint64 sourceGiB = planGiB(source.size);
        const qint64 nearest = std::clamp(sourceGiB, limits::systemDiskLeastGiB, limits::systemDiskMostGiB);
        if (nearest == sourceGiB || disk.sizeGiB != nearest)
            return;
        Problem &clamped = report(Rule::SizeClamped, Severity::Info, &disk);
        clamped.have = source.size;
        clamped.need = bytesFromGiB(nearest);
    }

    void checkDataSize(const Plan::Disk &disk)
    {
        if (disk.sizeGiB < 1 || disk.sizeGiB > limits::dataDiskMostGiB)
            block(Rule::DataSizeRange, &disk).have = bytesFromGiB(disk.sizeGiB);
        else if (disk.sizeGiB > limits::ensDataDiskMostGiB)
            block(Rule::DataDiskTooLarge, &disk).have = bytesFromGiB(disk.sizeGiB);
        else if (disk.sizeGiB < limits::apiDataDiskLeastGiB)
            report(Rule::SmallDataDisk, Severity::Warning, &disk).have = bytesFromGiB(disk.sizeGiB);
    }

    void checkVolumes(const Plan::Disk &disk, bool travels)
    {
        for (const Plan::Volume &volume : disk.volumes) {
            const VolumeFacts *facts = m_facts.volume(volume.source);
            if (!facts) {
                block(Rule::SourceUnknown, &disk, &volume);
                continue;
            }
            if (!m_seenVolumes.contains(volume.source))
                m_seenVolumes.insert(volume.source);
            else
                block(Rule::NamedTwice, &disk, &volume);
            if (!volume.migrate)
                continue;
            add(m_used, facts->used);
            if (!isUnchanged(disk, volume, *facts))
                checkChangedVolume(disk, volume, *facts);
        }
        const DiskRoom room = roomOn(disk, m_facts);
        if (!travels || room.asIs) // a copy byte for byte to a disk that is no smaller fits, however full it is
            return;
        if (room.size <= room.used)
            shortage(
                block(disk.role == Plan::Role::System ? Rule::SystemDiskTooSmall : Rule::DataDiskTooSmall, &disk), room.used, room.size);
        else if (room.planned > room.size)
            shortage(block(Rule::DiskOverfull, &disk), room.planned, room.size);
    }

    void checkChangedVolume(const Plan::Disk &disk, const Plan::Volume &volume, const VolumeFacts &facts)
    {
        if ((facts.boot || facts.system) && facts.disk != disk.source)
            block(Rule::SystemVolumeMoved, &disk, &volume);
        if (bytesFromMiB(volume.sizeMiB) <= facts.used && volume.sizeMiB != planMiB(facts.size))
            shortage(block(Rule::VolumeTooSmall, &disk, &volume), facts.used, bytesFromMiB(volume.sizeMiB));
        if (volume.replication == Plan::Replication::File)
            return;
        if (disk.lvm && volume.sizeMiB % limits::lvmStepMiB != 0)
            report(Rule::LvmStep, Severity::Warning, &disk, &volume).have = bytesFromMiB(volume.sizeMiB);
        else if (volume.sizeMiB != planMiB(facts.size))
            shortage(block(Rule::BlockSizeChanged, &disk, &volume), facts.size, bytesFromMiB(volume.sizeMiB));
    }

    static void shortage(Problem &problem, Bytes need, Bytes have)
    {
        problem.need = need;
        problem.have = have;
    }

    void checkLvm(const Plan::Disk &disk)
    {
        const bool boot = std::any_of(m_facts.volumes.begin(), m_facts.volumes.end(),
            [](const VolumeFacts &volume) { return volume.boot && volume.mountPoint == QLatin1String("/boot"); });
        if (!boot)
            block(Rule::LvmWithoutBoot, &disk);
        if (!m_facts.os.lvm && m_facts.groups.isEmpty()) // with a group it has them, wherever they are
            block(Rule::LvmProgramsMissing, &disk);
        const bool xfs = std::any_of(m_facts.volumes.begin(), m_facts.volumes.end(),
            [](const VolumeFacts &volume) { return volume.fs == FsType::Xfs && !volume.mountPoint.isEmpty(); });
        if (!xfs || m_facts.os.id != QLatin1String("debian"))
            return;
        for (const KernelFacts &kernel : m_facts.os.kernels) {
            bool number = false;
            const int major = kernel.version.section(QLatin1Char('.'), 0, 0).toInt(&number);
            if (!number || major > 3)
                continue;
            report(Rule::LvmWithoutEffect, Severity::Warning, &disk).name = kernel.version;
            return;
        }
    }

    /// R113 and common sense: what the server starts from always travels.
    void checkSystemVolumes()
    {
        const DiskFacts *system = m_facts.systemDisk();
        for (const VolumeFacts &volume : m_facts.volumes) {
            const bool needed = volume.system || (volume.boot && ((system && volume.disk == system->id) || !volume.mountPoint.isEmpty()));
            if (!needed || !isMountTarget(volume) || isMigrated(volume.id))
                continue;
            Problem &problem = block(Rule::SystemVolumeLeftOut, nullptr);
            problem.volume = volume.id;
            problem.name = volume.mountPoint.isEmpty() ? volume.id : volume.mountPoint;
        }
    }

    bool isMigrated(const QString &volume) const
    {
        return std::any_of(m_plan.disks.begin(), m_plan.disks.end(), [&volume](const Plan::Disk &disk) {
            return std::any_of(disk.volumes.begin(), disk.volumes.end(),
                [&volume](const Plan::Volume &each) { return each.source == volume && each.migrate; });
        });
    }

    void checkTotals()
    {
        int data = 0;
        for (const Plan::Disk &disk : m_plan.disks)
            data += disk.role == Plan::Role::Data && m_travelling.contains(disk.source) ? 1 : 0;
        if (data > limits::dataDisksMost)
            block(Rule::TooManyDataDisks, nullptr).count = data;
        if (m_used.count > limits::imageMostBytes)
            shortage(report(Rule::ImageMayBeTooLarge, Severity::Warning, nullptr), m_used, Bytes{limits::imageMostBytes});
    }

    const Plan &m_plan;
    const ServerFacts &m_facts;
    const QStringList m_travelling;
    QSet<QString> m_seenDisks;
    QSet<QString> m_seenVolumes;
    Bytes m_used; ///< by everything that is migrated
    QList<Problem> m_problems;
};

}

QList<Problem> checkDisks(const Plan &plan, const ServerFacts &facts) { return DiskRules(plan, facts).run(); }

QList<Problem> check(const Plan &plan, const ServerFacts &facts) { return checkSettings(plan, facts) + checkDisks(plan, facts); }

bool hasBlocker(const QList<Problem> &problems)
{
    return std::any_of(problems.begin(), problems.end(), [](const Problem &problem) { return problem.severity == Severity::Blocker; });
}

}
