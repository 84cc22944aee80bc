#include "core/base/log.h"
#include "core/layout/targetimagejson.h"
#include "core/migrate/receiverpeer.h"
#include "core/migrate/steps.h"
#include "core/migrate/targetdisks.h"

#include <QJsonArray>

namespace edgelift {

namespace {

using namespace std::chrono_literals;

constexpr auto pause = 5s;
constexpr int attempts = 120; ///< ten minutes without the receiver

Result<ConvertOrder> orderOf(const StepContext &context)
{
    const Source &source = context.source();
    ConvertOrder order;
    order.epoch = context.text("epoch").toULongLong();
    order.source = source.facts();
    order.sourceDisks = source.kernelOrder();
    order.names = source.partitionNames();
    order.bootMode = source.facts().bootMode;
    QStringList disks;
    for (const TargetDisk &disk : targetDisks(context.plan(), source.facts()))
        disks.append(disk.sourceId);
    order.places = unchangedPlaces(source.facts(), disks);
    const QJsonObject built = context.value("targetImage").toObject(); // what of it is not as on the source
    if (built.isEmpty())
        return order;
    const Result<TargetImage> image = targetImageFromJson(built);
    if (!image)
        return image.error();
    order.places = placesIn(*image, source.facts(), disks);
    order.bootMode = image->bootMode;
    order.tablesKept = image->disks.isEmpty();
    return order;
}

/// The receiver starts again by itself when it dies, and takes back what was half done.
bool isPassing(const Error &error)
{
    return error.code == ErrorCode::ReceiverUnreachable || error.code == ErrorCode::LinkLost || error.code == ErrorCode::LinkStalled
        || error.code == ErrorCode::EpochUnknown || error.code == ErrorCode::TargetDiskBusy;
}

Result<QJsonObject> convert(StepContext &context)
{
    const Result<ConvertOrder> order = orderOf(context);
    if (!order)
        return order.error();
    for (int attempt = 1;; ++attempt) {
        const Result<ReceiverPeer> peer = receiverPeer(context);
        if (!peer)
            return peer.error();
        Result<QJsonObject> result = context.surroundings().link->convert(*peer, *order, context.stop());
        if (result || !isPassing(result.error()) || attempt == attempts)
            return result;
        if (!context.clock().sleep(pause, context.stop()))
            return Error{ErrorCode::LinkLost, Retry::AfterWait, {peer->address.host}, QStringLiteral("stopped")};
        (void)findInstance(context); // it may have another address now
    }
}

QList<ConversionNote> notesOf(const QJsonObject &report, const char *level)
{
    QList<ConversionNote> notes;
    for (const QJsonValue &value : report.value(QLatin1String(level)).toArray()) {
        const QJsonObject object = value.toObject();
        const std::optional<NoteId> id = noteFromName(object.value(QLatin1String("id")).toString());
        QStringList args;
        for (const QJsonValue &arg : object.value(QLatin1String("args")).toArray())
            args.append(arg.toString());
        if (id)
            notes.append({*id, args});
    }
    return notes;
}

Error blocked(const QJsonObject &report)
{
    QStringList texts;
    for (const ConversionNote &note : notesOf(report, "blockers"))
        texts.append(describe(note));
    return {ErrorCode::ConversionBlocked, Retry::Never, {texts.join(QLatin1Char(' '))}, {}};
}

}

/// The copy is complete and on the target disks: now it is made to start, and to be reachable, on an instance.
Result<> convertTarget(StepContext &context)
{
    const Result<QJsonObject> result = convert(context);
    if (!result)
        return result.error();
    const QString outcome = result->value(QLatin1String("outcome")).toString();
    log::info("migrate", QStringLiteral("conversion"), {{QStringLiteral("job"), context.jobId()}, {QStringLiteral("outcome"), outcome}});
    if (const Result<> kept = context.set({{QStringLiteral("conversion"), *result}}); !kept)
        return kept;
    const QJsonObject report = result->value(QLatin1String("report")).toObject();
    if (outcome == QLatin1String("blocked"))
        return blocked(report);
    if (outcome == QLatin1String("skipped")) {
        QStringList args;
        for (const QJsonValue &arg : result->value(QLatin1String("args")).toArray())
            args.append(arg.toString());
        context.warn(warnings::notConverted(result->value(QLatin1String("reason")).toString(), args));
    }
    for (const ConversionNote &note : notesOf(report, "warnings"))
        context.warn(warnings::conversion(note));
    return ok();
}

}
