#pragma once
#include "core/base/result.h"
#include "core/layout/serverfacts.h"

#include <QList>
#include <QString>

namespace edgelift {

struct Partition
{
    int number = 0; ///< from 1
    Bytes offset;
    Bytes size;
    QString typeCode; ///< GPT type GUID in capitals, or "0x83"
    QString uuid; ///< PARTUUID, lower case: the GPT entry's GUID, or "<mbr id>-<number>"
    QString name; ///< PARTLABEL, GPT only
    bool operator==(const Partition &) const = default;
};

/// A disk's table. Extended partitions are containers and not listed.
struct PartitionTable
{
    TableType type = TableType::None;
    quint32 sectorSize = 512;
    QString id; ///< GPT disk GUID or MBR id ("1a2b3c4d"), lower case; empty without a table or when it is zero
    QList<Partition> partitions; ///< by offset
    QStringList notes; ///< English: what was not right but could be worked around
    bool bootCode = false; ///< sector 0 has code
    bool grubCode = false; ///< ... and it is GRUB's
};

/// Reads the table of the disk shown at `path`; `name` is for errors. Everything is checked before libfdisk sees it: the chain of
/// extended partitions, headers and sums of a GPT, that partitions are inside the disk and do not overlap.
/// Errors: PartitionTableDamaged, PartitionTableLoops, SourceUnreadable.
[[nodiscard]] Result<PartitionTable> readPartitionTable(const QString &path, const QString &name);

}
