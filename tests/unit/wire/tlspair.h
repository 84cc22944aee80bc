#pragma once
#include "core/wire/tlslistener.h"
#include "core/wire/tlssocket.h"

#include <QTest>
#include <future>

namespace edgelift::wire::test {

using namespace std::chrono_literals;

/// Two ends that trust each other, made once: key generation is the slow part.
struct Ends
{
    LinkKeys source = *makeLinkKeys(QStringLiteral("source"));
    LinkKeys receiver = *makeLinkKeys(QStringLiteral("receiver"));
    TlsContext sourceContext = *TlsContext::make(source, *pinOf(receiver.certificate));
    TlsContext receiverContext = *TlsContext::make(receiver, *pinOf(source.certificate));
};

/// Both ends of one connection on 127.0.0.1, each with its result: a handshake may fail on either.
struct Pair
{
    Result<std::unique_ptr<TlsSocket>> client;
    Result<std::unique_ptr<TlsSocket>> server;
};

inline Pair connectPair(const TlsContext &clientContext, const TlsContext &serverContext, std::stop_token stop = {})
{
    const TlsListener listener = TlsListener::listen(QStringLiteral("127.0.0.1"), 0).take();
    auto accepting = std::async(std::launch::async, [&]() -> Result<std::unique_ptr<TlsSocket>> {
        Result<TlsListener::Connection> raw = listener.accept(5s, {});
        if (!raw || !raw->socket)
            return Error{ErrorCode::Internal, Retry::Never, {}, QStringLiteral("nobody came")};
        return TlsSocket::accept(std::move(raw->socket), raw->peer, serverContext, 5s, {});
    });
    auto client = TlsSocket::connect(QStringLiteral("127.0.0.1"), listener.port(), clientContext, 5s, std::move(stop));
    return {std::move(client), accepting.get()};
}

inline std::span<const char> view(const QByteArray &bytes) { return {bytes.constData(), size_t(bytes.size())}; }
inline std::span<char> room(QByteArray &bytes) { return {bytes.data(), size_t(bytes.size())}; }

}
