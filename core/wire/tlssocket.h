#pragma once
#include "core/base/fd.h"
#include "core/base/result.h"
#include "core/wire/tlscontext.h"

#include <QString>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>

namespace edgelift::wire {

/// One TLS connection. Calls block. One thread may read while another writes. Every wait ends by data, by its timeout or at once
/// when stop is asked: a socket is bound to one stop token for life, and interrupt() does the same for this socket alone. After
/// an error the connection is of no further use. A peer that vanished is noticed in about a minute.
///
/// Errors of all calls: LinkLost (ended by the peer, the network or by stop; args: peer), LinkStalled (no byte passed for the
/// timeout; args: peer, seconds), PeerNotTrusted (wrong key on either side; args: peer). A caller that may be stopped looks at its
/// token first.
class TlsSocket
{
public:
    using Milliseconds = std::chrono::milliseconds;
    using Clock = std::chrono::steady_clock;
    /// A record carries at most 16 KiB and costs 22 bytes on the wire.
    static constexpr size_t recordSize = 16384;
    static constexpr size_t recordOverhead = 22;

    /// `host`: a numeric IPv4 or IPv6 address. `timeout` covers TCP and handshake. Also: ReceiverUnreachable (args: host, port).
    /// With TLS 1.3 the server's refusal of *our* key arrives with the first read.
    [[nodiscard]] static Result<std::unique_ptr<TlsSocket>> connect(
        const QString &host, quint16 port, const TlsContext &context, Milliseconds timeout, std::stop_token stop);
    /// The server's side of the handshake on a socket from TlsListener::accept(). `peer`: for messages.
    [[nodiscard]] static Result<std::unique_ptr<TlsSocket>> accept(
        Fd connection, const QString &peer, const TlsContext &context, Milliseconds timeout, std::stop_token stop);
    ~TlsSocket();
    TlsSocket(const TlsSocket &) = delete;
    TlsSocket &operator=(const TlsSocket &) = delete;

    /// Fills `into`. `timeout`: the longest time without a single byte, not for the whole; 0 or less waits for ever.
    [[nodiscard]] Result<> readExactly(std::span<char> into, Milliseconds timeout);
    /// Whether bytes must have reached the kernel when a write returns, or may wait for the next one.
    enum class Flush : quint8 { Now, Later };
    /// Sends all of `bytes`. `timeout` as above.
    [[nodiscard]] Result<> writeAll(std::span<const char> bytes, Milliseconds timeout, Flush flush = Flush::Now);
    /// Ends every call that waits now or later with LinkLost. Any thread.
    void interrupt();
    /// Says goodbye (close_notify) and closes the sending half: the peer reads to the end. Reading stays possible.
    void finishSending();

    const QString &peer() const { return m_peer; } ///< "192.0.2.1"
    /// Bytes given to and taken from TCP, TLS included, handshake included. Any thread.
    quint64 wireSent() const { return m_sent.load(std::memory_order_relaxed); }
    quint64 wireReceived() const { return m_received.load(std::memory_order_relaxed); }
    /// From now on sent wire bytes are also added to `total`: for a sum over the connections of a transfer.
    void countSentIn(std::shared_ptr<std::atomic<quint64>> total);
    /// Bytes the kernel holds that the peer has not confirmed yet (SIOCOUTQ): they shrink while a slow link works.
    quint64 unconfirmed() const;

private:
    struct Private;
    TlsSocket(std::unique_ptr<Private> p, QString peer);
    [[nodiscard]] static Result<std::unique_ptr<TlsSocket>> wrap(
        Fd connection, const QString &peer, const TlsContext &context, std::stop_token stop);
    [[nodiscard]] Result<> handshake(bool asClient, Milliseconds timeout);
    [[nodiscard]] int tlsCall(int result);
    [[nodiscard]] int flushCall();
    template <class Operation>
    [[nodiscard]] Result<> repeat(Operation operation, Milliseconds timeout, std::optional<Clock::time_point> end = {});
    [[nodiscard]] Result<> wait(short events, Milliseconds timeout, std::optional<Clock::time_point> end);
    [[nodiscard]] Error failure(int sslError, int savedErrno) const;
    [[nodiscard]] Error lost(const QString &why) const;
    void updateCounters();

    std::unique_ptr<Private> d;
    QString m_peer;
    std::atomic<quint64> m_sent = 0;
    std::atomic<quint64> m_received = 0;
};

}
