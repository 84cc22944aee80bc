#include "core/migrate/live/rescanforecast.h"

#include "core/stream/blockreader.h"
#include "core/stream/live/frozenset.h"
#include "core/stream/live/livesettings.h"
#include "core/stream/maps/directview.h"
#include "core/wire/digest.h"

#include <QLocale>

namespace edgelift {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr quint32 piece = 1U << 20;
constexpr quint64 samplePieces = 128; // of all disks, evenly spread
constexpr auto sampleLimit = 10s; // a disk that needs longer is too slow by far

/// Pieces that touch `used`, in bytes, every so many-th.
RangeSet sampleOf(const RangeSet &used, quint64 every, quint64 size)
{
    RangeSet sample;
    quint64 next = 0;
    quint64 counted = 0;
    for (const ByteRange &range : used) {
        for (quint64 at = std::max(range.offset / piece, next); at * piece < range.end(); ++at) {
            next = at + 1;
            if (counted++ % every == 0)
                sample.add(ByteRange{at * piece, std::min<quint64>(piece, size - at * piece)});
        }
    }
    return sample;
}

}

Result<RescanForecast> forecastRescan(const QStringList &paths, const std::vector<RangeSet> &used, std::chrono::nanoseconds rest)
{
    RescanForecast forecast;
    for (const RangeSet &disk : used)
        forecast.used.count += disk.total();
    const quint64 every = std::max<quint64>(forecast.used.count / piece / samplePieces, 1);
    std::vector<std::unique_ptr<DiskReader>> readers;
    std::vector<RangeSet> sample;
    quint64 sampled = 0;
    for (qsizetype disk = 0; disk < paths.size(); ++disk) {
        const Result<std::shared_ptr<DirectView>> view = DirectView::open(paths.at(disk));
        if (!view)
            return view.error();
        Result<std::unique_ptr<BlockReader>> reader = BlockReader::open(paths.at(disk), Bytes{(*view)->size()});
        if (!reader)
            return reader.error();
        readers.push_back(reader.take());
        sample.push_back(sampleOf(used[size_t(disk)], every, (*view)->size()));
        sampled += sample.back().total();
    }
    const Result<std::unique_ptr<FrozenSet>> memory = FrozenSet::make(Bytes{piece});
    if (!memory)
        return memory.error();
    const auto hashed = [](int, quint64, std::span<const char> bytes) { return wire::digestOf(bytes) == wire::Digest(); };
    const Clock::time_point begin = Clock::now();
    const auto read = (*memory)->fillWhere(sample, piece, readers, hashed, begin + sampleLimit);
    if (!read && read.error().code != ErrorCode::FreezeTooLong)
        return read.error();
    const std::chrono::duration<double> took = Clock::now() - begin;
    const double share = double(forecast.used.count) / double(std::max<quint64>(sampled, 1));
    forecast.hold = std::chrono::ceil<std::chrono::milliseconds>(rest + took * std::max(share, 1.0));
    return forecast;
}

std::optional<Error> obstacleTo(const RescanForecast &forecast, std::chrono::milliseconds budget)
{
    const std::chrono::milliseconds allowed = std::min(budget, longestFreeze);
    if (forecast.hold <= allowed * 4 / 5)
        return {};
    const auto seconds = [](std::chrono::milliseconds time) {
        return QString::number(std::chrono::ceil<std::chrono::seconds>(time).count());
    };
    return Error{ErrorCode::RescanTooLong, Retry::AfterUserAction,
        {QLocale::c().formattedDataSize(qint64(forecast.used.count), 1, QLocale::DataSizeIecFormat), seconds(forecast.hold),
            seconds(allowed)},
        {}};
}

}
