#include "core/stream/maps/onmedium.h"
#include "mapcheck.h"

#include <array>

using namespace edgelift;
using namespace edgelift::fuzz;

namespace {

const std::array<BaseImage, 2> &images()
{
    static const std::array<BaseImage, 2> all{
        BaseImage(32 << 20,
            "seq 9000 >$folder/a; printf \"x\\n0 0\\nd--755 0 0\\na ---644 0 0 $folder/a\\nb d--755 0 0\\n\\$\\n\\$\\n\" >$folder/proto;"
            "mkfs.xfs --unsupported -q -f -d agcount=2 -l size=6m -p $folder/proto $image"),
        BaseImage(32 << 20, "mkfs.xfs --unsupported -q -f -m crc=0 -d agcount=2 -l size=6m $image")};
    return all;
}

/// Superblock, AGF and the short B-tree blocks: each has its CRC-32C in a place of its own.
void mendSums(PatchedImage &image)
{
    const QSet<quint64> pages = image.touchedPages();
    for (const quint64 page : pages) {
        const Result<QByteArray> bytes = image.read(page, std::min<quint64>(4096, image.size() - std::min(page, image.size())));
        if (!bytes || bytes->size() != 4096)
            continue;
        const auto mend = [&](quint64 at, quint64 length, quint64 hole) {
            const quint32 sum = qToLittleEndian(medium::crc32c(bytes->mid(qsizetype(at), qsizetype(length)), qsizetype(hole)));
            image.write(page + at + hole, QByteArrayView(reinterpret_cast<const char *>(&sum), 4));
        };
        if (bytes->startsWith("XFSB"))
            mend(0, 512, 224);
        if (bytes->mid(512, 4) == "XAGF")
            mend(512, 512, 216);
        if (bytes->startsWith("AB3B"))
            mend(0, 4096, 52);
    }
}

}

FUZZ_TARGET(xfsmap)
{
    Reader reader(input);
    const Choice choice = choose(reader, images().size());
    PatchedImage image(images().at(choice.image));
    image.apply(reader);
    if (choice.mend)
        mendSums(image);
    checkMap(xfsMap(image, false, {}), image.size());
    checkMap(xfsMap(image, true, {}), image.size());
}
