#pragma once
#include "core/base/result.h"

namespace edgelift::wire {

struct VersionRange
{
    quint16 oldest = 1;
    quint16 newest = 1;
    bool operator==(const VersionRange &) const = default;
};

/// What this program speaks. A new version adds a row to the history in PROTOCOL.md first.
inline constexpr VersionRange ourVersions{1, 3};
inline constexpr quint16 liveVersion = 2; ///< the first that knows live copies
inline constexpr quint16 buildVersion = 3; ///< the first that builds disks and takes files

/// The newest version both sides know. Error: ReceiverVersion (Retry::AfterUserAction), with theirs ("2-3") in args.
[[nodiscard]] Result<quint16> negotiate(VersionRange ours, VersionRange theirs);

}
