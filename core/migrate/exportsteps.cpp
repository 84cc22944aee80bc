#include "core/migrate/naming.h"
#include "core/migrate/steps.h"

#include <QJsonArray>
#include <algorithm>

namespace edgelift {

namespace {

using namespace std::chrono_literals;

/// The system disk's object first, the others by their device: xvdb, xvdc, … (alibaba.md 2.2, ExportImage).
QStringList inDiskOrder(const QList<oss::Object> &objects)
{
    QStringList keys;
    for (const oss::Object &object : objects)
        keys.append(object.key);
    std::sort(keys.begin(), keys.end(), [](const QString &a, const QString &b) {
        const bool systemA = a.contains(QLatin1String("_system"));
        const bool systemB = b.contains(QLatin1String("_system"));
        return systemA != systemB ? systemA : a < b;
    });
    return keys;
}

/// Where the format can be chosen, raw is asked for; where it cannot, raw comes by itself and asking is an error (alibaba.md 0.4).
QString exportFormat(const QString &region) { return region == QLatin1String("ap-southeast-1") ? QStringLiteral("raw") : QString(); }

Error importFailed(const ens::Image &image)
{
    return {ErrorCode::ImportFailed, Retry::AfterWait, {image.name, QLatin1String("the cloud reports ") + image.stateText}, image.id};
}

}

Result<> startExport(StepContext &context)
{
    const QString prefix = naming::exportPrefix(context.jobId());
    const QString imageId = context.text("ecsImageId");
    LedgerEntry objects = context.wanted(ResourceKind::OssObject, QStringLiteral("exported"), prefix + QLatin1Char('*'));
    if (const Result<LedgerEntry> intended = context.ledger().intend(objects); !intended)
        return intended.error();
    const QString place = context.plan().image.bucket + QLatin1Char('/') + objects.name;
    if (const Result<> confirmed = context.ledger().confirm(objects.key, place); !confirmed)
        return confirmed;
    // A repeated call finds the export that runs; one that ended unseen is done again onto the same objects.
    const Result<QString> task =
        context.obtain(context.wanted(ResourceKind::ExportTask, QStringLiteral("export"), prefix), [&](const QString &) {
            return context.cloud().images().exportImage(
                imageId, context.plan().image.bucket, prefix, exportFormat(context.region()), context.stop());
        });
    return task ? context.setText("exportTask", *task) : Result<>(task.error());
}

Result<> awaitExport(StepContext &context)
{
    if (const Result<> started = startExport(context); !started) // one that failed is started again
        return started;
    const QString task = context.text("exportTask");
    const QString imageId = context.text("ecsImageId");
    const Result<> ended = context.poll(QStringLiteral("ExportImage"), 24h, [&]() -> Result<bool> {
        const Result<ecs::Task> state = context.cloud().images().describeTask(task, context.stop());
        if (!state)
            return state.error();
        if (state->state == ecs::TaskState::Failed) {
            if (const Result<> marked = context.ledger().markRemoved(QStringLiteral("export"), context.clock().now()); !marked)
                return marked.error();
            const QString reason = state->errorCode + QLatin1Char(' ') + state->errorMessage;
            return Error{ErrorCode::ExportFailed, Retry::AfterUserAction, {imageId, reason.trimmed()}, task};
        }
        context.events().percent(Phase::Export, state->state == ecs::TaskState::Finished ? 100 : state->percent);
        return state->state == ecs::TaskState::Finished;
    });
    if (!ended)
        return ended;
    const QString prefix = naming::exportPrefix(context.jobId());
    const Result<QList<oss::Object>> objects = context.cloud().oss().list(context.plan().image.bucket, prefix, context.stop());
    if (!objects)
        return objects.error();
    const qsizetype expected = context.value("disks").toArray().size();
    if (objects->size() != expected)
        return Error{ErrorCode::ExportFailed, Retry::AfterUserAction,
            {imageId, QStringLiteral("%1 files for %2 disks").arg(objects->size()).arg(expected)}, task};
    if (const Result<> marked = context.ledger().markRemoved(QStringLiteral("export"), context.clock().now()); !marked)
        return marked;
    return context.set({{QStringLiteral("objects"), QJsonArray::fromStringList(inDiskOrder(*objects))}});
}

Result<> startImport(StepContext &context)
{
    const OsFacts &os = context.source().facts().os;
    ens::NewImage image;
    image.name = context.text("imageName");
    image.targetRegion = context.plan().image.region;
    image.format = QStringLiteral("raw");
    image.platform = naming::ensPlatform(os);
    image.osVersion = os.versionId;
    image.licenseType = context.plan().job.licenseType == QLatin1String("BYOL") ? QStringLiteral("BYOL") : QStringLiteral("Aliyun");
    for (const QJsonValue &key : context.value("objects").toArray())
        image.disks.append({context.region(), context.plan().image.bucket, key.toString()});
    LedgerEntry wanted = context.wanted(ResourceKind::EnsImage, QStringLiteral("ensImage"), image.name);
    wanted.region = image.targetRegion;
    const Result<QString> id =
        context.obtain(wanted, [&](const QString &) { return context.cloud().ens().importImage(image, context.stop()); });
    return id ? context.setText("imageId", *id) : Result<>(id.error());
}

Result<> awaitImport(StepContext &context)
{
    if (const Result<> started = startImport(context); !started) // one that failed is started again
        return started;
    const QString id = context.text("imageId");
    const Result<> available = context.poll(QStringLiteral("ImportImage"), 12h, [&]() -> Result<bool> {
        const Result<QList<ens::Image>> found = context.cloud().ens().describeSelfImages(id, {}, context.stop());
        if (!found)
            return found.error();
        if (found->isEmpty())
            return false; // not listed yet
        const ens::Image &image = found->first();
        switch (image.state) {
        case ens::ImageState::Available:
            return true;
        case ens::ImageState::PackFailed:
        case ens::ImageState::UploadFailed:
        case ens::ImageState::Unavailable: {
            if (const Result<> removed = context.cloud().ens().deleteImage(id, context.stop()); !removed)
                return removed.error();
            const Result<> marked = context.ledger().markRemoved(QStringLiteral("ensImage"), context.clock().now());
            return marked ? importFailed(image) : marked.error();
        }
        default:
            return false;
        }
    });
    // From here on the image is the product: no clean-up may take it.
    return available ? context.ledger().markKept(QStringLiteral("ensImage")) : available;
}

}
