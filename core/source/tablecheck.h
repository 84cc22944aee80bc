#pragma once
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/layout/serverfacts.h"

#include <QByteArray>
#include <QStringList>
#include <functional>

namespace edgelift {

/// Reads bytes of a disk; empty when they are not there.
using SectorReader = std::function<QByteArray(quint64 offset, quint64 length)>;

/// What sector 0, the extended chain and the GPT headers say before libfdisk is asked.
struct TableCheck
{
    TableType type = TableType::None;
    quint32 sectorSize = 512;
    QStringList notes;
    bool bootCode = false;
    bool grubCode = false;
};

/// A pure function over hostile bytes; ends whatever the chain says. `name` is for errors.
/// Errors: PartitionTableDamaged, PartitionTableLoops.
[[nodiscard]] Result<TableCheck> checkTable(const SectorReader &reader, Bytes diskSize, const QString &name);

}
