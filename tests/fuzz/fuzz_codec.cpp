#include "core/wire/codec.h"
#include "fuzztarget.h"

#include <algorithm>
#include <cstring>

using namespace edgelift;
using namespace edgelift::fuzz;

namespace {

constexpr char untouched = 0x5a;
constexpr qsizetype guard = 64;

/// Damaged, truncated and exploding frames: never a byte outside of the room that was given.
void unpack(QByteArrayView frame, qsizetype length)
{
    static wire::Decompressor decompressor;
    static QByteArray room(qsizetype(4 << 20) + 2 * guard, untouched);
    std::memset(room.data(), untouched, size_t(guard));
    std::memset(room.data() + guard + length, untouched, size_t(guard));
    (void)decompressor.decompress(spanOf(frame), {room.data() + guard, size_t(length)});
    const auto whole = [](QByteArrayView edge) { return std::all_of(edge.begin(), edge.end(), [](char c) { return c == untouched; }); };
    const QByteArrayView all(room);
    expect(whole(all.first(guard)) && whole(all.sliced(guard + length, guard)), "nothing is written outside of the room");
}

void roundTrip(QByteArrayView bytes, int level)
{
    static wire::Compressor compressor;
    static wire::Decompressor decompressor;
    QByteArray packed(qsizetype(wire::compressedBound(size_t(bytes.size()))), Qt::Uninitialized);
    const size_t used = compressor.compress(spanOf(bytes), {packed.data(), size_t(packed.size())}, level);
    if (used == 0)
        return;
    QByteArray again(bytes.size(), Qt::Uninitialized);
    const Result<> unpacked = decompressor.decompress({packed.constData(), used}, {again.data(), size_t(again.size())});
    expect(unpacked && again == bytes, "what was compressed comes back");
}

}

/// First number: uncompressed length asked for, or (from 2^31 on) compress the rest with that level.
FUZZ_TARGET(codec)
{
    Reader reader(input);
    const quint32 head = reader.number<quint32>();
    if (head >> 31)
        roundTrip(reader.rest(), int(head & 15));
    else
        unpack(reader.rest(), qsizetype(head % ((4U << 20) + 1)));
}
