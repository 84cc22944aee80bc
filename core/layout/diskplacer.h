#pragma once
#include "core/base/result.h"
#include "core/layout/plan.h"
#include "core/layout/targetimage.h"

namespace edgelift {

/// Finds the places on one target disk that is built anew: the boot loader's partition, then what must stand outside of LVM, then LVM with
/// one physical volume, or partitions in the plan's order. Once. Plan and facts outlive it.
class DiskPlacer
{
public:
    DiskPlacer(const Plan &plan, const Plan::Disk &disk, const ServerFacts &facts);
    /// Error: PlanRuleBroken (DiskOverfull).
    [[nodiscard]] Result<TargetDiskLayout> place();

private:
    void gather();
    void addMountTarget(const Plan::Volume &volume);
    void addOther(const VolumeFacts &volume);
    void chooseTable();
    /// Takes what is missing from what is copied by files; what is still missing then.
    [[nodiscard]] quint64 makeRoom();
    [[nodiscard]] quint64 needed() const;
    void number();
    void putGroup(quint64 &at, int &partition);
    [[nodiscard]] QString typeOf(const TargetVolume &volume) const;

    const Plan &m_plan;
    const Plan::Disk &m_disk;
    const ServerFacts &m_facts;
    TargetDiskLayout m_out;
    QList<TargetVolume> m_partitions;
    QList<TargetVolume> m_logical;
};

}
