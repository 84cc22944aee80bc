#include "flippingrelay.h"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace edgelift::test {

using namespace std::chrono_literals;

namespace {

const QString loopback = QStringLiteral("127.0.0.1");

Fd connectTo(quint16 port)
{
    Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        socket.reset();
    return socket;
}

bool writeAll(int to, std::span<const char> bytes, const std::stop_token &stop)
{
    while (!bytes.empty() && !stop.stop_requested()) {
        pollfd ready{to, POLLOUT, 0};
        if (::poll(&ready, 1, 100) <= 0)
            continue;
        const ssize_t put = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put < 0 && errno != EAGAIN)
            return false;
        bytes = bytes.subspan(put > 0 ? size_t(put) : 0);
    }
    return bytes.empty();
}

/// One direction, until its end.
void pump(int from, int to, const FlippingRelay::DamageBytes &damage, const std::stop_token &stop)
{
    std::array<char, 16384> buffer{};
    quint64 offset = 0;
    while (!stop.stop_requested()) {
        pollfd ready{from, POLLIN, 0};
        if (::poll(&ready, 1, 100) <= 0)
            continue;
        const ssize_t got = ::recv(from, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got < 0 && errno == EAGAIN)
            continue;
        if (got <= 0)
            break;
        const std::span<char> bytes(buffer.data(), size_t(got));
        if (damage)
            damage(offset, bytes);
        offset += bytes.size();
        if (!writeAll(to, bytes, stop))
            break;
    }
    ::shutdown(to, SHUT_WR);
}

}

FlippingRelay::FlippingRelay(quint16 to, DamageBytes damage)
    : m_to(to)
    , m_damageBytes(std::move(damage))
    , m_listener(wire::TlsListener::listen(loopback, 0).take())
{
    m_acceptor = std::jthread([this] { acceptAll(); });
}

FlippingRelay::FlippingRelay(quint16 to, const wire::LinkKeys &source, const wire::LinkKeys &receiver, DamageFrame damage)
    : m_to(to)
    , m_damageFrame(std::move(damage))
    , m_source(source)
    , m_receiver(receiver)
    , m_listener(wire::TlsListener::listen(loopback, 0).take())
{
    m_acceptor = std::jthread([this] { acceptAll(); });
}

FlippingRelay::~FlippingRelay()
{
    m_stop.request_stop();
    m_acceptor.join();
}

void FlippingRelay::acceptAll()
{
    while (!m_stop.stop_requested()) {
        Result<wire::TlsListener::Connection> connection = m_listener.accept(200ms, m_stop.get_token());
        if (!connection || !connection->socket)
            continue;
        m_connections.emplace_back([this, socket = std::move(connection->socket)]() mutable {
            m_damageFrame ? relayFrames(std::move(socket)) : relayBytes(std::move(socket));
        });
    }
}

void FlippingRelay::relayBytes(Fd connection)
{
    const Fd onward = connectTo(m_to);
    if (!onward)
        return;
    const std::stop_token stop = m_stop.get_token();
    const std::jthread back([&] { pump(onward.get(), connection.get(), {}, stop); });
    const DamageBytes damage = [this](quint64 offset, std::span<char> bytes) {
        const std::lock_guard lock(m_mutex);
        m_damageBytes(offset, bytes);
    };
    pump(connection.get(), onward.get(), damage, stop);
}

void FlippingRelay::relayFrames(Fd connection)
{
    const Result<wire::TlsContext> asReceiver = wire::TlsContext::make(m_receiver, *wire::pinOf(m_source.certificate));
    const Result<wire::TlsContext> asSource = wire::TlsContext::make(m_source, *wire::pinOf(m_receiver.certificate));
    const std::stop_token stop = m_stop.get_token();
    auto near = wire::TlsSocket::accept(std::move(connection), loopback, *asReceiver, 10s, stop);
    auto far = wire::TlsSocket::connect(loopback, m_to, *asSource, 10s, stop);
    if (!near || !far)
        return;
    wire::FrameChannel source(near.take());
    wire::FrameChannel receiver(far.take());
    const auto forward = [](wire::FrameChannel &from, wire::FrameChannel &to, const DamageFrame &damage) {
        for (;;) {
            const Result<wire::FrameChannel::Frame> frame = from.receive(0ms);
            if (!frame)
                break;
            QByteArray payload = frame->payload.toByteArray();
            if (damage && frame->type == wire::FrameType::Data)
                damage(payload);
            if (!to.send(frame->type, {payload}, 20s))
                break;
        }
        to.socket().finishSending();
    };
    const std::jthread back([&] { forward(receiver, source, {}); });
    forward(source, receiver, [this](QByteArray &payload) {
        const std::lock_guard lock(m_mutex);
        m_damageFrame(payload);
    });
}

}
