#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/migrate/live/livecopy.h"
#include "core/stream/live/livetransfer.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QJsonDocument>
#include <cstdio>
#include <sys/stat.h>
#include <sys/sysmacros.h>

using namespace edgelift;

namespace {

const QString bench = QStringLiteral("bench");

int fail(const Error &error)
{
    std::fprintf(stderr, "benchlive: %s\n", qPrintable(logLine(error)));
    return 1;
}

/// A running machine with one disk: an ext4 filesystem without a table, mounted.
class MountedDisk final : public Source
{
public:
    MountedDisk(QString path, const TrackedDisk &disk, const QString &mountPoint)
        : m_path(std::move(path))
    {
        DiskFacts about;
        about.id = bench;
        about.size = disk.size;
        m_facts.disks.append(about);
        VolumeFacts volume;
        volume.id = QStringLiteral("bench/whole");
        volume.kind = VolumeFacts::Kind::WholeDisk;
        volume.disk = bench;
        volume.segments.append({bench, Bytes{0}, disk.size});
        volume.size = disk.size;
        volume.fs = FsType::Ext4;
        m_facts.volumes.append(volume);
        UseFacts use;
        use.place = mountPoint;
        use.fs = QStringLiteral("ext4");
        use.device = QStringLiteral("%1:%2").arg(disk.major).arg(disk.minor);
        use.volume = volume.id;
        use.disks = QStringList{bench};
        m_facts.live.emplace();
        m_facts.live->uses.append(use);
    }
    const ServerFacts &facts() const override { return m_facts; }
    QString diskPath(const QString &) const override { return m_path; }
    QString diskIdentity(const QString &diskId) const override { return diskId; }
    Result<> verifyUnchanged() const override { return ok(); }

private:
    const QString m_path;
    ServerFacts m_facts;
};

LiveSettings settingsFrom(const QJsonObject &config, const QString &folder, LiveCopy &live)
{
    const auto text = [&config](const char *key) { return config.value(QLatin1String(key)).toString(); };
    LiveSettings settings;
    settings.transfer.receiver = {text("host"), 8080, 8703, QStringLiteral("j-bench")};
    settings.transfer.keys = {text("certificate").toLatin1(), Secret(text("privateKey").toLatin1())};
    settings.transfer.peerPin = text("peerPin").toLatin1();
    settings.transfer.epoch = 1;
    settings.transfer.journalPath = folder + QLatin1String("/journal");
    settings.areas = live.areas();
    settings.settle = live.settle();
    settings.usedNow = [&live] { return live.usedNow(); };
    settings.usedIn = [&live](const std::vector<std::shared_ptr<const BlockView>> &targets) { return live.usedIn(targets); };
    return settings;
}

TransferDisk diskOf(const MountedDisk &source)
{
    TransferDisk disk;
    disk.id = disk.serial = disk.identity = bench;
    disk.path = source.diskPath(bench);
    disk.size = disk.targetSize = source.facts().disks.first().size;
    return disk;
}

/// How long a copy was in each of its phases.
class PhaseTimes
{
public:
    void look(const TransferProgress &now)
    {
        m_wire = now.wire.count;
        if (now.live && now.live->phase != m_phase) {
            leave();
            m_phase = now.live->phase;
        }
    }
    quint64 wire() const { return m_wire; }
    /// Seconds by phase since the last call.
    QJsonObject take()
    {
        leave();
        return std::exchange(m_seconds, {});
    }
    void start() { m_time.start(); }

private:
    void leave()
    {
        using Phase = LiveProgress::Phase;
        static const QHash<Phase, const char *> names{{Phase::FirstPass, "first-pass"}, {Phase::Comparing, "comparing"},
            {Phase::Round, "round"}, {Phase::InSync, "in-sync"}, {Phase::Freezing, "freezing"}, {Phase::SendingPoint, "sending-point"},
            {Phase::Rechecking, "rechecking"}, {Phase::ReadingBack, "reading-back"}, {Phase::Committed, "committed"},
            {Phase::Files, "files"}, {Phase::ChangedFiles, "changed-files"}, {Phase::Waiting, "waiting"}};
        const QLatin1String name(names.value(m_phase));
        m_seconds.insert(name, m_seconds.value(name).toDouble() + double(m_time.nsecsElapsed()) / 1e9);
        m_time.start();
    }
    LiveProgress::Phase m_phase = LiveProgress::Phase::FirstPass; ///< after a point: what comes before its first round
    QElapsedTimer m_time;
    QJsonObject m_seconds;
    quint64 m_wire = 0;
};

/// A point for each line of the input, and a line for each point.
int makePoints(LiveTransfer &transfer, PhaseTimes &phases)
{
    quint64 before = 0;
    for (char line[64]; std::fgets(line, sizeof line, stdin);) {
        QElapsedTimer time;
        time.start();
        phases.start();
        const Outcome outcome = transfer.run({});
        if (outcome.end != Outcome::End::Finished)
            return fail(outcome.error.value_or(Error{}));
        const LivePoint &point = *transfer.point();
        const QJsonObject told{{QStringLiteral("seconds"), double(time.nsecsElapsed()) / 1e9},
            {QStringLiteral("sent"), qint64(point.sent.count)}, {QStringLiteral("wire"), qint64(phases.wire() - before)},
            {QStringLiteral("rounds"), point.rounds}, {QStringLiteral("freezes"), point.freezes},
            {QStringLiteral("frozenMs"), double(point.frozen.count()) / 1e3}, {QStringLiteral("readBack"), qint64(point.readBack)},
            {QStringLiteral("restarts"), point.restarts}, {QStringLiteral("phases"), phases.take()}};
        before = phases.wire();
        std::printf("%s\n", QJsonDocument(told).toJson(QJsonDocument::Compact).constData());
        std::fflush(stdout);
    }
    return 0;
}

}

/// Points of a mounted disk at a receiver, with the product's tracker and freezer: for tests/bench/incremental.sh.
/// benchlive FOLDER DISK MOUNT_POINT FREEZER; FOLDER as of "benchcopy keys". Prints a line when it tracks, then as makePoints().
int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    const QStringList words = QCoreApplication::arguments();
    if (words.size() != 5)
        return fail({ErrorCode::UsageWrong, Retry::AfterUserAction, {QStringLiteral("benchlive FOLDER DISK MOUNT_POINT FREEZER")}, {}});
    const Result<QJsonObject> config = readJsonFile(words.at(1) + QLatin1String("/sender.json"));
    const Result<TrackedDisk> tracked = trackedDisk(words.at(2));
    if (!config || !tracked)
        return fail(config ? tracked.error() : config.error());
    const MountedDisk source(words.at(2), *tracked, words.at(3));
    LiveTools tools = realSurroundings().live;
    tools.freezer.program = words.at(4);
    const Result<std::unique_ptr<LiveCopy>> live = LiveCopy::start(source, {{bench}, {bench}}, tools, words.at(3), std::chrono::seconds(2), {});
    if (!live)
        return fail(live.error());
    std::printf("tracking by %s\n", qPrintable((*live)->changes().chosen().tracker->backend()));
    std::fflush(stdout);
    TransferTuning tuning;
    LiveTuning liveTuning;
    PhaseTimes phases;
    LiveTransfer transfer(settingsFrom(*config, words.at(1), **live), {diskOf(source)}, tuning, liveTuning, (*live)->changes(),
        (*live)->freezer(), [&phases](const TransferProgress &now) { phases.look(now); });
    return makePoints(transfer, phases);
}
