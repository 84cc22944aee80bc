#pragma once
#include "core/base/fd.h"
#include "core/base/result.h"

#include <QString>
#include <chrono>
#include <stop_token>

namespace edgelift::wire {

/// A TCP port that waits for connections. The handshake is not done here but in TlsSocket::accept(), on the thread of the
/// connection, so that a stranger who says nothing keeps nobody waiting.
class TlsListener
{
public:
    struct Connection
    {
        Fd socket;
        QString peer; ///< numeric address
    };
    /// `address`: numeric, "0.0.0.0" or "::" for all. `port` 0: any free one. Error: ReceiverUnreachable (args: address, port).
    [[nodiscard]] static Result<TlsListener> listen(const QString &address, quint16 port);
    /// The next connection; one that has no socket when `timeout` passed or stop was asked. Error: Internal.
    [[nodiscard]] Result<Connection> accept(std::chrono::milliseconds timeout, const std::stop_token &stop) const;
    quint16 port() const { return m_port; }

private:
    TlsListener() = default;
    Fd m_socket;
    quint16 m_port = 0;
};

}
