#include "mapcheck.h"

using namespace edgelift;
using namespace edgelift::fuzz;

namespace {

/// The header of swap, for that size of pages (mkswap knows only this machine's).
BaseImage swap(qsizetype page)
{
    QByteArray header(page, '\0');
    qToLittleEndian<quint32>(1, header.data() + 1024);
    qToLittleEndian<quint32>(255, header.data() + 1028);
    header.replace(page - 10, 10, "SWAPSPACE2");
    return {quint64(page) * 256, header};
}

const std::array<BaseImage, 2> &images()
{
    static const std::array<BaseImage, 2> all{swap(4096), swap(65536)};
    return all;
}

}

FUZZ_TARGET(swapmap)
{
    Reader reader(input);
    PatchedImage image(images().at(choose(reader, images().size()).image));
    image.apply(reader);
    checkMap(swapMap(image), image.size());
}
