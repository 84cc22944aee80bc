#include "core/source/partitiontable.h"

#include "core/base/fd.h"
#include "core/base/files.h"
#include "core/source/tablecheck.h"

#include <QFile>
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <libfdisk/libfdisk.h>
#include <memory>
#include <unistd.h>

namespace edgelift {

namespace {

struct Release
{
    void operator()(fdisk_context *context) const { fdisk_unref_context(context); }
    void operator()(fdisk_table *table) const { fdisk_unref_table(table); }
    void operator()(fdisk_iter *iter) const { fdisk_free_iter(iter); }
    void operator()(char *text) const { std::free(text); }
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

QByteArray readBytes(int fd, quint64 offset, quint64 length)
{
    QByteArray bytes{qsizetype(length), Qt::Uninitialized};
    return ::pread(fd, bytes.data(), length, off_t(offset)) == ssize_t(length) ? bytes : QByteArray();
}

Error damaged(const QString &name, const QString &why)
{
    return {ErrorCode::PartitionTableDamaged, Retry::AfterUserAction, {name, why}, {}};
}

Partition describe(fdisk_partition *found, const PartitionTable &table)
{
    Partition partition;
    partition.number = int(fdisk_partition_get_partno(found)) + 1;
    partition.offset = Bytes{fdisk_partition_get_start(found) * table.sectorSize};
    partition.size = Bytes{fdisk_partition_get_size(found) * table.sectorSize};
    fdisk_parttype *type = fdisk_partition_get_type(found);
    if (table.type == TableType::Gpt) {
        partition.typeCode = QString::fromLatin1(fdisk_parttype_get_string(type)).toUpper();
        partition.uuid = QString::fromLatin1(fdisk_partition_get_uuid(found)).toLower();
        partition.name = QString::fromUtf8(fdisk_partition_get_name(found));
    } else {
        partition.typeCode = QStringLiteral("0x%1").arg(fdisk_parttype_get_code(type), 2, 16, QLatin1Char('0'));
        partition.uuid = QStringLiteral("%1-%2").arg(table.id).arg(partition.number, 2, 16, QLatin1Char('0'));
    }
    return partition;
}

/// "0x1a2b3c4d" or a GUID, as libfdisk prints it.
QString plainId(const char *text)
{
    QString id = QString::fromLatin1(text).toLower();
    if (id.startsWith(QLatin1String("0x")))
        id.remove(0, 2);
    return id.count(QLatin1Char('0')) + id.count(QLatin1Char('-')) == id.size() ? QString() : id;
}

Result<> list(fdisk_context *context, const QString &name, PartitionTable &table)
{
    fdisk_table *raw = nullptr;
    if (fdisk_get_partitions(context, &raw) != 0)
        return damaged(name, QStringLiteral("libfdisk cannot read it"));
    const Owned<fdisk_table> found(raw);
    const Owned<fdisk_iter> iter(fdisk_new_iter(FDISK_ITER_FORWARD));
    fdisk_partition *partition = nullptr;
    while (fdisk_table_next_partition(found.get(), iter.get(), &partition) == 0) {
        if (fdisk_partition_is_used(partition) && !fdisk_partition_is_container(partition) && fdisk_partition_has_start(partition)
            && fdisk_partition_has_size(partition) && fdisk_partition_get_type(partition))
            table.partitions.append(describe(partition, table));
    }
    std::sort(table.partitions.begin(), table.partitions.end(), [](const Partition &a, const Partition &b) { return a.offset < b.offset; });
    return ok();
}

/// The same limits that checkTable() looked at, once more on what libfdisk made of it (logical partitions are only known now).
Result<> checkPlaces(const PartitionTable &table, Bytes diskSize, const QString &name)
{
    quint64 end = 0;
    int before = 0;
    for (const Partition &partition : table.partitions) {
        if (partition.offset.count > diskSize.count || partition.size.count > diskSize.count - partition.offset.count)
            return damaged(name, QStringLiteral("partition %1 ends beyond the end of the disk").arg(partition.number));
        if (partition.offset.count < end)
            return damaged(name, QStringLiteral("partitions %1 and %2 overlap").arg(before).arg(partition.number));
        end = partition.offset.count + partition.size.count;
        before = partition.number;
    }
    return ok();
}

}

Result<PartitionTable> readPartitionTable(const QString &path, const QString &name)
{
    const Fd fd(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC));
    const off_t size = fd ? ::lseek(fd.get(), 0, SEEK_END) : -1;
    if (size < 0)
        return errnoError(errno, ErrorCode::SourceUnreadable, path);
    const Bytes diskSize{quint64(size)};
    const Result<TableCheck> check =
        checkTable([&fd](quint64 offset, quint64 length) { return readBytes(fd.get(), offset, length); }, diskSize, name);
    if (!check)
        return check.error();
    PartitionTable table;
    table.type = check->type;
    table.sectorSize = check->sectorSize;
    table.notes = check->notes;
    table.bootCode = check->bootCode;
    table.grubCode = check->grubCode;
    if (table.type == TableType::None)
        return table;
    const Owned<fdisk_context> context(fdisk_new_context());
    fdisk_disable_dialogs(context.get(), 1);
    fdisk_save_user_sector_size(context.get(), table.sectorSize, table.sectorSize);
    if (fdisk_assign_device(context.get(), QFile::encodeName(path).constData(), 1) != 0)
        return Error{ErrorCode::SourceUnreadable, Retry::AfterUserAction, {name}, QStringLiteral("libfdisk cannot open it")};
    const fdisk_labeltype wanted = table.type == TableType::Gpt ? FDISK_DISKLABEL_GPT : FDISK_DISKLABEL_DOS;
    if (!fdisk_has_label(context.get()) || !fdisk_is_labeltype(context.get(), wanted))
        return damaged(name, QStringLiteral("libfdisk does not recognise it"));
    char *id = nullptr;
    if (fdisk_get_disklabel_id(context.get(), &id) == 0)
        table.id = plainId(Owned<char>(id).get());
    Result<> listed = list(context.get(), name, table);
    if (listed)
        listed = checkPlaces(table, diskSize, name);
    fdisk_deassign_device(context.get(), 1);
    if (!listed)
        return listed.error();
    return table;
}

}
