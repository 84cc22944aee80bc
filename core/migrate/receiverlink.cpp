#include "core/migrate/receiverlink.h"

#include "core/migrate/filerun.h"
#include "core/migrate/live/livefiles.h"
#include "core/wire/tlssocket.h"

namespace edgelift {

namespace {

using namespace std::chrono_literals;

constexpr auto dataPortTimeout = 10s;
constexpr auto lookEvery = 100ms;
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

Outcome failed(const Error &error, const std::stop_token &stop)
{
    return stop.stop_requested() ? Outcome{Outcome::End::Stopped, {}} : Outcome{Outcome::End::Failed, error};
}

/// Rounds of blocks, with the files beside them.
Outcome copyBlocksLive(const TransferSettings &transfer, const CopyOrder &order, const TransferTuning &tuning, LiveFiles &files,
    const Transfer::Observer &observer, const std::stop_token &stop)
{
    const CopyOrder::Live &live = *order.live;
    LiveSettings settings;
    settings.transfer = transfer;
    settings.sources = live.sources;
    settings.areas = live.areas;
    settings.settle = live.settle;
    settings.usedNow = live.usedNow;
    settings.usedIn = live.usedIn;
    settings.usedFrozen = live.usedFrozen;
    settings.besides = [&files](LiveMoment moment, const std::stop_token &asked) { return files.copy(moment, asked); };
    LiveTransfer copy(std::move(settings), order.disks, tuning, *live.tuning, *live.changes, *live.freezer, observer);
    const Outcome outcome = copy.run(stop);
    if (outcome.end != Outcome::End::Finished)
        return outcome;
    live.proved(*copy.point());
    const Result<> concluded = files.conclude(stop);
    const Result<> finished = concluded ? copy.finish(stop) : concluded;
    return finished ? outcome : failed(finished.error(), stop);
}

/// Until the cutover is wanted.
void waitForCutover(const LiveTuning &tuning, const Clock &clock, const std::function<void()> &report, const std::stop_token &stop)
{
    while (!tuning.cutover && !stop.stop_requested()) {
        report();
        clock.sleep(lookEvery, stop);
    }
}

/// Nothing is copied by blocks: there is nothing to follow and nothing to freeze. The disks are built and completed as those of images.
Outcome copyFilesLive(const TransferSettings &settings, const CopyOrder &order, const TransferTuning &tuning, LiveFiles &files,
    const Transfer::Observer &observer, const std::stop_token &stop)
{
    TransferProgress last;
    const Outcome built = Transfer(settings, order.disks, tuning, [&](const TransferProgress &progress) {
        last = progress;
        last.live.emplace().phase = LiveProgress::Phase::Files;
        observer(last);
    }).run(stop);
    if (built.end != Outcome::End::Finished)
        return built;
    if (const Result<> once = files.copy(LiveMoment::FirstPassDone, stop); !once)
        return failed(once.error(), stop);
    last.live->phase = LiveProgress::Phase::Waiting;
    waitForCutover(
        *order.live->tuning, *order.live->clock, [&] { observer(last); }, stop);
    if (stop.stop_requested())
        return {Outcome::End::Stopped, {}};
    const Result<> again = files.copy(LiveMoment::FreezeNear, stop);
    const Result<> concluded = again ? files.conclude(stop) : again;
    if (!concluded)
        return failed(concluded.error(), stop);
    last.live->phase = LiveProgress::Phase::Committed;
    observer(last);
    return built;
}

Outcome copyLive(const ReceiverPeer &peer, const CopyOrder &order, const TransferTuning &tuning, const Transfer::Observer &observer,
    const std::stop_token &stop)
{
    const TransferSettings settings = settingsOf(peer, order);
    Result<wire::TlsContext> context = wire::TlsContext::make(peer.keys, peer.pin);
    if (!context)
        return failed(context.error(), stop);
    LiveFiles files(settings, order, tuning, context.take(), observer);
    const auto both = [&](const TransferProgress &blocks) { observer(files.with(blocks)); };
    return order.live->changes ? copyBlocksLive(settings, order, tuning, files, both, stop)
                               : copyFilesLive(settings, order, tuning, files, both, stop);
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
        return copyLive(peer, order, tuning, observer, stop);
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
