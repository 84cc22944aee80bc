#include "core/migrate/live/livecopy.h"

#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/stream/maps/directview.h"

#include <QFile>
#include <QJsonArray>
#include <algorithm>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace edgelift {

namespace {

using namespace std::chrono_literals;

constexpr auto mapsDeadline = 10000ms; ///< reading allocation maps, which is most of that freeze
constexpr auto raidSettles = 400ms; ///< md calls itself clean 200 ms after the last write

QString deviceOf(const QString &folder)
{
    struct stat facts = {};
    if (::stat(QFile::encodeName(folder).constData(), &facts) != 0)
        return {};
    return QStringLiteral("%1:%2").arg(major(facts.st_dev)).arg(minor(facts.st_dev));
}

Result<QList<TrackedDisk>> trackedDisks(const Source &source, const QStringList &disks)
{
    QList<TrackedDisk> out;
    for (const QString &id : disks) {
        Result<TrackedDisk> disk = trackedDisk(source.diskPath(id));
        if (!disk)
            return disk.error();
        disk->identity = source.diskIdentity(id);
        out.append(*disk);
    }
    return out;
}

QString proofName(DiskProof proof)
{
    switch (proof) {
    case DiskProof::Untested:
        return QStringLiteral("statistics only");
    case DiskProof::Seen:
        return QStringLiteral("own writes seen");
    case DiskProof::Marked:
        return QStringLiteral("own writes marked exactly");
    }
    Q_UNREACHABLE();
}

}

LiveCopy::LiveCopy(const Source &source, LiveDisks disks, std::stop_token stop)
    : m_source(source)
    , m_disks(std::move(disks.followed))
    , m_stop(std::move(stop))
    , m_layout(source.facts(), m_disks)
    , m_held(source.facts(), std::move(disks.held))
{
}

Result<std::unique_ptr<LiveCopy>> LiveCopy::start(const Source &source, const LiveDisks &disks, const LiveTools &tools,
    const QString &stateFolder, std::chrono::milliseconds budget, const std::stop_token &stop)
{
    const Result<QByteArray> mounts = readFile(QStringLiteral("/proc/self/mountinfo"), 64 << 20);
    if (!mounts)
        return mounts.error();
    std::unique_ptr<LiveCopy> copy(new LiveCopy(source, disks, stop));
    copy->m_filesystems = copy->m_held.filesystems(mountedFilesystems(*mounts));
    FreezerOptions options = tools.freezer;
    options.filesystems = copy->m_filesystems;
    const auto makeOne = [options](std::chrono::milliseconds deadline) {
        FreezerOptions one = options;
        one.deadline = deadline;
        return makeFreezer(one);
    };
    QStringList mountPoints;
    for (const MountedFilesystem &one : std::as_const(copy->m_filesystems))
        mountPoints.append(one.mountPoint);
    copy->m_freezer = std::make_unique<HeldFilesystems>(makeOne, mountPoints, stop);
    Result<std::unique_ptr<Freezer>> rehearsal = makeOne(mapsDeadline);
    if (!rehearsal)
        return rehearsal.error();
    copy->m_rehearsal = rehearsal.take();
    const Result<QList<TrackedDisk>> tracked = trackedDisks(source, disks.followed);
    if (!tracked)
        return tracked.error();
    const QList<SelfTestPlace> places = copy->testPlaces(stateFolder);
    const auto begin = [track = tools.track, disksToTrack = *tracked, places] { return track(disksToTrack, places); };
    Result<ChosenTracker> chosen = begin();
    if (!chosen)
        return chosen.error();
    if (const Result<> opened = copy->openViews(); !opened)
        return opened.error();
    const bool seesWrites = chosen->tracker->online();
    if (const Result<> fits = seesWrites ? ok() : copy->forecast(chosen->refused, budget); !fits)
        return fits.error();
    copy->m_changes = std::make_unique<TrackedChanges>(chosen.take(), begin);
    return copy;
}

Result<> LiveCopy::openViews()
{
    for (const QString &id : m_disks) {
        const Result<std::shared_ptr<DirectView>> view = DirectView::open(m_source.diskPath(id));
        if (!view)
            return view.error();
        m_views.insert(id, *view);
    }
    return ok();
}

