#include "core/migrate/receiverlink.h"

#include "core/migrate/filerun.h"
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

TransferSettings settingsOf(const ReceiverPeer &peer, const CopyOrder &order)
{
    TransferSettings settings;
    settings.receiver = peer.address;
    settings.keys = peer.keys;
    settings.peerPin = peer.pin;
    settings.epoch = order.epoch;
    settings.journalPath = order.journalPath;
    settings.patience = outage;
    settings.locate = order.locate;
    settings.image = order.image;
    return settings;
}

Outcome copyLive(const ReceiverPeer &peer, const CopyOrder &order, const CopyOrder::Live &live, const TransferTuning &tuning,
    const Transfer::Observer &observer, const std::stop_token &stop)
{
    LiveSettings settings;
    settings.transfer = settingsOf(peer, order);
    settings.areas = live.areas;
    settings.settle = live.settle;
    settings.usedNow = live.usedNow;
    settings.usedIn = live.usedIn;
    LiveTransfer transfer(std::move(settings), order.disks, tuning, *live.tuning, *live.changes, *live.freezer, observer);
    const Outcome outcome = transfer.run(stop);
    if (outcome.end != Outcome::End::Finished)
        return outcome;
    live.proved(*transfer.point());
    const Result<> finished = transfer.finish(stop);
    return finished ? outcome : Outcome{Outcome::End::Failed, finished.error()};
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
    if (order.live)
        return copyLive(peer, order, *order.live, tuning, observer, stop);
    const TransferSettings settings = settingsOf(peer, order);
    TransferProgress last;
    const Outcome blocks = Transfer(settings, order.disks, tuning, [&](const TransferProgress &progress) {
        last = progress;
        FileRun::addFiles(order, last);
        observer(last);
    }).run(stop);
    if (blocks.end != Outcome::End::Finished || order.files.volumes.isEmpty())
        return blocks;
    return FileRun(settings, order, tuning, last, observer).run(stop);
}

Result<QJsonObject> TlsReceiverLink::convert(const ReceiverPeer &peer, const ConvertOrder &order, const std::stop_token &stop)
{
    Result<std::unique_ptr<ReceiverClient>> client = connectTo(peer, stop);
    return client ? (*client)->convert(toJson(order)) : Result<QJsonObject>(client.error());
}

Result<> TlsReceiverLink::shutdown(const ReceiverPeer &peer, const std::stop_token &stop)
{
    Result<std::unique_ptr<ReceiverClient>> client = connectTo(peer, stop);
    return client ? (*client)->shutdown() : Result<>(client.error());
}

}
