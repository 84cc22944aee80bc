#include "core/migrate/receiverlink.h"

namespace edgelift {

namespace {

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
    const Result<std::unique_ptr<ReceiverClient>> client = connectTo(peer, stop);
    return client ? ok() : Result<>(client.error());
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
    return Transfer(std::move(settings), order.disks, tuning, observer).run(stop);
}

Result<> TlsReceiverLink::shutdown(const ReceiverPeer &peer, const std::stop_token &stop)
{
    Result<std::unique_ptr<ReceiverClient>> client = connectTo(peer, stop);
    return client ? (*client)->shutdown() : Result<>(client.error());
}

}