/// Nobody sees writes: what a point will take then, and whether that is allowed.
Result<> LiveCopy::forecast(const QList<Error> &refused, std::chrono::milliseconds budget)
{
    const Result<std::vector<RangeSet>> used = usedNow();
    const Result<PointFreezer::Rehearsal> rehearsal = used ? m_freezer->rehearse() : Result<PointFreezer::Rehearsal>(used.error());
    if (!rehearsal)
        return rehearsal.error();
    std::vector<RangeSet> frozen = *used;
    QStringList paths;
    const std::vector<LiveAreas> areas = m_layout.areas();
    for (size_t disk = 0; disk < frozen.size(); ++disk) {
        frozen[disk].subtract(areas[disk].unfrozen);
        frozen[disk].subtract(areas[disk].ignored);
        paths.append(m_source.diskPath(m_disks.at(qsizetype(disk))));
    }
    const Result<RescanForecast> forecast = forecastRescan(paths, frozen, rehearsal->freeze + rehearsal->thaw + settle());
    if (!forecast)
        return forecast.error();
    m_rescan = *forecast;
    std::optional<Error> obstacle = obstacleTo(*forecast, budget);
    if (!obstacle)
        return ok();
    QStringList why;
    for (const Error &error : refused)
        why.append(error.args.join(QLatin1Char(' ')) + QLatin1String(": ") + error.detail);
    obstacle->detail = why.join(QLatin1String("; "));
    return *obstacle;
}

/// One for each disk that has a filesystem where a file can be made.
QList<SelfTestPlace> LiveCopy::testPlaces(const QString &stateFolder) const
{
    QStringList folders{stateFolder};
    for (const MountedFilesystem &one : m_filesystems)
        folders.append(one.mountPoint);
    QList<SelfTestPlace> places;
    for (const QString &folder : std::as_const(folders)) {
        const std::optional<SelfTestPlace> place = m_layout.place(folder, deviceOf(folder));
        const auto sameDisk = [&place](const SelfTestPlace &other) { return other.disk == place->disk; };
        if (place && std::none_of(places.begin(), places.end(), sameDisk))
            places.append(*place);
    }
    return places;
}

QList<FollowedDisk> LiveCopy::sources() const
{
    QList<FollowedDisk> out;
    for (const QString &id : m_disks) {
        const DiskFacts *disk = m_source.facts().disk(id);
        out.append({m_source.diskPath(id), disk ? disk->size : Bytes()});
    }
    return out;
}

std::chrono::milliseconds LiveCopy::settle() const { return m_layout.hasRaid() ? raidSettles : 0ms; }

Result<std::vector<RangeSet>> LiveCopy::mapsOf(const QHash<QString, std::shared_ptr<const BlockView>> &views, QList<Note> *notes) const
{
    ServerFacts facts = m_source.facts();
    facts.disks.removeIf([this](const DiskFacts &disk) { return !m_disks.contains(disk.id); });
    facts.volumes.removeIf([this](const VolumeFacts &volume) { return !m_disks.contains(volume.disk); });
    const Result<UsedMaps> used = usedRanges(facts, views, m_layout.frozenVolumes(), m_stop);
    if (!used)
        return used.error();
    if (notes)
        *notes = used->notes;
    std::vector<RangeSet> out;
    for (const QString &id : m_disks)
        out.push_back(used->disks.value(id));
    return out;
}

Result<std::vector<RangeSet>> LiveCopy::usedNow()
{
    const Result<> frozen = m_freezer->freeze(mapsDeadline);
    if (!frozen && m_stop.stop_requested())
        return frozen.error();
    QList<Note> notes; // nothing may be logged before the thaw
    Result<std::vector<RangeSet>> maps = frozen ? mapsOf(m_views, &notes) : Result<std::vector<RangeSet>>(frozen.error());
    const Result<> thawed = m_freezer->thaw();
    for (const Note &note : std::as_const(notes))
        log::info("migrate", QStringLiteral("copied whole: ") + note.reason, {{QStringLiteral("volume"), note.volume}});
    if (maps && thawed)
        return maps;
    const Error error = maps ? thawed.error() : maps.error();
    log::warning("migrate", QStringLiteral("no allocation maps, every block is copied: ") + logLine(error));
    return wholeDisks();
}

