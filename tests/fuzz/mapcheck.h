#pragma once
#include "core/stream/maps/volumemap.h"
#include "patchedimage.h"

namespace edgelift::fuzz {

/// What a reader of filesystem maps may answer, whatever the bytes say.
inline void checkMap(const VolumeMap &map, quint64 size)
{
    expect(map.whole.isEmpty() || map.free.isEmpty(), "nothing is free in a volume that is taken whole");
    quint64 end = 0;
    for (const ByteRange &range : map.free) {
        expect(range.length > 0 && range.offset >= end, "ranges ascend");
        expect(range.offset <= size && range.length <= size - range.offset, "nothing outside of the volume is free");
        end = range.end();
    }
}

/// The first byte of an input chooses one of the images, bit 7 of it leaves checksums as they are.
struct Choice
{
    size_t image = 0;
    bool mend = true;
};
inline Choice choose(Reader &reader, size_t images)
{
    const quint8 byte = reader.number<quint8>();
    return {(byte & 0x7f) % images, (byte & 0x80) == 0};
}

}
