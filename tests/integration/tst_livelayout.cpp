#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/layout/defaultplan.h"
#include "core/layout/planrules.h"
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
using test::LoopServer;
using test::RecordWriter;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

QStringList wordsOf(const QList<Problem> &problems)
{
    QStringList out;
    for (const Problem &problem : problems) {
        if (problem.severity == Problem::Severity::Blocker)
            out.append(describe(problem));
    }
    return out;
}

/// Its 80 MiB become 60, which is what files are copied for.
void shrinkRoot(Plan &plan)
{
    for (Plan::Volume &volume : plan.disks[0].volumes) {
        if (volume.mount != key("/"))
            continue;
        volume.sizeMiB = 60;
        volume.replication = Plan::Replication::File;
    }
}

}

/// A server that runs, on loop devices, gets other disks while it works: some volumes block by block, some by their files.
class TestLiveLayout final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void cleanup();
    void blocksMoveAndFilesShrinkInOneMigration();
    void aServerThatIsCopiedByFilesAlone();

private:
    void serve(LoopServer::Shape shape);
    void start(Plan plan);
    void runUntilInSync(const char *state);
    void cutOver();
    void look(const QJsonObject &event);
    void copyOut();
    void checkRecords(const QString &file, quint64 least);
    [[nodiscard]] QJsonObject reported() const;
    [[nodiscard]] QString out(const char *inside) const { return m_cloud->path(key("out/") + QString::fromUtf8(inside)); }

    std::unique_ptr<LoopServer> m_server;
    std::unique_ptr<test::Simulation> m_cloud;
    std::unique_ptr<Source> m_source;
    std::unique_ptr<Migration> m_migration;
    std::stop_source m_stop;
    std::atomic<bool> m_over = false;
    std::jthread m_run;
    std::mutex m_mutex; ///< of what follows
    QStringList m_states;
    QJsonObject m_end;
    Outcome m_outcome;
};

void TestLiveLayout::serve(LoopServer::Shape shape)
{
    m_server = std::make_unique<LoopServer>(shape);
    m_cloud = std::make_unique<test::Simulation>();
    QVERIFY2(m_cloud->startService(), qPrintable(m_cloud->serviceOutput()));
    Result<std::unique_ptr<Source>> source = openMachine(m_server->view(), m_cloud->path(key("work")));
    QVERIFY2(source, source ? "" : qPrintable(logLine(source.error())));
    m_source = source.take();
    m_states.clear();
    m_end = {};
}

void TestLiveLayout::cleanup()
{
    m_stop.request_stop();
    m_run = {};
    m_stop = {};
    m_migration.reset();
    m_source.reset();
    m_server.reset();
}

void TestLiveLayout::start(Plan plan)
{
    plan.cutover = Plan::Cutover::Manual;
    const QStringList problems = wordsOf(checkDisks(plan, m_source->facts()));
    QVERIFY2(problems.isEmpty(), qPrintable(problems.join(QLatin1Char('\n'))));
    const Result<QJsonObject> keys = readJsonFile(m_cloud->dataDir() + key("/credentials.json"));
    QVERIFY(keys);
    Authorization authorization;
    authorization.keys = Credentials();
    authorization.keys->accessKeyId = keys->value(key("accessKeyId")).toString();
    authorization.keys->accessKeySecret = Secret(keys->value(key("accessKeySecret")).toString().toUtf8());
    authorization.endpoint = QUrl(m_cloud->endpoint());
    Surroundings surroundings = realSurroundings();
    surroundings.tunnel = key(EDGELIFT_BIN_DIR "/edgelift-tunnel");
    surroundings.live.freezer.program = key(EDGELIFT_BIN_DIR "/edgelift-freezer");
    surroundings.live.freezer.marker = m_cloud->path(key("unfinished-freeze"));
    surroundings.live.freezer.hooks = m_cloud->path(key("hooks.d"));
    surroundings.live.freezer.notice.clear();
    Result<std::unique_ptr<Migration>> migration = Migration::create(m_cloud->stateDir(), plan, *m_source, authorization, surroundings);
    QVERIFY2(migration, migration ? "" : qPrintable(logLine(migration.error())));
    m_migration = migration.take();
}

void TestLiveLayout::look(const QJsonObject &event)
{
    const std::lock_guard lock(m_mutex);
    const QString state = event.value(key("live")).toObject().value(key("state")).toString();
    if (!state.isEmpty() && (m_states.isEmpty() || m_states.last() != state))
        m_states.append(state);
    if (event.value(key("event")).toString() != key("progress"))
        m_end = event;
}

/// Up to where it waits for the cutover, which is called `state`.
void TestLiveLayout::runUntilInSync(const char *state)
{
    m_over = false;
    m_run = std::jthread([this] {
        m_outcome = m_migration->run(m_stop.get_token(), [this](const MigrationEvent &event) { look(event.fields); });
        m_over = true;
    });
    const auto isThere = [&] {
        const std::lock_guard lock(m_mutex);
        return m_over || (!m_states.isEmpty() && m_states.last() == QLatin1String(state));
    };
    QVERIFY(QTest::qWaitFor(isThere, 120000));
    QVERIFY2(!m_over, m_outcome.error ? qPrintable(logLine(*m_outcome.error)) : "it is over");
}

void TestLiveLayout::cutOver()
{
    QVERIFY(m_migration->cutOver());
    m_run.join();
    QVERIFY2(m_outcome.end == Outcome::End::Finished, m_outcome.error ? qPrintable(logLine(*m_outcome.error)) : "stopped");
    qInfo("%s", qPrintable(m_states.join(key(", "))));
    QCOMPARE(m_cloud->leftovers(), QStringList());
}

