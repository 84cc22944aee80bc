#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/layout/defaultplan.h"
#include "core/migrate/migration.h"
#include "core/migrate/surroundings.h"
#include "tests/integration/recordwriter.h"
#include "tests/support/simulation.h"
#include "tests/unit/live/loopserver.h"

#include <QJsonArray>
#include <QTest>
#include <thread>

using namespace edgelift;
using test::Churner;
using test::RecordWriter;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

}

/// A server that runs, on loop devices, is migrated while it works: real tracker, real freezer, real cloud's shapes.
class TestLiveMigration final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_server.reset(); }
    void everythingAcknowledgedIsInTheImage();
    void manualCutoverWaits();
    void withoutATrackerItIsComparedWhileFrozen();

private:
    void start(Plan::Cutover cutover, const std::function<void(Plan &, Surroundings &)> &adapt = {});
    void look(const QJsonObject &event);
    void finished(const Outcome &outcome);
    void checkImage(quint64 leastRecords);
    QString imageDisk(int disk) const;
    QString beforeFreezeLog() const { return m_cloud->path(key("before-freeze")); }
    void noteRecordsBeforeFreezes() const;
    QList<QByteArray> sizesBeforeFreezes() const;
    quint64 durableBeforeFreeze() const;

    std::unique_ptr<test::LoopServer> m_server;
    std::unique_ptr<test::Simulation> m_cloud;
    std::unique_ptr<Source> m_source;
    std::unique_ptr<Migration> m_migration;
    std::unique_ptr<RecordWriter> m_writer;
    std::atomic<bool> m_inSync = false;
    QString m_lastState;
    QStringList m_warnings; ///< ids
    QJsonObject m_end;
};

void TestLiveMigration::init()
{
    m_server = std::make_unique<test::LoopServer>();
    m_cloud = std::make_unique<test::Simulation>();
    QVERIFY2(m_cloud->startService(), qPrintable(m_cloud->serviceOutput()));
    m_inSync = false;
    m_warnings.clear();
    m_end = {};
}

void TestLiveMigration::start(Plan::Cutover cutover, const std::function<void(Plan &, Surroundings &)> &adapt)
{
    Result<std::unique_ptr<Source>> source = openMachine(m_server->view(), m_cloud->path(key("work")));
    QVERIFY2(source, source ? "" : qPrintable(logLine(source.error())));
    m_source = source.take();
    Plan plan = defaultPlan(m_source->facts());
    plan.cutover = cutover;
    const Result<QJsonObject> keys = readJsonFile(m_cloud->dataDir() + key("/credentials.json"));
    QVERIFY(keys);
    Authorization authorization;
    authorization.keys = Credentials();
    authorization.keys->accessKeyId = keys->value(key("accessKeyId")).toString();
    authorization.keys->accessKeySecret = Secret(keys->value(key("accessKeySecret")).toString().toUtf8());
    authorization.endpoint = QUrl(m_cloud->endpoint());
    Surroundings surroundings = realSurroundings();
    surroundings.live.freezer.program = key(EDGELIFT_BIN_DIR "/edgelift-freezer");
    surroundings.live.freezer.marker = m_cloud->path(key("unfinished-freeze"));
    surroundings.live.freezer.hooks = m_cloud->path(key("hooks.d"));
    surroundings.live.freezer.notice.clear();
    noteRecordsBeforeFreezes();
    if (adapt)
        adapt(plan, surroundings);
    Result<std::unique_ptr<Migration>> migration = Migration::create(m_cloud->stateDir(), plan, *m_source, authorization, surroundings);
    QVERIFY2(migration, migration ? "" : qPrintable(logLine(migration.error())));
    m_migration = migration.take();
    m_writer = std::make_unique<RecordWriter>(m_server->root() + key("/var/records"));
    QTRY_VERIFY(m_writer->acknowledged() > 20);
}

