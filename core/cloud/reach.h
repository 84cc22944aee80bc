#pragma once
#include "core/base/clock.h"
#include "core/cloud/httptransport.h"

#include <optional>

namespace edgelift {

/// One address that will be needed.
struct Address
{
    QUrl url; ///< scheme, host and port
    QByteArray certificatePin; ///< as in HttpRequest
};

/// Whether it answers. Any HTTP answer will do: nothing is signed, so most refuse.
struct Reached
{
    QString host; ///< with the port, when it is not the usual one
    std::optional<Error> error; ///< why not: CloudUnreachable (args: host, cause) or PeerNotTrusted
    /// By how much our clock is ahead of the Date of the answer, in seconds; nothing: none was told. 0 also when the time that the
    /// answer took explains the difference.
    std::optional<qint64> skewSeconds;
};

/// Asks all of them at once, those of one host and port only once, and waits no longer than `patience` for the slowest: it counts as
/// unreachable then, as it does when stop is asked. Blocks.
[[nodiscard]] QList<Reached> reach(HttpTransport &transport, const Clock &clock, const QList<Address> &addresses,
    std::chrono::milliseconds patience, const std::stop_token &stop);

}
