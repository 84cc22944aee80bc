#pragma once
#include "core/guest/fstab.h"
#include "core/source/lvmreport.h"
#include "core/source/partitiontable.h"
#include "core/source/source.h"

#include <QHash>
#include <optional>
#include <vector>

namespace edgelift {

/// One disk as a scan gets it.
struct OpenedDisk
{
    QString path; ///< opens as the raw disk
    QString name; ///< for people
    Bytes size;
    QString otherId; ///< what identifies it where the table does not; unique among the disks given where that is known
    bool placeIsOrder = true; ///< twins are told apart by the order they were given in; false: by otherId
};

/// The ESP by its partition type.
[[nodiscard]] bool isEsp(const VolumeFacts &volume);

/// Finds the disks, volumes and volume groups of a source, without mounting or activating anything. The base of those who also look into
/// filesystems. Used once, on one thread.
class DiskScan
{
public:
    DiskScan(const DiskScan &) = delete;
    DiskScan &operator=(const DiskScan &) = delete;
    virtual ~DiskScan() = default;
    const ServerFacts &facts() const { return m_facts; }
    const QList<SourceNote> &notes() const { return m_notes; }
    /// Ids in the order in which the disks were given.
    const QStringList &diskIds() const { return m_diskIds; }
    [[nodiscard]] QList<PartitionNames> partitionNames() const;
    /// Nothing for an unknown disk, and for one whose table could not be used.
    std::optional<PartitionTable> table(const QString &diskId) const;

protected:
    DiskScan(std::vector<OpenedDisk> disks, std::stop_token stop);
    /// Fills in m_facts.disks, volumes and groups. Errors: those of openDiskImages() about disks and LVM.
    [[nodiscard]] Result<> scan();

    /// A file or device in which the volume's bytes lie from `offset` on; at least its first segment.
    virtual Result<QString> viewOf(const VolumeFacts &volume, Bytes *offset) = 0;
    /// A block device that holds just this physical volume, for lvm; stays until lvmIsRead().
    virtual Result<QString> lvmDevice(const VolumeFacts &volume) = 0;
    virtual void lvmIsRead() = 0;
    /// Part of a disk (named by `subject`) makes no sense. The error ends the scan; ok() goes on without it.
    virtual Result<> bear(const QString &subject, const Error &error);

    /// The volume that an fstab means by `spec`, or null.
    virtual const VolumeFacts *volumeFor(const QString &spec) const;
    /// Mount points by the server's own fstab, for volumes that have none.
    void assignMountPoints();
    void markBoot(const QString &rootVolume); ///< after all mount points; empty: no volume is the root
    /// The system disk first, then as given; volumes by disk and offset, logical ones last.
    void settleOrder();
    void note(const QString &subject, const QString &text) { m_notes.append({subject, text}); }
    const QString &pathOf(const QString &diskId) const { return m_disks.at(size_t(m_diskIds.indexOf(diskId))).path; }

    std::vector<OpenedDisk> m_disks;
    std::stop_token m_stop;
    ServerFacts m_facts;
    QList<SourceNote> m_notes;
    QStringList m_diskIds;
    QHash<QString, PartitionTable> m_tables; ///< by disk id
    VolumeNamesById m_names;
    QHash<QString, QString> m_groupNames; ///< by the group's uuid as lvm2 writes it
    QStringList m_sharedGroups; ///< names of those other machines may use, too
    QHash<QString, Error> m_unreadable; ///< why a volume could not be looked into, by id

private:
    [[nodiscard]] Result<> addVolumes(const DiskFacts &disk, const QString &path);
    QString uniqueDiskId(const OpenedDisk &disk, const PartitionTable &table, bool twin) const;
    [[nodiscard]] Result<> addVolume(VolumeFacts volume, const QString &path, Bytes offset);
    [[nodiscard]] Result<> readLogicalVolumes();
    void addGroups(const LvmReport &report, const QHash<QString, QString> &volumeByDevice);
    [[nodiscard]] Result<> addLogicalVolumes(const LvmReport &report, const QHash<QString, QString> &volumeByDevice);
    [[nodiscard]] Result<> addLogicalVolume(VolumeFacts volume, const LvmReport::Logical &logical);
};

}