std::vector<RangeSet> LiveCopy::wholeDisks() const
{
    std::vector<RangeSet> whole;
    for (const QString &id : m_disks)
        whole.push_back(RangeSet(ByteRange{0, m_views.value(id)->size()}));
    return whole;
}

Result<std::vector<RangeSet>> LiveCopy::usedFrozen() const
{
    QList<Note> notes;
    Result<std::vector<RangeSet>> maps = mapsOf(m_views, &notes);
    return maps ? maps : Result<std::vector<RangeSet>>(wholeDisks());
}

Result<std::vector<RangeSet>> LiveCopy::usedIn(const std::vector<std::shared_ptr<const BlockView>> &copies) const
{
    QHash<QString, std::shared_ptr<const BlockView>> views;
    for (qsizetype i = 0; i < m_disks.size(); ++i)
        views.insert(m_disks.at(i), copies.at(size_t(i)));
    return mapsOf(views);
}

QJsonObject LiveCopy::tracking() const
{
    const ChosenTracker &chosen = m_changes->chosen();
    QJsonArray proofs;
    for (qsizetype i = 0; i < m_disks.size(); ++i)
        proofs.append(QJsonObject{
            {QStringLiteral("disk"), m_disks.at(i)}, {QStringLiteral("proof"), proofName(chosen.proofs.value(i, DiskProof::Untested))}});
    QJsonArray refused;
    for (const Error &error : chosen.refused)
        refused.append(logLine(error));
    QJsonObject out{
        {QStringLiteral("backend"), chosen.tracker->backend()}, {QStringLiteral("selfTest"), proofs}, {QStringLiteral("refused"), refused}};
    if (m_rescan)
        out.insert(QStringLiteral("foreseenHoldMilliseconds"), qint64(m_rescan->hold.count()));
    return out;
}

Result<QJsonObject> LiveCopy::rehearse()
{
    const Result<QList<FreezeTime>> times = m_rehearsal->rehearse(m_stop);
    if (!times)
        return times.error();
    QJsonArray filesystems;
    for (const FreezeTime &one : *times)
        filesystems.append(
            QJsonObject{{QStringLiteral("mountPoint"), one.mountPoint}, {QStringLiteral("freezeMicroseconds"), qint64(one.freeze.count())},
                {QStringLiteral("thawMicroseconds"), qint64(one.thaw.count())}});
    QJsonObject out = tracking();
    out.insert(QStringLiteral("filesystems"), filesystems);
    return out;
}

QJsonObject LiveCopy::evidence(const LivePoint &point) const
{
    QJsonObject out = tracking();
    out.insert(QStringLiteral("everyMissWouldShow"), m_changes->chosen().tracker->audited());
    out.insert(QStringLiteral("round"), qint64(point.round));
    out.insert(QStringLiteral("quietTries"), point.quietTries);
    out.insert(QStringLiteral("rounds"), point.rounds);
    out.insert(QStringLiteral("freezes"), point.freezes);
    out.insert(QStringLiteral("frozenMicroseconds"), qint64(m_freezer->report().frozen.count()));
    out.insert(QStringLiteral("frozenBytes"), qint64(point.frozenBytes.count));
    out.insert(QStringLiteral("memoryLocked"), point.roomLocked);
    out.insert(QStringLiteral("blocksAudited"), qint64(point.audited));
    out.insert(QStringLiteral("blocksRechecked"), qint64(point.rechecked));
    out.insert(QStringLiteral("blocksReadBack"), qint64(point.readBack + point.readBackBefore));
    out.insert(QStringLiteral("manifest"), QString::fromLatin1(wire::toHex(point.manifest)));
    out.insert(QStringLiteral("trackingRestarts"), point.restarts);
    out.insert(QStringLiteral("losses"), QJsonArray::fromStringList(point.losses));
    const std::optional<Error> &hook = m_freezer->report().hookProblem;
    out.insert(QStringLiteral("hookProblem"), hook ? QJsonValue(logLine(*hook)) : QJsonValue());
    return out;
}

}
