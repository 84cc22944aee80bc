#include "mapcheck.h"

#include <array>

using namespace edgelift;
using namespace edgelift::fuzz;

namespace {

const std::array<BaseImage, 3> &images()
{
    static const std::array<BaseImage, 3> all{BaseImage(2 << 20, "mkfs.vfat -F 12 -i 1 $image"),
        BaseImage(20 << 20, "mkfs.vfat -F 16 -i 1 $image"), BaseImage(40 << 20, "mkfs.vfat -F 32 -s 1 -i 1 $image")};
    return all;
}

}

FUZZ_TARGET(fatmap)
{
    Reader reader(input);
    PatchedImage image(images().at(choose(reader, images().size()).image));
    image.apply(reader);
    checkMap(fatMap(image, {}), image.size());
}
