#pragma once
#include "core/layout/serverfacts.h"
#include "core/source/tracking/freezelist.h"
#include "core/source/tracking/selftest.h"
#include "core/stream/live/livesettings.h"

#include <QList>

namespace edgelift {

/// Works out, from the facts of a machine that runs, what of its disks a freeze reaches. Pure; `disks` are DiskFacts::ids in the order of
/// the copy, and results that name a disk by number mean that order.
class LiveLayout
{
public:
    LiveLayout(const ServerFacts &facts, QStringList disks);

    /// By disk. Ignored: the inside of swap, behind the page of its header. Unfrozen: all that no frozen filesystem lies on: gaps, tables,
    /// ESP, raw and unmounted volumes, LVM's metadata.
    [[nodiscard]] std::vector<LiveAreas> areas() const;
    /// Ids of the volumes whose filesystem a freeze holds still.
    [[nodiscard]] QSet<QString> frozenVolumes() const;
    /// Those of `mounted` that lie on the disks and can be frozen, in the order of freezing. Not the read-only ones.
    [[nodiscard]] QList<MountedFilesystem> filesystems(const QList<MountedFilesystem> &mounted) const;
    /// Where the folder's filesystem, known by its device number "8:1", lies; nothing: not wholly on one of the disks, or unknown.
    [[nodiscard]] std::optional<SelfTestPlace> place(const QString &folder, const QString &device) const;
    /// Whether RAID is below: it writes once more a moment after everything is still (md(4), "safe mode").
    [[nodiscard]] bool hasRaid() const;

private:
    [[nodiscard]] bool isOnDisks(const UseFacts &use) const;
    [[nodiscard]] bool isReached(const VolumeFacts &volume) const;

    const ServerFacts &m_facts;
    const QStringList m_disks;
};

}
