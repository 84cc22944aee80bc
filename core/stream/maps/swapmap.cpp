#include "core/stream/maps/onmedium.h"
#include "core/stream/maps/volumemap.h"

#include <array>

namespace edgelift {

VolumeMap swapMap(const BlockView &view)
{
    constexpr std::array<quint64, 5> pageSizes{4096, 8192, 16384, 32768, 65536};
    for (const quint64 page : pageSizes) {
        const Result<QByteArray> header = view.read(0, page);
        if (!header)
            break;
        const QByteArray signature = header->right(10);
        if (signature.startsWith("S1SUSPEND") || signature.startsWith("S2SUSPEND") || signature.startsWith("ULSUSPEND"))
            return VolumeMap::takeWhole(QStringLiteral("a hibernated system lies in it"));
        if (signature != "SWAPSPACE2")
            continue;
        if (medium::little<quint32>(*header, 1024) != 1)
            return VolumeMap::takeWhole(QStringLiteral("unknown version of swap"));
        const quint64 end = std::min<quint64>((quint64(medium::little<quint32>(*header, 1028)) + 1) * page, view.size());
        VolumeMap map;
        if (end > page)
            map.free.add({page, end - page});
        return map;
    }
    return VolumeMap::takeWhole(QStringLiteral("no swap header"));
}

}
