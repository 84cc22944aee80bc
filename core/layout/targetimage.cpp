#include "core/layout/targetimage.h"

#include <algorithm>

namespace edgelift {

const TargetDiskLayout *TargetImage::disk(quint32 index) const
{
    const auto found = std::find_if(disks.begin(), disks.end(), [index](const TargetDiskLayout &disk) { return disk.index == index; });
    return found == disks.end() ? nullptr : &*found;
}

}
