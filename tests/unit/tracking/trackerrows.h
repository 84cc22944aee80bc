#pragma once
#include "core/source/tracking/changetracker.h"

#include <functional>
#include <memory>

namespace edgelift::test {

using Started = Result<std::unique_ptr<ChangeTracker>>;

/// What happened; begins with "NOT" when that was not what had been promised, with voidEpoch when the kernel kept an event from everybody.
using Fault = std::function<QString()>;
inline constexpr QLatin1String voidEpoch("void: ");

/// "ebpf", "perf" or "blktrace".
[[nodiscard]] Started startTracker(const QByteArray &backend, const TrackedDisk &disk);
/// {-1}: no marks could be had.
[[nodiscard]] QList<int> markedSince(ChangeTracker &tracker, quint32 era);
[[nodiscard]] QString notAsPromised(const QString &what);
/// What was lost, or that nothing was, which is not as promised.
[[nodiscard]] QString lostOr(const Result<> &outcome);
[[nodiscard]] QString numbers(const QList<int> &blocks); ///< as text

}
