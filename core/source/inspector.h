#pragma once
#include "core/base/loopdevice.h"
#include "core/guest/guestmounts.h"
#include "core/guest/guesttree.h"
#include "core/source/diskscan.h"
#include "core/source/rawview.h"

#include <map>

namespace edgelift {

/// Finds out what is on a set of disk images. Used once, on one thread: run(), then take what it found.
class Inspector final : public DiskScan
{
public:
    /// `folder` is a private folder that exists; nothing is left in it.
    Inspector(std::vector<OpenedDisk> disks, QString folder, std::stop_token stop);
    /// Errors as openDiskImages().
    [[nodiscard]] Result<> run();

private:
    Result<QString> viewOf(const VolumeFacts &volume, Bytes *offset) override;
    Result<QString> lvmDevice(const VolumeFacts &volume) override;
    void lvmIsRead() override { m_physical.clear(); }

    // what the guest says (guestinspect.cpp)
    struct Candidate
    {
        QString volume;
        QString subvolume; ///< mount option, empty for the default
        bool named = false; ///< its own fstab says that it is mounted as /
    };
    void look(GuestMounts &mounts);
    void lookAt(const VolumeFacts &volume, GuestMounts &mounts);
    void listSubvolumes(VolumeFacts &volume, GuestMounts &mounts);
    void lookIntoSubvolumes(const VolumeFacts &volume, const GuestTree &tree, const QString &mountPath);
    void addCandidate(const GuestTree &tree, const VolumeFacts &volume, const QString &subvolume);
    void inspectRoot(const Candidate &root, GuestMounts &mounts);
    void mountBelow(const GuestTree &tree, const QString &point, GuestMounts &mounts);
    void settleBootMode();
    Result<QString> loopOf(const VolumeFacts &volume);
    Error noRoot() const;

    QString m_folder;
    std::map<QString, std::unique_ptr<RawView>> m_views; ///< of volumes in several pieces, by volume id
    std::map<QString, LoopDevice> m_loops; ///< by volume id
    std::vector<LoopDevice> m_physical; ///< volumes of LVM, while lvm2 looks at them
    QList<Candidate> m_candidates;
};

}
