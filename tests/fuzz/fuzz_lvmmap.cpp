#include "core/stream/maps/onmedium.h"
#include "mapcheck.h"

using namespace edgelift;
using namespace edgelift::fuzz;

namespace {

constexpr qsizetype sector = 512;
constexpr quint64 volumeSize = 20 << 20;

/// A physical volume's label (lib/format_text/layout.h of LVM2): in sector 1, one data area from 1 MiB, one metadata area from 4 KiB.
QByteArray label()
{
    QByteArray start(2 * sector, '\0');
    char *raw = start.data() + sector;
    start.replace(sector, 8, "LABELONE");
    start.replace(sector + 24, 8, "LVM2 001");
    qToLittleEndian<quint64>(1, raw + 8);
    qToLittleEndian<quint32>(32, raw + 20);
    start.replace(sector + 32, 32, QByteArray(32, 'u'));
    const quint64 numbers[]{volumeSize, 1 << 20, 0, 0, 0, 4096, (1 << 20) - 4096, 0, 0};
    for (size_t i = 0; i < std::size(numbers); ++i)
        qToLittleEndian(numbers[i], start.data() + sector + 64 + i * 8);
    return start;
}

void mendSums(PatchedImage &image)
{
    static constexpr auto table = medium::crcTable(0xedb88320);
    for (quint64 at = 0; at < 4 * sector; at += sector) {
        const Result<QByteArray> bytes = image.read(at, sector);
        if (!bytes || !bytes->startsWith("LABELONE"))
            continue;
        const quint32 sum = qToLittleEndian(medium::crcStep(table, 0xf597a6cf, bytes->constData() + 20, sector - 20));
        image.write(at + 16, QByteArrayView(reinterpret_cast<const char *>(&sum), 4));
    }
}

}

/// Two numbers (size of an extent; how many from which are taken) and changes of the label.
FUZZ_TARGET(lvmmap)
{
    static const BaseImage base(volumeSize, label());
    Reader reader(input);
    const bool mend = choose(reader, 1).mend;
    const quint64 extent = reader.number<quint32>();
    const quint64 from = reader.number<quint32>();
    const quint64 count = reader.number<quint16>();
    PatchedImage image(base);
    image.apply(reader);
    if (mend)
        mendSums(image);
    checkMap(lvmMap(image, extent, count ? RangeSet({from, count * extent}) : RangeSet()), image.size());
}
