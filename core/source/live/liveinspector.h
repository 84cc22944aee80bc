#pragma once
#include "core/guest/guesttree.h"
#include "core/source/diskscan.h"
#include "core/guest/guestmounts.h"
#include "core/source/live/disknode.h"
#include "core/base/loopdevice.h"

namespace edgelift {

/// Finds out what the running machine is. Used once, on one thread: run(), then take what it found.
class LiveInspector final : public DiskScan
{
public:
    /// `nodes` are the survey's disks in its order; `folder` is a private folder that exists. All must outlive this.
    LiveInspector(
        const MachineView &view, const MachineSurvey &survey, const std::vector<DiskNode> &nodes, QString folder, std::stop_token stop);
    /// Errors: PermissionDenied, ToolFailed (no mount namespace), FileUnwritable, SourceUnreadable (stopped).
    [[nodiscard]] Result<> run();

private:
    Result<QString> viewOf(const VolumeFacts &volume, Bytes *offset) override;
    Result<QString> lvmDevice(const VolumeFacts &volume) override;
    void lvmIsRead() override { m_physical.clear(); }
    Result<> bear(const QString &subject, const Error &error) override;
    const VolumeFacts *volumeFor(const QString &spec) const override;

    void forgetCached() const;
    void settleUses();
    [[nodiscard]] QString volumeOf(const Placement &placement) const;
    [[nodiscard]] QString diskId(const QString &name) const; ///< empty: none of ours
    void measure(const Use &use, VolumeFacts &volume) const;
    void look(GuestMounts &mounts);
    void bindBelow(const GuestTree &tree, const QString &root, GuestMounts &mounts);
    void settleBootMode();
    void settleMachine();

    const MachineView &m_view;
    const MachineSurvey &m_survey;
    const std::vector<DiskNode> &m_nodes;
    const QString m_folder;
    LiveFacts m_live;
    QString m_rootVolume; ///< empty: the root is on no volume of ours
    std::vector<LoopDevice> m_physical; ///< volumes of LVM that have no node of their own, while lvm2 looks at them
};

}
