#include "core/receiver/writtenmap.h"
#include "fuzztarget.h"

#include <xxhash.h>

using namespace edgelift;
using namespace edgelift::fuzz;
using receiver::WrittenMap;

namespace {

constexpr quint8 mendSum = 1; ///< give the header its checksum
constexpr quint8 goodHeader = 2; ///< the bytes are the bitmaps behind a header of ours
constexpr qsizetype headerSize = 4096;
constexpr qsizetype hashedPart = 64;
constexpr quint64 unit = WrittenMap::intentUnit;

QByteArray bytesOf(Reader &reader, quint8 mode, quint64 extents)
{
    QByteArray bytes;
    if (mode & goodHeader) {
        bytes = "EDGLWRMP" + QByteArray(headerSize - 8, '\0');
        qToLittleEndian<quint32>(1, bytes.data() + 8);
        qToLittleEndian<quint32>(mode >> 7, bytes.data() + 12);
        qToLittleEndian<quint64>(extents, bytes.data() + 16);
    }
    bytes += reader.rest();
    if ((mode & (mendSum | goodHeader)) && bytes.size() >= hashedPart + 8)
        qToLittleEndian<quint64>(XXH3_64bits(bytes.constData(), hashedPart), bytes.data() + hashedPart);
    if (mode & goodHeader)
        bytes.resize(std::max(bytes.size(), headerSize + qsizetype(extents / 64 + extents / unit / 64 + 2) * 8), '\0');
    return bytes;
}

}

/// The receiver's memory of what was written, as a crash or somebody may have left it.
FUZZ_TARGET(writtenmap)
{
    Reader reader(input);
    const quint8 mode = reader.number<quint8>();
    const quint64 extents = 1 + reader.number<quint16>();
    const QString path = scratchFile("written.map", bytesOf(reader, mode, extents));
    const QByteArray boot(36, 'b');
    quint64 count = 0;
    {
        const auto map = WrittenMap::open(path, extents, boot);
        if (!map) {
            expect(!WrittenMap::open(path, extents, boot), "what was refused once is refused again");
            return;
        }
        const quint64 last = extents - 1;
        expect((*map)->count() <= extents && !(*map)->written(extents), "nothing beyond the end counts");
        count = (*map)->count() + ((*map)->written(last) ? 0 : 1);
        expect((*map)->mark(last, 1) && (*map)->written(last) && (*map)->count() == count, "what is marked is written");
        expect(!(*map)->mark(extents, 1) && !(*map)->mark(0, extents + 1), "nothing beyond the end can be marked");
    }
    const auto again = WrittenMap::open(path, extents, boot);
    expect(again && (*again)->count() == count, "an orderly end keeps the count");
}
