#pragma once
#include "core/base/fd.h"
#include "core/base/result.h"

#include <QString>
#include <chrono>
#include <optional>

namespace edgelift::wire {

using TcpClock = std::chrono::steady_clock;

/// ReceiverUnreachable with host and port as facts.
[[nodiscard]] Error receiverUnreachable(const QString &host, quint16 port, const QString &why);
/// No delay, little unsent data in the kernel, and a peer that vanished without a word is noticed in about a minute, idle or not.
void setTcpOptions(int fd);

enum class Polled : quint8 { Ready, Timeout, Woken, Failed };
/// Waits until `socket` has one of the poll() `events` or the eventfd `wake` is readable. No deadline waits for ever.
[[nodiscard]] Polled pollBoth(int socket, int wake, short events, std::optional<TcpClock::time_point> deadline);
/// A connected, non-blocking socket. `host` is numeric. Error: ReceiverUnreachable, also when woken.
[[nodiscard]] Result<Fd> connectTcp(const QString &host, quint16 port, TcpClock::time_point deadline, int wake);

}
