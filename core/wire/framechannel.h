#pragma once
#include "core/wire/frame.h"
#include "core/wire/negotiation.h"
#include "core/wire/tlssocket.h"

#include <QByteArray>
#include <cstdlib>
#include <functional>
#include <initializer_list>

namespace edgelift::wire {

/// Asked with the bytes that are to leave; returns when, and how many of them (at least 1), may. 0: give up (stop was asked).
using Admission = std::function<size_t(size_t bytes)>;

/// Memory for one payload: grows to the largest seen, then stays. Its start is placed so that the bytes of a Data frame with the full
/// number of extents, which follow their head, begin at a multiple of 4096: such a frame can be written with O_DIRECT as it lies.
class PayloadBuffer
{
public:
    /// Room for `length` bytes; what was there before is gone. Throws std::bad_alloc.
    std::span<char> room(size_t length);

private:
    struct Free
    {
        void operator()(char *memory) const { std::free(memory); }
    };
    std::unique_ptr<char, Free> m_memory;
    size_t m_size = 0;
};

/// Frames over one TLS connection. One thread may send while another receives. Checks magic, length, version and sequence of
/// what arrives; skips unknown types from 0x8000 on.
class FrameChannel
{
public:
    using Milliseconds = std::chrono::milliseconds;
    struct Frame
    {
        FrameType type = FrameType::Hello;
        quint64 sequence = 0;
        QByteArrayView payload; ///< valid until the next receive()
    };

    explicit FrameChannel(std::unique_ptr<TlsSocket> socket);
    FrameChannel(const FrameChannel &) = delete;
    FrameChannel &operator=(const FrameChannel &) = delete;

    /// Sends one frame whose payload is `parts` in order, and gives its sequence. `timeout`: without a byte leaving. Errors: those
    /// of TlsSocket; LinkLost also when `admission` said no. The parts together are at most maxPayload bytes.
    [[nodiscard]] Result<quint64> send(
        FrameType type, std::initializer_list<QByteArrayView> parts, Milliseconds timeout, const Admission &admission = {});
    /// The next frame of a known type with at most `limit` bytes of payload. `timeout`: without a byte arriving; 0 waits for
    /// ever. Errors: those of TlsSocket, FrameMalformed.
    [[nodiscard]] Result<Frame> receive(Milliseconds timeout, quint32 limit = maxPayload);
    /// After negotiation: what leaves carries `version`, and what arrives must.
    void setVersion(quint16 version) { m_version = version; }
    quint16 version() const { return m_version; } ///< 0 before negotiation

    quint64 nextSequence() const { return m_nextSent; } ///< what the next send() will have; the sending thread's business

    TlsSocket &socket() { return *m_socket; }
    const TlsSocket &socket() const { return *m_socket; }

private:
    [[nodiscard]] Result<> write(QByteArrayView bytes, Milliseconds timeout, const Admission &admission, TlsSocket::Flush flush);
    [[nodiscard]] Result<> skip(quint32 length, Milliseconds timeout);

    std::unique_ptr<TlsSocket> m_socket;
    std::atomic<quint16> m_version = 0; // 0: not negotiated yet
    quint64 m_nextSent = 0;
    quint64 m_nextReceived = 0;
    PayloadBuffer m_payload;
};

}
