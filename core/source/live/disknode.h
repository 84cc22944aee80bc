#pragma once
#include "core/source/diskscan.h"
#include "core/source/live/machinesurvey.h"

namespace edgelift {

/// True when `path` opens as this device.
[[nodiscard]] bool isNodeOf(const QString &path, const BlockDevice &device);

/// A whole disk of the running machine: the node it is read through, what identifies it, and whether it is still the same.
class DiskNode
{
public:
    /// Uses the node in `view.dev`, or makes one in `folder` (private, exists) when there is none or it means another device.
    /// `isMounted`: the disk itself carries a filesystem that is mounted. Errors: FileUnwritable, PermissionDenied.
    [[nodiscard]] static Result<DiskNode> open(const BlockDevice &device, bool isMounted, const MachineView &view, const QString &folder);

    const QString &path() const { return m_path; }
    const BlockDevice &device() const { return m_device; }
    /// What identifies it beside its table: wwn, serial, what is on it, its file, last its place.
    const QString &otherId() const { return m_otherId; }
    bool isKnownByPlaceOnly() const { return m_byPlace; }

    /// Lets the kernel forget what it keeps of these bytes for readers of this node: partitions have a cache of their own, so what was
    /// written through them does not show here. Changes nothing on the disk. Does nothing for one that is mounted as a whole: there
    /// the filesystem shares the cache, and what it holds is the newest.
    void forgetCached(Bytes offset, Bytes length) const;
    /// Remembers the table that was found; nothing: nobody could read it, and nothing about it is compared.
    void setTable(std::optional<PartitionTable> table) { m_table = std::move(table); }
    /// Differs when the disk, its size or its table is another one; the same after a restart of the machine.
    [[nodiscard]] QString identity() const;
    /// Errors: SourceChanged, SourceMissing.
    [[nodiscard]] Result<> verifyUnchanged(const BlockDevices &now) const;

private:
    DiskNode() = default;
    void identify();

    BlockDevice m_device;
    QString m_path;
    QString m_otherId;
    bool m_byPlace = false;
    bool m_isMounted = false;
    std::optional<PartitionTable> m_table;
};

}
