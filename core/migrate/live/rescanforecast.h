#pragma once
#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/result.h"
#include "core/stream/maps/rangeset.h"

#include <QStringList>
#include <chrono>
#include <optional>
#include <vector>

namespace edgelift {

/// What a point would ask of a server whose writes nobody sees: everything in use is read and compared while the filesystems are held still
/// (peers.md 4c, the fallback).
struct RescanForecast
{
    Bytes used; ///< what would be read then
    std::chrono::milliseconds hold{}; ///< how long that would take
    bool operator==(const RescanForecast &) const = default;
};

/// Reads a sample of `used` (by disk; `paths` are their nodes) as the freeze would. `rest`: what a freeze takes besides reading. Blocks for
/// a second or so. Errors: SourceUnreadable, SourceChanged, NoSpace.
[[nodiscard]] Result<RescanForecast> forecastRescan(
    const QStringList &paths, const std::vector<RangeSet> &used, std::chrono::nanoseconds rest);

/// RescanTooLong when it is more than `budget`, of which some is kept back since a forecast is somewhat wrong. Pure.
[[nodiscard]] std::optional<Error> obstacleTo(const RescanForecast &forecast, std::chrono::milliseconds budget);

}
