#pragma once
#include "core/wire/framechannel.h"
#include "core/wire/tlslistener.h"

#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace edgelift::test {

/// Stands between the sender and the receiver's data port, on 127.0.0.1, and damages what passes. Either beneath TLS, with bytes of
/// the stream as they travel; or inside it, with whole frames: the test has both ends' keys, so that it can do what a bit that
/// flips in the sender's memory after the hash would do.
class FlippingRelay
{
public:
    /// Changes the bytes from `offset` of the stream on, if it likes.
    using DamageBytes = std::function<void(quint64 offset, std::span<char> bytes)>;
    /// Changes the payload of a Data frame, if it likes.
    using DamageFrame = std::function<void(QByteArray &payload)>;

    FlippingRelay(quint16 to, DamageBytes damage);
    FlippingRelay(quint16 to, const wire::LinkKeys &source, const wire::LinkKeys &receiver, DamageFrame damage);
    ~FlippingRelay();
    quint16 port() const { return m_listener.port(); }

private:
    void acceptAll();
    void relayBytes(Fd connection);
    void relayFrames(Fd connection);

    const quint16 m_to;
    const DamageBytes m_damageBytes;
    const DamageFrame m_damageFrame;
    wire::LinkKeys m_source;
    wire::LinkKeys m_receiver;
    wire::TlsListener m_listener;
    std::stop_source m_stop;
    std::mutex m_mutex; // one damage at a time
    std::vector<std::jthread> m_connections;
    std::jthread m_acceptor;
};

}
