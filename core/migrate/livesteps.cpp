#include "core/migrate/livesteps.h"

#include "core/base/files.h"
#include "core/layout/targetplan.h"
#include "core/migrate/steps.h"
#include "core/source/tracking/freezelist.h"

#include <QJsonArray>
#include <algorithm>

namespace edgelift {

namespace {

const QString mountTable = QStringLiteral("/proc/self/mountinfo");
constexpr qint64 mountTableMost = 64 << 20;

/// What is said about a volume that was copied by files: in the report, and one line of it in words.
QJsonObject factsOf(const FileOrder &file, const FilePass &pass)
{
    return {{QStringLiteral("volume"), file.volume.name}, {QStringLiteral("begin"), pass.begin.toString(Qt::ISODate)},
        {QStringLiteral("end"), pass.end.toString(Qt::ISODate)}, {QStringLiteral("passes"), pass.passes},
        {QStringLiteral("changedFiles"), qint64(pass.copied.changed)}, {QStringLiteral("vanishedFiles"), qint64(pass.copied.gone)}};
}

QString wordsOf(const FileOrder &file, const FilePass &pass)
{
    return QStringLiteral(
        "%1: its files are of between %2 and %3, not of one instant; in this last pass (number %4) %5 files had changed, %6 "
        "vanished meanwhile")
        .arg(file.volume.name, pass.begin.toString(Qt::ISODate), pass.end.toString(Qt::ISODate))
        .arg(pass.passes)
        .arg(pass.copied.changed)
        .arg(pass.copied.gone);
}

Result<> keepPass(StepContext &context, const FileOrder &file, const FilePass &pass)
{
    QJsonArray notes = context.value("copyNotes").toArray();
    notes.append(wordsOf(file, pass));
    if (!pass.copied.notKept.isEmpty())
        notes.append(file.volume.name + QLatin1String(": ") + pass.copied.notKept);
    QJsonArray files = context.value("liveFiles").toArray();
    files.append(factsOf(file, pass));
    return context.set({{QStringLiteral("copyNotes"), notes}, {QStringLiteral("liveFiles"), files}});
}

/// The volumes of the plan that are copied by files, as they are mounted now.
Result<> checkFolders(const StepContext &context)
{
    const ServerFacts &facts = context.source().facts();
    const Result<TargetImage> image = targetImage(context.plan(), facts);
    const Result<QByteArray> mounts = readFile(mountTable, mountTableMost);
    if (!image || !mounts)
        return image ? mounts.error() : image.error();
    for (const TargetDiskLayout &disk : image->disks) {
        for (const TargetVolume &volume : disk.volumes) {
            const VolumeFacts *from = volume.content == TargetContent::Files ? facts.volume(volume.source) : nullptr;
            if (const Result<QString> folder = from ? mountedFolder(*from, facts, *mounts) : QString(); !folder)
                return folder.error();
        }
    }
    return ok();
}

}

Result<QString> mountedFolder(const VolumeFacts &volume, const ServerFacts &facts, const QByteArray &mountInfo)
{
    QString part;
    for (const UseFacts &use : facts.live ? facts.live->uses : QList<UseFacts>()) {
        if (use.kind != UseFacts::Kind::Mount || use.volume != volume.id)
            continue;
        part = use.place;
        if (const QString folder = wholeMount(mountInfo, use.device); !folder.isEmpty())
            return folder;
    }
    return part.isEmpty() ? Result<QString>(QString()) : Error{ErrorCode::LayoutChangeUnsupported, Retry::AfterUserAction, {part}, {}};
}

Result<LiveParts> startTracking(StepContext &context)
{
    const ServerFacts &facts = context.source().facts();
    const Result<QStringList> followed = blockDiskIds(context.plan(), facts);
    if (!followed)
        return followed.error();
    LiveParts parts;
    if (followed->isEmpty())
        return parts;
    Result<std::unique_ptr<LiveCopy>> copy =
        LiveCopy::start(context.source(), {*followed, sourceDiskIds(context.plan(), facts)}, context.surroundings().live,
            context.store().path(QStringLiteral(".")), std::chrono::milliseconds(context.liveTuning().budgetMs.load()), context.stop());
    if (!copy)
        return copy.error();
    parts.copy = copy.take();
    return parts;
}

Result<> addLive(StepContext &context, LiveParts &parts, CopyOrder &order)
{
    const Result<QByteArray> mounts = readFile(mountTable, mountTableMost);
    if (!mounts)
        return mounts.error();
    const ServerFacts &facts = context.source().facts();
    for (FileOrder &file : order.files.volumes) {
        const VolumeFacts *volume = facts.volume(file.volume.id);
        const Result<QString> folder = volume ? mountedFolder(*volume, facts, *mounts) : QString();
        if (!folder)
            return folder.error();
        file.folder = *folder;
    }
    CopyOrder::Live &live = order.live.emplace();
    live.tuning = &context.liveTuning();
    live.clock = &context.clock();
    live.filesCopied = [&context](const FileOrder &file, const FilePass &pass) { return keepPass(context, file, pass); };
    if (LiveCopy *copy = parts.copy.get()) {
        live.changes = &copy->changes();
        live.freezer = &copy->freezer();
        live.sources = copy->sources();
        live.areas = copy->areas();
        live.settle = copy->settle();
        live.usedNow = [copy] { return copy->usedNow(); };
        live.usedFrozen = [copy] { return copy->usedFrozen(); };
        live.usedIn = [copy](const std::vector<std::shared_ptr<const BlockView>> &copies) { return copy->usedIn(copies); };
        live.proved = [copy, &parts](const LivePoint &point) { parts.proved = copy->evidence(point); };
    }
    return context.set({{QStringLiteral("copyNotes"), QJsonArray()}, {QStringLiteral("liveFiles"), QJsonArray()}});
}

/// Before anything is made: can writes be followed, can everything stand still, and for how long; can all files be seen.
Result<> checkTracking(StepContext &context)
{
    if (!context.source().facts().live)
        return ok();
    if (Result<> seen = checkFolders(context); !seen)
        return seen;
    const Result<LiveParts> parts = startTracking(context);
    if (!parts)
        return parts.error();
    if (const std::optional<RescanForecast> rescan = parts->copy ? parts->copy->rescan() : std::nullopt)
        context.warn(warnings::comparedWhileFrozen(rescan->hold));
    const Result<QJsonObject> rehearsed = parts->copy ? parts->copy->rehearse() : QJsonObject();
    return rehearsed ? context.set({{QStringLiteral("tracking"), *rehearsed}}) : Result<>(rehearsed.error());
}

}
