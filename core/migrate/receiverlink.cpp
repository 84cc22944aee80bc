#include "core/migrate/receiverlink.h"

#include "core/wire/tlssocket.h"

namespace edgelift {

namespace {

using namespace std::chrono_literals;

constexpr auto dataPortTimeout = 10s;
constexpr auto outage = 24h; ///< the longest a network may be away: a night, and somebody to look at it in the morning

Result<std::unique_ptr<ReceiverClient>> connectTo(const ReceiverPeer &peer, const std::stop_token &stop)
{
    const Result<wire::TlsContext> context = wire::TlsContext::make(peer.keys, peer.pin);
    if (!context)
        return context.error();
    return ReceiverClient::connect(peer.address, *context, stop);
}

}

Result<> TlsReceiverLink::probe(const ReceiverPeer &peer, const std::stop_token &stop)
{
    if (const Result<std::unique_ptr<ReceiverClient>> client = connectTo(peer, stop); !client)
        return client.error();
    const Result<wire::TlsContext> context = wire::TlsContext::make(peer.keys, peer.pin);
    if (!context)
        return context.error();
    // A firewall that lets one port through and not the other shall be found before anything is copied.
    const auto data = wire::TlsSocket::connect(peer.address.host, peer.address.dataPort, *context, dataPortTimeout, stop);
    return data ? ok() : Result<>(data.error());
}

Outcome TlsReceiverLink::copy(const ReceiverPeer &peer, const CopyOrder &order, const TransferTuning &tuning,
    const std::function<void(const TransferProgress &)> &observer, const std::stop_token &stop)
{
    TransferSettings settings;
    settings.receiver = peer.address;
    settings.keys = peer.keys;
    settings.peerPin = peer.pin;
    settings.epoch = order.epoch;
    settings.journalPath = order.journalPath;
    settings.patience = outage;
    settings.locate = order.locate;
    return Transfer(std::move(settings), order.disks, tuning, observer).run(stop);
}

Result<> TlsReceiverLink::shutdown(const ReceiverPeer &peer, const std::stop_token &stop)
{
    Result<std::unique_ptr<ReceiverClient>> client = connectTo(peer, stop);
    return client ? (*client)->shutdown() : Result<>(client.error());
}

}
