#include "core/migrate/naming.h"
#include "core/migrate/steps.h"

#include <QJsonArray>
#include <algorithm>

namespace edgelift {

namespace {

using namespace std::chrono_literals;

QString snapshotKey(int index) { return QStringLiteral("snapshot/%1").arg(index); }

QStringList texts(const QJsonValue &array)
{
    QStringList out;
    for (const QJsonValue &one : array.toArray())
        out.append(one.toString());
    return out;
}

/// Removes what failed, so that a retry makes a new one.
Result<> discardSnapshot(StepContext &context, const QString &id, const QString &diskId)
{
    const int index = int(texts(context.value("snapshots")).indexOf(id));
    if (const Result<> removed = context.cloud().images().deleteSnapshot(id, context.stop()); !removed)
        return removed;
    if (const Result<> marked = context.ledger().markRemoved(snapshotKey(index), context.clock().now()); !marked)
        return marked;
    return Error{ErrorCode::SnapshotFailed, Retry::AfterWait, {diskId}, id};
}

}

Result<> makeSnapshots(StepContext &context)
{
    const QJsonArray disks = context.value("disks").toArray();
    QJsonArray snapshots;
    for (int i = 0; i < disks.size(); ++i) {
        const QString diskId = disks.at(i).toObject().value(QLatin1String("diskId")).toString();
        const QString name = naming::resourceName(context.jobId(), QStringLiteral("snapshot%1").arg(i));
        const Result<QString> id = context.obtain(context.wanted(ResourceKind::Snapshot, snapshotKey(i), name), [&](const QString &token) {
            return context.cloud().images().createSnapshot(diskId, name, context.tags(), token, context.stop());
        });
        if (!id && id.error().code == ErrorCode::ResourceMissing) // its disks go with the instance
            return Error{ErrorCode::TransitReleased, Retry::Never, {context.text("instanceId")}, id.error().detail};
        if (!id)
            return id.error();
        snapshots.append(*id);
    }
    return context.set({{QStringLiteral("snapshots"), snapshots}});
}

Result<> awaitSnapshots(StepContext &context)
{
    // A failed one is made again by the next run: then this step starts with what makeSnapshots finds in the ledger.
    if (const Result<> made = makeSnapshots(context); !made)
        return made;
    const QStringList ids = texts(context.value("snapshots"));
    return context.poll(QStringLiteral("CreateSnapshot"), 6h, [&]() -> Result<bool> {
        const Result<QList<ecs::Snapshot>> found = context.cloud().images().describeSnapshots(ids, {}, context.stop());
        if (!found)
            return found.error();
        int percent = 0;
        qsizetype done = 0;
        for (const ecs::Snapshot &snapshot : *found) {
            if (snapshot.state == ecs::SnapshotState::Failed) {
                const Result<> discarded = discardSnapshot(context, snapshot.id, snapshot.diskId);
                return discarded.error();
            }
            const bool isDone = snapshot.state == ecs::SnapshotState::Accomplished;
            done += isDone ? 1 : 0;
            percent += isDone ? 100 : snapshot.percent;
        }
        context.events().percent(Phase::Snapshot, percent / std::max(1, int(ids.size())));
        return done == ids.size();
    });
}

Result<> makeImage(StepContext &context)
{
    const ServerFacts &facts = context.source().facts();
    const QStringList snapshots = texts(context.value("snapshots"));
    ecs::NewImage image;
    image.name = context.text("imageName");
    image.description = QLatin1String("Edgelift migration ") + context.jobId() + QLatin1String(": removed by itself");
    image.platform = naming::ecsPlatform(facts.os);
    image.architecture = QStringLiteral("x86_64");
    image.bootMode = facts.bootMode == BootMode::Uefi ? QStringLiteral("UEFI") : QStringLiteral("BIOS");
    for (int i = 0; i < snapshots.size(); ++i) {
        const QString device = QLatin1String("/dev/xvd") + QChar(char16_t(u'a' + i)); // at most five disks
        image.disks.append({snapshots.at(i), i == 0, device, 0});
    }
    image.tags = context.tags();
    const Result<QString> id = context.obtain(context.wanted(ResourceKind::EcsImage, QStringLiteral("image"), image.name),
        [&](const QString &token) { return context.cloud().images().createImage(image, token, context.stop()); });
    return id ? context.setText("ecsImageId", *id) : Result<>(id.error());
}

Result<> awaitImage(StepContext &context)
{
    if (const Result<> made = makeImage(context); !made) // as with snapshots: a failed image is made again
        return made;
    const QString id = context.text("ecsImageId");
    return context.poll(QStringLiteral("CreateImage"), 6h, [&]() -> Result<bool> {
        ecs::ImageQuery query;
        query.ids = {id};
        const Result<QList<ecs::Image>> found = context.cloud().images().describeImages(query, context.stop());
        if (!found)
            return found.error();
        if (found->isEmpty())
            return false; // not listed yet
        const ecs::Image &image = found->first();
        const bool failed = image.state == ecs::ImageState::CreateFailed || image.state == ecs::ImageState::Unavailable;
        if (failed) {
            if (const Result<> removed = context.cloud().images().deleteImage(id, context.stop()); !removed)
                return removed.error();
            if (const Result<> marked = context.ledger().markRemoved(QStringLiteral("image"), context.clock().now()); !marked)
                return marked.error();
            return Error{
                ErrorCode::ImageFailed, Retry::AfterUserAction, {image.name, QStringLiteral("the cloud reports CreateFailed")}, id};
        }
        context.events().percent(Phase::Image, image.state == ecs::ImageState::Available ? 100 : image.percent);
        return image.state == ecs::ImageState::Available;
    });
}

}
