#include "core/receiver/build/disktable.h"

#include "core/receiver/build/buildtools.h"

#include <QFile>
#include <cstring>
#include <libfdisk/libfdisk.h>
#include <memory>

namespace edgelift::build {

namespace {

constexpr quint64 sectorSize = 512; // of every disk the clouds attach

struct ContextDeleter
{
    void operator()(fdisk_context *context) const { fdisk_unref_context(context); }
};
struct PartitionDeleter
{
    void operator()(fdisk_partition *partition) const { fdisk_unref_partition(partition); }
};
struct TypeDeleter
{
    void operator()(fdisk_parttype *type) const { fdisk_unref_parttype(type); }
};
using Context = std::unique_ptr<fdisk_context, ContextDeleter>;

/// One row of the table. Numbers count from 1.
struct Row
{
    int number = 0;
    Bytes offset;
    Bytes size;
    QString type;
    QString uuid;
    bool active = false;
};

Error failed(const QString &path, const char *step, int number)
{
    return buildFailed(path, QStringLiteral("libfdisk"),
        QStringLiteral("%1: %2").arg(QLatin1String(step), QString::fromLocal8Bit(std::strerror(number < 0 ? -number : number))));
}

QList<Row> rowsOf(const TargetDiskLayout &layout)
{
    const bool gpt = layout.table == TableType::Gpt;
    QList<Row> rows;
    for (const TargetVolume &volume : layout.volumes) {
        if (volume.partition > 0)
            rows.append({volume.partition, volume.offset, volume.size, volume.typeCode, volume.partUuid, volume.active});
    }
    if (!layout.group.isEmpty())
        rows.append({layout.groupPartition, layout.groupOffset, layout.groupSize,
            gpt ? QStringLiteral("E6D6D379-F507-44C2-A23C-238F2A3DF928") : QStringLiteral("0x8e"), layout.groupPartUuid, false});
    return rows;
}

int addRow(fdisk_context *context, const Row &row)
{
    const std::unique_ptr<fdisk_partition, PartitionDeleter> partition(fdisk_new_partition());
    const fdisk_label *label = fdisk_get_label(context, nullptr);
    const std::unique_ptr<fdisk_parttype, TypeDeleter> type(row.type.startsWith(QLatin1String("0x"))
            ? fdisk_label_get_parttype_from_code(label, row.type.toUInt(nullptr, 16))
            : fdisk_label_parse_parttype(label, row.type.toLatin1().constData()));
    if (!partition || !type)
        return -ENOMEM;
    int number = fdisk_partition_set_start(partition.get(), row.offset.count / sectorSize);
    number = number ? number : fdisk_partition_set_size(partition.get(), row.size.count / sectorSize);
    number = number ? number : fdisk_partition_set_partno(partition.get(), size_t(row.number - 1));
    number = number ? number : fdisk_partition_set_type(partition.get(), type.get());
    if (!number && !row.uuid.isEmpty())
        number = fdisk_partition_set_uuid(partition.get(), row.uuid.toLatin1().constData());
    number = number ? number : fdisk_add_partition(context, partition.get(), nullptr);
    if (!number && row.active)
        number = fdisk_toggle_partition_flag(context, size_t(row.number - 1), DOS_FLAG_ACTIVE);
    return number;
}

}

Result<> writeTable(const QString &path, const TargetDiskLayout &layout)
{
    const Context context(fdisk_new_context());
    if (!context)
        return failed(path, "memory", ENOMEM);
    fdisk_disable_dialogs(context.get(), 1);
    if (const int number = fdisk_assign_device(context.get(), QFile::encodeName(path).constData(), 0))
        return failed(path, "opening", number);
    if (fdisk_get_sector_size(context.get()) != sectorSize)
        return failed(path, "sectors of another size", ENOTSUP);
    fdisk_enable_wipe(context.get(), 1); // signatures of whatever was there
    if (const int number = fdisk_create_disklabel(context.get(), layout.table == TableType::Gpt ? "gpt" : "dos"))
        return failed(path, "a new table", number);
    if (!layout.tableId.isEmpty()) {
        if (const int number = fdisk_set_disklabel_id_from_string(context.get(), layout.tableId.toLatin1().constData()))
            return failed(path, "the table's id", number);
    }
    for (const Row &row : rowsOf(layout)) {
        if (const int number = addRow(context.get(), row))
            return failed(path, qPrintable(QStringLiteral("partition %1").arg(row.number)), number);
    }
    if (const int number = fdisk_write_disklabel(context.get()))
        return failed(path, "writing", number);
    const int number = fdisk_deassign_device(context.get(), 1); // 1: no sync(2) of the whole machine; the caller syncs
    return number ? Result<>(failed(path, "closing", number)) : ok();
}

}