/// By the administrator's hook, which ends before the freeze begins. What is told of a freeze comes when it comes.
void TestLiveMigration::noteRecordsBeforeFreezes() const
{
    const QString hooks = m_cloud->path(key("hooks.d"));
    QVERIFY(QDir().mkpath(hooks));
    QFile hook(hooks + key("/pre-freeze"));
    QVERIFY(hook.open(QIODevice::WriteOnly));
    hook.write(QStringLiteral("#!/bin/sh\nstat -c %s '%1' >> '%2'\n").arg(m_server->root() + key("/var/records"), beforeFreezeLog()).toUtf8());
    QVERIFY(hook.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
}

/// Of the records' file. The first freeze is for reading which blocks are used, the last one is the point's.
QList<QByteArray> TestLiveMigration::sizesBeforeFreezes() const
{
    const Result<QByteArray> sizes = readFile(beforeFreezeLog());
    return sizes ? sizes->trimmed().split('\n') : QList<QByteArray>();
}

/// The last record that was written may not have been acknowledged yet.
quint64 TestLiveMigration::durableBeforeFreeze() const
{
    const quint64 written = sizesBeforeFreezes().value(1).isEmpty() ? 0 : sizesBeforeFreezes().last().toULongLong() / RecordWriter::recordSize;
    return written > 0 ? written - 1 : 0;
}

void TestLiveMigration::look(const QJsonObject &event)
{
    const QString state = event.value(key("live")).toObject().value(key("state")).toString();
    if (!state.isEmpty() && state != m_lastState) {
        m_lastState = state;
        if (state == key("in-sync"))
            m_inSync = true;
    }
    if (event.value(key("event")).toString() == key("warning"))
        m_warnings.append(event.value(key("id")).toString());
    if (event.value(key("event")).toString() != key("progress"))
        m_end = event;
}

void TestLiveMigration::finished(const Outcome &outcome)
{
    QVERIFY2(outcome.end == Outcome::End::Finished, outcome.error ? qPrintable(logLine(*outcome.error)) : "stopped");
    const Result<QJsonObject> report = readJsonFile(QFileInfo(m_migration->reportPath()).path() + key("/report.json"));
    QVERIFY(report);
    const QJsonObject point = report->value(key("copy")).toObject().value(key("livePoint")).toObject();
    QVERIFY(!point.value(key("backend")).toString().isEmpty());
    QVERIFY(point.value(key("blocksReadBack")).toInteger() > 0);
    QCOMPARE(point.value(key("manifest")).toString().size(), 32);
    const Result<QByteArray> html = readFile(m_migration->reportPath());
    QVERIFY(html && html->contains(point.value(key("manifest")).toString().toUtf8()));
    qInfo("by %s, %lld rounds, still for %lld ms (the writer's longest write %lld ms), %lld blocks read back",
        qPrintable(point.value(key("backend")).toString()), (long long)point.value(key("rounds")).toInteger(),
        (long long)point.value(key("frozenMicroseconds")).toInteger() / 1000, (long long)m_writer->longest().count(),
        (long long)point.value(key("blocksReadBack")).toInteger());
    QVERIFY(point.value(key("frozenMicroseconds")).toInteger() < 10000000);
    QCOMPARE(m_cloud->leftovers(), QStringList());
}

QString TestLiveMigration::imageDisk(int disk) const
{
    const QJsonObject about = *readJsonFile(m_end.value(key("imagePath")).toString());
    const QJsonArray disks = about.value(key("disks")).toArray();
    return QFileInfo(m_end.value(key("imagePath")).toString()).path() + QLatin1Char('/')
        + disks.at(disk).toObject().value(key("path")).toString();
}

void TestLiveMigration::checkImage(quint64 leastRecords)
{
    const QString records = m_cloud->path(key("records"));
    QVERIFY(test::runTool(test::supportScript(key("live-image.sh")), {imageDisk(0), imageDisk(1), imageDisk(2), records}));
    QFile file(records);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const quint64 whole = RecordWriter::wholeIn(file);
    qInfo("%llu records in the image, %llu were durable before the freeze", (unsigned long long)whole, (unsigned long long)leastRecords);
    QVERIFY(leastRecords > 20);
    QVERIFY(whole >= leastRecords);
    const qint64 behind = file.size() - qint64(whole) * RecordWriter::recordSize; // at most the record that was being written
    QVERIFY2(behind <= 4096, qPrintable(QString::number(behind)));
}

void TestLiveMigration::everythingAcknowledgedIsInTheImage()
{
    start(Plan::Cutover::Automatic);
    if (QTest::currentTestFailed())
        return;
    Churner xfs(m_server->root() + QString::fromUtf8(test::LoopServer::oddMount) + key("/churn"));
    Churner btrfs(m_server->root() + key("/pool/churn"));
    const Outcome outcome = m_migration->run({}, [this](const MigrationEvent &event) { look(event.fields); });
    xfs.finish();
    btrfs.finish();
    m_writer->finish();
    finished(outcome);
    if (!QTest::currentTestFailed())
        checkImage(durableBeforeFreeze());
    m_writer.reset();
}

void TestLiveMigration::manualCutoverWaits()
{
    start(Plan::Cutover::Manual);
    if (QTest::currentTestFailed())
        return;
    QVERIFY(!m_migration->cutOver()); // it does not copy yet
    Outcome outcome;
    std::jthread run([&] { outcome = m_migration->run({}, [this](const MigrationEvent &event) { look(event.fields); }); });
    const bool synced = QTest::qWaitFor([this] { return m_inSync.load(); }, 120000);
    QTest::qWait(2000);
    const quint64 meanwhile = m_writer->acknowledged();
    const bool early = sizesBeforeFreezes().size() > 1;
    const bool told = bool(m_migration->cutOver());
    run.join();
    m_writer->finish();
    QVERIFY(synced && told);
    QVERIFY(!early);
    finished(outcome);
    if (!QTest::currentTestFailed())
        checkImage(meanwhile);
    m_writer.reset();
}

/// As on a kernel that allows nothing: said before, and right all the same.
void TestLiveMigration::withoutATrackerItIsComparedWhileFrozen()
{
    start(Plan::Cutover::Automatic, [](Plan &plan, Surroundings &surroundings) {
        plan.transfer.freezeSeconds = 60; // this machine may be busy
        surroundings.live.track = [](const QList<TrackedDisk> &disks, const QList<SelfTestPlace> &places) {
            return chooseTrackerOf({}, disks, places, defaultTrackingBlock);
        };
    });
    if (QTest::currentTestFailed())
        return;
    Churner xfs(m_server->root() + QString::fromUtf8(test::LoopServer::oddMount) + key("/churn"));
    const Outcome outcome = m_migration->run({}, [this](const MigrationEvent &event) { look(event.fields); });
    xfs.finish();
    m_writer->finish();
    finished(outcome);
    QVERIFY2(m_warnings.contains(key("compared-while-frozen")), qPrintable(m_warnings.join(QLatin1Char(' '))));
    if (!QTest::currentTestFailed())
        checkImage(durableBeforeFreeze());
    m_writer.reset();
}

QTEST_GUILESS_MAIN(TestLiveMigration)
#include "tst_livemigration.moc"
