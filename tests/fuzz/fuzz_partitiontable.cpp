#include "core/receiver/tablefix.h"
#include "core/source/partitiontable.h"
#include "mapcheck.h"

#include <array>
#include <zlib.h>

using namespace edgelift;
using namespace edgelift::fuzz;

namespace {

const std::array<BaseImage, 5> &images()
{
    static const std::array<BaseImage, 5> all{
        BaseImage(8 << 20, "printf 'label: gpt\\nsize=1MiB, name=one\\nsize=2MiB, type=U\\nsize=1MiB\\n' | sfdisk -q $image"),
        BaseImage(8 << 20,
            "printf 'label: dos\\nsize=1MiB, bootable\\nsize=1MiB, type=82\\ntype=5\\nsize=512KiB\\nsize=512KiB\\n' | sfdisk -q $image"),
        BaseImage(8 << 20, "truncate -s 4M $image; printf 'label: gpt\\nsize=1MiB\\n' | sfdisk -q $image; truncate -s 8M $image"),
        BaseImage(8 << 20, "printf 'label: gpt\\ntable-length: 4\\nsize=1MiB\\n' | sfdisk -q $image"), BaseImage(8 << 20, QByteArray())};
    return all;
}

quint32 sumOf(const QByteArray &bytes)
{
    return quint32(::crc32(0, reinterpret_cast<const Bytef *>(bytes.constData()), uInt(bytes.size())));
}

/// The sums of a GPT header that stands at `at`, if one does: first the one over its entries, then its own.
void mendHeader(PatchedImage &image, quint64 at, quint64 sector)
{
    Result<QByteArray> header = image.read(at, 512);
    if (!header || !header->startsWith("EFI PART"))
        return;
    const auto number = [&header](qsizetype place) { return qFromLittleEndian<quint32>(header->constData() + place); };
    const quint64 list = qFromLittleEndian<quint64>(header->constData() + 72);
    const quint64 length = quint64(number(80)) * number(84);
    const Result<QByteArray> entries =
        length <= (4 << 20) && list < image.size() / sector ? image.read(list * sector, length) : Result<QByteArray>(Error{});
    if (entries)
        qToLittleEndian(sumOf(*entries), header->data() + 88);
    qToLittleEndian<quint32>(0, header->data() + 16);
    qToLittleEndian(sumOf(header->left(qsizetype(std::min<quint32>(number(12), 512)))), header->data() + 16);
    image.write(at, *header);
}

void checkTable(const Result<PartitionTable> &table, quint64 size)
{
    quint64 end = 0;
    for (const Partition &partition : table ? table->partitions : QList<Partition>()) {
        expect(partition.offset.count >= end && partition.offset.count <= size && partition.size.count <= size - partition.offset.count,
            "partitions are inside the disk and do not overlap");
        end = partition.offset.count + partition.size.count;
    }
}

}

/// Read as the source does it, then made to fit as the receiver does it.
FUZZ_TARGET(partitiontable)
{
    Reader reader(input);
    const Choice choice = choose(reader, images().size());
    PatchedImage image(images().at(choice.image));
    image.apply(reader);
    for (const quint64 at : {quint64(512), quint64(4096), (4ULL << 20) - 512, image.size() - std::min<quint64>(image.size(), 512)}) {
        if (choice.mend)
            mendHeader(image, at, at == 4096 ? 4096 : 512);
    }
    const QString path = image.toFile("disk.img");
    checkTable(readPartitionTable(path, QStringLiteral("disk")), image.size());
    if (!receiver::moveBackupGptToEnd(path, QStringLiteral("bp1")))
        return;
    const auto again = receiver::moveBackupGptToEnd(path, QStringLiteral("bp1"));
    expect(again && *again == receiver::TableFix::NothingToDo, "the second time there is nothing left to do");
    checkTable(readPartitionTable(path, QStringLiteral("disk")), image.size());
}
