#pragma once
#include "core/source/diskimage.h"
#include "core/source/fstab.h"
#include "core/source/guestmounts.h"
#include "core/source/guesttree.h"
#include "core/source/loopdevice.h"
#include "core/source/lvmreport.h"
#include "core/source/partitiontable.h"
#include "core/source/rawview.h"
#include "core/source/source.h"

#include <map>
#include <vector>

namespace edgelift {

/// One disk as the inspector gets it.
struct OpenedDisk
{
    QString path; ///< opens as the raw disk
    QString name; ///< for people
    Bytes size;
};

/// Finds out what is on a set of disks. Used once, on one thread: run(), then take what it found.
class Inspector
{
public:
    /// `folder` is a private folder that exists; nothing is left in it.
    Inspector(std::vector<OpenedDisk> disks, QString folder, std::stop_token stop);
    /// Errors as openDiskImages().
    [[nodiscard]] Result<> run();
    const ServerFacts &facts() const { return m_facts; }
    const QList<SourceNote> &notes() const { return m_notes; }
    /// Ids in the order in which the disks were given.
    const QStringList &diskIds() const { return m_diskIds; }

private:
    // disks and volumes (inspector.cpp)
    [[nodiscard]] Result<> readDisk(const OpenedDisk &disk);
    QString uniqueDiskId(const OpenedDisk &disk, const PartitionTable &table) const;
    [[nodiscard]] Result<> addVolume(VolumeFacts volume, const QString &path, Bytes offset);
    [[nodiscard]] Result<> readLogicalVolumes();
    QHash<QString, QString> addGroups(const LvmReport &report, const QHash<QString, QString> &volumeByDevice);
    [[nodiscard]] Result<> addLogicalVolume(VolumeFacts volume, const LvmReport::Logical &logical);
    [[nodiscard]] Result<> addLogicalVolumes(const LvmReport &report, const QHash<QString, QString> &volumeByDevice);
    [[nodiscard]] Result<QString> viewOf(const VolumeFacts &volume, Bytes *offset);
    void settleOrder();

    // what the guest says (guestinspect.cpp)
    struct Candidate
    {
        QString volume;
        QString subvolume; ///< mount option, empty for the default
        bool named = false; ///< its own fstab says that it is mounted as /
    };
    void look(GuestMounts &mounts);
    void lookAt(const VolumeFacts &volume, GuestMounts &mounts);
    void lookIntoSubvolumes(const VolumeFacts &volume, const GuestTree &tree, const QString &mountPath);
    void addCandidate(const GuestTree &tree, const VolumeFacts &volume, const QString &subvolume);
    void inspectRoot(const Candidate &root, GuestMounts &mounts);
    void mountBelow(const GuestTree &tree, const QString &point, GuestMounts &mounts);
    void assignMountPoints(const QString &rootVolume);
    void settleBootMode();
    Result<QString> loopOf(const VolumeFacts &volume);
    Error noRoot() const;
    void note(const QString &subject, const QString &text) { m_notes.append({subject, text}); }

    std::vector<OpenedDisk> m_disks;
    QString m_folder;
    std::stop_token m_stop;
    ServerFacts m_facts;
    QStringList m_diskIds;
    QHash<QString, PartitionTable> m_tables; ///< by disk id
    VolumeNamesById m_names;
    QList<SourceNote> m_notes;
    std::map<QString, std::unique_ptr<RawView>> m_views; ///< of volumes in several pieces, by volume id
    std::map<QString, LoopDevice> m_loops; ///< by volume id
    QList<Candidate> m_candidates;
    QHash<QString, Error> m_unreadable; ///< why a volume could not be looked into, by id
};

}
