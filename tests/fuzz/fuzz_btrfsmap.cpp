#include "core/stream/maps/onmedium.h"
#include "mapcheck.h"

#include <array>

using namespace edgelift;
using namespace edgelift::fuzz;

namespace {

constexpr quint64 superAt = 65536;
constexpr quint64 superSize = 4096;

const std::array<BaseImage, 2> &images()
{
    static const std::array<BaseImage, 2> all{
        BaseImage(110 << 20, "for i in 1 2 3 4 5 6 7 8 9; do seq 2000 >$folder/$i; done; mkfs.btrfs -q --rootdir $folder $image"),
        BaseImage(64 << 20, "mkfs.btrfs -q --mixed -n 4096 $image")};
    return all;
}

void mendSum(PatchedImage &image, quint64 at, quint64 size)
{
    const Result<QByteArray> bytes = image.read(at, size);
    if (!bytes)
        return;
    const quint32 sum = qToLittleEndian(medium::crc32c(bytes->mid(32)));
    image.write(at, QByteArrayView(reinterpret_cast<const char *>(&sum), 4));
}

}

FUZZ_TARGET(btrfsmap)
{
    Reader reader(input);
    const Choice choice = choose(reader, images().size());
    const quint64 nodeSize = choice.image == 0 ? 16384 : 4096;
    PatchedImage image(images().at(choice.image));
    image.apply(reader);
    const QSet<quint64> pages = choice.mend ? image.touchedPages() : QSet<quint64>();
    for (const quint64 page : pages)
        page == superAt ? mendSum(image, superAt, superSize) : mendSum(image, page - page % nodeSize, nodeSize);
    checkMap(btrfsMap(image, {}), image.size());
}
