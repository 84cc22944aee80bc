#include "core/stream/extentplan.h"
#include "core/wire/codec.h"
#include "core/wire/messages.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstring>
#include <random>

using namespace edgelift;

namespace {

constexpr size_t frame = wire::maxDataLength;

/// Text-like bytes: zstd -3 makes about a third of them.
std::vector<char> text(size_t size)
{
    std::mt19937 random(7);
    std::vector<std::string> words(4000);
    for (std::string &word : words) {
        word.resize(3 + random() % 8);
        for (char &c : word)
            c = char('a' + random() % 26);
    }
    std::vector<char> bytes;
    bytes.reserve(size + 16);
    while (bytes.size() < size) {
        const std::string &word = words[std::min(random() % words.size(), random() % words.size())];
        bytes.insert(bytes.end(), word.begin(), word.end());
        bytes.push_back(' ');
    }
    bytes.resize(size);
    return bytes;
}

void compress(benchmark::State &state)
{
    const std::vector<char> plain = text(frame);
    std::vector<char> packed(wire::compressedBound(frame));
    wire::Compressor compressor;
    size_t size = 0;
    for ([[maybe_unused]] auto _ : state)
        benchmark::DoNotOptimize(size = compressor.compress(plain, packed, int(state.range(0))));
    state.SetBytesProcessed(int64_t(state.iterations()) * int64_t(frame));
    state.counters["left"] = double(size) / double(frame);
}
BENCHMARK(compress)->Arg(-5)->Arg(-1)->DenseRange(1, 10);

void decompress(benchmark::State &state)
{
    const std::vector<char> plain = text(frame);
    std::vector<char> packed(wire::compressedBound(frame));
    packed.resize(wire::Compressor().compress(plain, packed, int(state.range(0))));
    std::vector<char> out(frame);
    wire::Decompressor decompressor;
    for ([[maybe_unused]] auto _ : state) {
        if (!decompressor.decompress(packed, out))
            state.SkipWithError("does not decompress");
    }
    state.SetBytesProcessed(int64_t(state.iterations()) * int64_t(frame));
}
BENCHMARK(decompress)->Arg(-5)->Arg(1)->Arg(3)->Arg(7);

void hashExtent(benchmark::State &state)
{
    const std::vector<char> plain = text(wire::extentSize);
    for ([[maybe_unused]] auto _ : state)
        benchmark::DoNotOptimize(wire::digestOf(plain));
    state.SetBytesProcessed(int64_t(state.iterations()) * wire::extentSize);
}
BENCHMARK(hashExtent);

void findZeros(benchmark::State &state)
{
    const std::vector<char> zeros(wire::extentSize);
    for ([[maybe_unused]] auto _ : state)
        benchmark::DoNotOptimize(wire::isAllZero(zeros));
    state.SetBytesProcessed(int64_t(state.iterations()) * wire::extentSize);
}
BENCHMARK(findZeros);

/// Half of a disk used in runs of 1 MiB; range(0) in GiB.
RangeSet agedDisk(int64_t gibibytes)
{
    RangeSet used;
    for (quint64 at = 0; at < quint64(gibibytes) << 30; at += 2U << 20)
        used.add({at + (at >> 20) * 7 % 200 * 4096, 1U << 20});
    return used;
}

void planDisk(benchmark::State &state)
{
    const RangeSet used = agedDisk(state.range(0));
    for ([[maybe_unused]] auto _ : state)
        benchmark::DoNotOptimize(ExtentPlan(Bytes{quint64(state.range(0)) << 30}, used).total());
}
BENCHMARK(planDisk)->Arg(6)->Arg(1024)->Unit(benchmark::kMillisecond);

void freeBytesOfAPiece(benchmark::State &state)
{
    const ExtentPlan plan(Bytes{quint64(state.range(0)) << 30}, agedDisk(state.range(0)));
    quint64 at = 0;
    for ([[maybe_unused]] auto _ : state) {
        benchmark::DoNotOptimize(plan.freeWithin(ByteRange{at, frame}));
        at = (at + 1000 * frame) % plan.size().count;
    }
}
BENCHMARK(freeBytesOfAPiece)->Arg(6)->Arg(1024);

void encodeDataHead(benchmark::State &state)
{
    wire::DataHead head;
    head.length = frame;
    head.extents = wire::maxDataExtents;
    for ([[maybe_unused]] auto _ : state)
        benchmark::DoNotOptimize(wire::encode(head));
}
BENCHMARK(encodeDataHead);

void decodeDataFrame(benchmark::State &state)
{
    wire::DataHead head;
    head.length = frame;
    head.extents = wire::maxDataExtents;
    const QByteArray payload = wire::encode(head) + QByteArray(frame, 'x');
    for ([[maybe_unused]] auto _ : state) {
        if (!wire::decodeData(payload))
            state.SkipWithError("does not decode");
    }
}
BENCHMARK(decodeDataFrame);

}

BENCHMARK_MAIN();