void TestLiveLayout::copyOut()
{
    const QString about = m_end.value(key("imagePath")).toString();
    const QJsonArray disks = readJsonFile(about)->value(key("disks")).toArray();
    const QString system = QFileInfo(about).path() + QLatin1Char('/') + disks.at(0).toObject().value(key("path")).toString();
    QVERIFY(test::runTool(test::supportScript(key("rebuilt-image.sh")), {system, m_cloud->path(key("out"))}));
}

void TestLiveLayout::checkRecords(const QString &path, quint64 least)
{
    QFile file(path);
    QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(path));
    const quint64 whole = RecordWriter::wholeIn(file);
    qInfo("%s: %llu records, %llu were durable when the cutover was asked for", qPrintable(path), (unsigned long long)whole,
        (unsigned long long)least);
    QVERIFY(least > 20);
    QVERIFY(whole >= least);
}

QJsonObject TestLiveLayout::reported() const
{
    return readJsonFile(QFileInfo(m_migration->reportPath()).path() + key("/report.json"))->value(key("copy")).toObject();
}

/// "/" shrinks and so goes by its files; the XFS moves to the system disk block by block, its own disk stays behind; the btrfs' disk is
/// copied as it is.
void TestLiveLayout::blocksMoveAndFilesShrinkInOneMigration()
{
    serve(LoopServer::Shape::Plain);
    if (QTest::currentTestFailed())
        return;
    Plan plan = defaultPlan(m_source->facts());
    QCOMPARE(plan.disks.size(), 3);
    shrinkRoot(plan);
    plan.disks[0].volumes.append(plan.disks[1].volumes.takeFirst());
    plan.excludes = QStringList{key("/var/cache/*")};
    start(plan);
    if (QTest::currentTestFailed())
        return;
    const QString root = m_server->root();
    const QString xfs = root + QString::fromUtf8(LoopServer::oddMount);
    QDir().mkpath(root + key("/var/cache"));
    for (const char *name : {"/var/goes", "/var/stays", "/var/cache/left-out"})
        QVERIFY(writeFileDurably(root + QString::fromUtf8(name), "once"));
    RecordWriter ofFiles(root + key("/var/records"));
    RecordWriter ofBlocks(xfs + key("/records"));
    Churner churnFiles(root + key("/churn"));
    Churner churnBlocks(xfs + key("/churn"));
    runUntilInSync("in-sync");
    if (QTest::currentTestFailed())
        return;
    QVERIFY(QFile::remove(root + key("/var/goes")));
    QVERIFY(writeFileDurably(root + key("/var/comes"), "twice"));
    QTest::qWait(500);
    const quint64 files = ofFiles.acknowledged(), blocks = ofBlocks.acknowledged();
    cutOver();
    if (QTest::currentTestFailed())
        return;
    churnFiles.finish();
    churnBlocks.finish();
    ofFiles.finish();
    ofBlocks.finish();
    copyOut();
    if (QTest::currentTestFailed())
        return;
    checkRecords(out("ext4/var/records"), files);
    checkRecords(out("xfs/records"), blocks);
    QVERIFY(QFile::exists(out("ext4/var/stays")) && QFile::exists(out("ext4/var/comes")) && !QFile::exists(out("ext4/var/goes")));
    QVERIFY(!QFile::exists(out("ext4/var/cache/left-out")));
    QCOMPARE(QDir(out("ext4/pool")).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList()); // what is mounted there stays out
    QVERIFY(m_states.contains(key("changed-files")) && m_states.contains(key("freezing")));
    QVERIFY(m_states.lastIndexOf(key("changed-files")) < m_states.lastIndexOf(key("freezing")));
    const QJsonObject copy = reported();
    QVERIFY(copy.value(key("livePoint")).toObject().value(key("blocksReadBack")).toInteger() > 0);
    const QJsonArray volumes = copy.value(key("liveFiles")).toArray();
    QCOMPARE(volumes.size(), 1);
    QVERIFY(volumes.at(0).toObject().value(key("passes")).toInt() >= 2);
    QVERIFY(volumes.at(0).toObject().value(key("changedFiles")).toInt() >= 3); // one came, one went, records grew
    qInfo("%s", qPrintable(copy.value(key("notes")).toArray().first().toString()));
}

/// Nothing is tracked and nothing stands still.
void TestLiveLayout::aServerThatIsCopiedByFilesAlone()
{
    serve(LoopServer::Shape::Bare);
    if (QTest::currentTestFailed())
        return;
    Plan plan = defaultPlan(m_source->facts());
    for (Plan::Disk &disk : plan.disks) {
        for (Plan::Volume &volume : disk.volumes)
            volume.migrate = disk.role == Plan::Role::System;
    }
    shrinkRoot(plan);
    start(plan);
    if (QTest::currentTestFailed())
        return;
    RecordWriter writer(m_server->root() + key("/var/records"));
    runUntilInSync("waiting");
    if (QTest::currentTestFailed())
        return;
    QTest::qWait(500);
    const quint64 records = writer.acknowledged();
    cutOver();
    if (QTest::currentTestFailed())
        return;
    writer.finish();
    QVERIFY(!m_states.contains(key("freezing")));
    copyOut();
    if (!QTest::currentTestFailed())
        checkRecords(out("ext4/var/records"), records);
    QCOMPARE(reported().value(key("liveFiles")).toArray().size(), 1);
}

QTEST_GUILESS_MAIN(TestLiveLayout)
#include "tst_livelayout.moc"
