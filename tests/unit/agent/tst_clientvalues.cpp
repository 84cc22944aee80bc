#include "core/agent/apijson.h"
#include "core/agent/bootcheckinfo.h"
#include "core/agent/clientvalues.h"
#include "core/agent/jsonrpc.h"
#include "core/base/errortext.h"
#include "core/migrate/jobrecord.h"
#include "core/migrate/jobwarning.h"

#include <QTranslator>
#include <QtTest>

using namespace edgelift;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

/// Says what it was asked in angle brackets, so that a test sees what is translated and in which context.
class Marker final : public QTranslator
{
public:
    QString translate(const char *context, const char *source, const char *, int) const override
    {
        return QStringLiteral("<%1>%2").arg(QLatin1String(context), QString::fromUtf8(source));
    }
    bool isEmpty() const override { return false; }
};

JobSummary sampleJob()
{
    JobSummary job;
    job.id = key("j-1");
    job.state = JobState::InError;
    job.phase = key("copy");
    job.created = QDateTime::fromSecsSinceEpoch(1000, Qt::UTC);
    job.sourceName = key("web");
    job.sourceId = key("s-1");
    job.imageId = key("m-1");
    job.error = Error{ErrorCode::LinkLost, Retry::AfterWait, {key("127.0.0.1")}, key("why")};
    job.interrupted = true;
    job.phases = {{Phase::Connect, QDateTime::fromSecsSinceEpoch(1010, Qt::UTC), QDateTime::fromSecsSinceEpoch(1020, Qt::UTC)},
        {Phase::Copy, QDateTime::fromSecsSinceEpoch(1030, Qt::UTC), {}}};
    job.ended = QDateTime::fromSecsSinceEpoch(2000, Qt::UTC);
    job.bytesDone = {5};
    job.bytesTotal = {1ULL << 54};
    job.instanceId = key("i-1");
    job.imageName = key("web-2026");
    job.place.bucket = key("bucket");
    job.job.name = key("night");
    job.job.tags = {{key("team"), key("a b")}};
    return job;
}

}

class TestClientValues : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyFactOfAJobArrives();
    void aResourceArrives();
    void aCheckSaysTheSameHere();
    void promptsOfImagesNeedNothing();
    void everyPromptHasItsWords();
    void progressArrives();
    void foreignShapesAreEmpty_data();
    void foreignShapesAreEmpty();
    void numbersAreBroughtIntoTheirRange();
    void warningsAreSaidInOurLanguage_data();
    void warningsAreSaidInOurLanguage();
    void anUnknownWarningKeepsItsMessage();
    void errorsOfEventsAndJobsAreTheSame();
    void phasesAndStatesHaveTitles();
};

void TestClientValues::everyFactOfAJobArrives()
{
    const JobSummary job = sampleJob();
    const JobInfo info = jobInfo(apijson::toJson(job));
    QCOMPARE(info.id, job.id);
    QCOMPARE(info.state, key("InError"));
    QCOMPARE(info.started, job.phases.first().started);
    QCOMPARE(info.ended, job.ended);
    QCOMPARE(info.phases.size(), 2);
    QCOMPARE(info.phases.last().phase, key("copy"));
    QVERIFY(!info.phases.last().ended.isValid());
    QCOMPARE(info.bytesTotal.count, job.bytesTotal.count); // beyond what a double holds exactly
    QCOMPARE(info.instanceId, key("i-1"));
    QCOMPARE(info.imageName, key("web-2026"));
    QCOMPARE(info.region, key("cn-beijing"));
    QCOMPARE(info.bucket, key("bucket"));
    QCOMPARE(info.name, key("night"));
    QCOMPARE(info.tags, job.job.tags);
    QCOMPARE(info.error->code, ErrorCode::LinkLost);
    QCOMPARE(info.error->args, job.error->args);
    QVERIFY(info.interrupted);
    QVERIFY(info.isResumable());
    QVERIFY(info == jobInfo(apijson::toJson(job)));
    JobSummary other = job;
    other.error->args = {key("127.0.0.2")};
    QVERIFY(!(info == jobInfo(apijson::toJson(other))));
}

void TestClientValues::aResourceArrives()
{
    LedgerEntry entry;
    entry.kind = ResourceKind::Disk;
    entry.id = key("d-1");
    entry.region = key("cn-beijing");
    entry.created = QDateTime::fromSecsSinceEpoch(1000, Qt::UTC);
    entry.pricePerDay = 1.5;
    entry.currency = key("CNY");
    const ResourceInfo info = resourceInfo(apijson::toJson(entry));
    QCOMPARE(info.id, entry.id);
    QCOMPARE(info.created, entry.created);
    QCOMPARE(info.pricePerDay, entry.pricePerDay);
    QCOMPARE(info.currency, entry.currency);
    QCOMPARE(info.kindText(), describe(ResourceKind::Disk));
    entry.pricePerDay.reset();
    QVERIFY(!resourceInfo(apijson::toJson(entry)).pricePerDay);
    QVERIFY(!resourceInfo({{key("pricePerDay"), -3}}).pricePerDay);
    QCOMPARE(resourceInfo({{key("kind"), key("satellite")}}).kindText(), key("satellite"));
}

void TestClientValues::aCheckSaysTheSameHere()
{
    const Check check{key("readiness.virtio"), Check::Severity::Blocker, {key("6.1 %2")}, key("rsync"),
        Error{ErrorCode::VirtioMissing, Retry::AfterUserAction, {key("6.1")}, {}}};
    const CheckInfo info = checkInfo(apijson::toJson(check));
    QCOMPARE(info.severity, Check::Severity::Blocker);
    QCOMPARE(info.error->code, ErrorCode::VirtioMissing);
    QCOMPARE(info.text().evidence, describe(check).evidence);
    Marker marker;
    QCoreApplication::installTranslator(&marker);
    const QString translated = info.text().evidence;
    QCoreApplication::removeTranslator(&marker);
    QVERIFY(translated.startsWith(QLatin1String("<Readiness>")));
    QVERIFY(translated.contains(QLatin1String("6.1 %2")));
}

void TestClientValues::promptsOfImagesNeedNothing()
{
    ServerFacts facts;
    facts.os.selinux = key("enforcing");
    const QJsonObject reply{{key("prompts"), apijson::array(promptsOfImages(facts))}};
    const QList<PromptInfo> prompts = listOf(reply, "prompts", promptInfo);
    QCOMPARE(prompts.size(), 3);
    for (const PromptInfo &prompt : prompts) {
        QVERIFY(!prompt.needed);
        QVERIFY(prompt.choices.contains(prompt.recommended));
        QVERIFY(!prompt.reasonText().isEmpty());
    }
    QCOMPARE(prompts.last().state, key("enforcing"));
    QCOMPARE(prompts.last().recommended, key("leave"));
}

void TestClientValues::everyPromptHasItsWords()
{
    for (const QString &id : promptIds()) {
        PromptInfo prompt;
        prompt.id = id;
        QVERIFY(prompt.title() != id);
        for (const QString &choice : promptChoices(id)) {
            QVERIFY2(!prompt.consequenceText(choice).isEmpty(), qPrintable(id + choice));
            QVERIFY(prompt.choiceText(choice) != choice);
        }
    }
    QVERIFY(promptChoices(key("fdisk")).isEmpty());
}

void TestClientValues::progressArrives()
{
    const QJsonObject event{{key("phase"), key("copy")}, {key("bytesDone"), 5}, {key("bytesTotal"), 10}, {key("wireBytes"), 3},
        {key("speed"), 2.5}, {key("remainingSeconds"), 2},
        {key("limits"), QJsonObject{{key("limitMbps"), 50}, {key("backOffMBps"), 1.5}, {key("window"), key("mon")}}},
        {key("disks"),
            QJsonArray{
                QJsonObject{{key("disk"), key("gpt-1")}, {key("name"), key("a.img")}, {key("bytesDone"), 5}, {key("bytesTotal"), 6}}}}};
    const ProgressInfo info = progressInfo(event);
    QCOMPARE(info.bytesDone.count, 5U);
    QCOMPARE(info.remainingSeconds, std::optional<qint64>(2));
    QCOMPARE(info.limits.limitMbps, 50);
    QCOMPARE(info.limits.backOffMBps, 1.5);
    QCOMPARE(info.disks.size(), 1);
    QCOMPARE(info.disks.first().name, key("a.img"));
    QCOMPARE(info.disks.first().total.count, 6U);
    QCOMPARE(info.share(), std::optional(0.5));
    QCOMPARE(progressInfo({{key("percent"), 40}, {key("bytesDone"), 1}, {key("bytesTotal"), 1}}).share(), std::optional(0.4));
    QVERIFY(!progressInfo({}).share());
    QVERIFY(!progressInfo({{key("live"), QJsonValue()}}).live);
    const QJsonObject live{{key("state"), key("round")}, {key("round"), 2}, {key("dirtyBytes"), 4096}, {key("writeRate"), -1},
        {key("linkRate"), 5e6}, {key("freezeMs"), 1e300}};
    QCOMPARE(progressInfo({{key("live"), live}}).live, (ProgressInfo::Live{key("round"), 2, {4096}, 0, 5e6, 1000000000}));
    QVERIFY(!progressInfo({{key("remainingSeconds"), QJsonValue()}}).remainingSeconds);
}

void TestClientValues::foreignShapesAreEmpty_data()
{
    QTest::addColumn<QJsonValue>("value");
    QTest::newRow("null") << QJsonValue();
    QTest::newRow("number") << QJsonValue(-1e300);
    QTest::newRow("bool") << QJsonValue(true);
    QTest::newRow("array") << QJsonValue(QJsonArray{QJsonArray{QJsonValue()}, 7, key("x")});
    QTest::newRow("object") << QJsonValue(QJsonObject{{key("id"), QJsonArray{}}});
}

/// Every key that is read, with a value of the wrong shape.
void TestClientValues::foreignShapesAreEmpty()
{
    QFETCH(QJsonValue, value);
    QJsonObject any;
    for (const char *name :
        {"id", "severity", "args", "error", "kind", "name", "region", "created", "currency", "state", "phase", "started", "ended", "tags",
            "phases", "disks", "limits", "remainingSeconds", "message", "imagePath", "choices", "bytesDone", "number",
            "running", "bootCheck"})
        any.insert(QLatin1String(name), value);
    QCOMPARE(jobInfo(any).id, QString());
    QVERIFY(!jobInfo(any).created.isValid());
    QVERIFY(checkInfo(any).text().title.isEmpty());
    QVERIFY(promptInfo(any).title().isEmpty());
    QVERIFY(resourceInfo(any).kindText().isEmpty());
    QVERIFY(progressInfo(any).disks.size() <= 1);
    QVERIFY(warningInfo(any).text().isEmpty());
    QVERIFY(finishedInfo(any).imagePath.isEmpty());
    QVERIFY(codeName(errorInfo(any).code) == key("Internal"));
    QVERIFY(!bootCheckInfo(any).works);
    QVERIFY(listOf(any, "disks", checkInfo).isEmpty());
}

void TestClientValues::numbersAreBroughtIntoTheirRange()
{
    const ProgressInfo info = progressInfo({{key("bytesDone"), 11}, {key("bytesTotal"), 10}, {key("percent"), 5000}, {key("speed"), -1},
        {key("wireBytes"), 1e300}, {key("remainingSeconds"), 1e300}});
    QCOMPARE(info.bytesDone.count, 10U);
    QCOMPARE(info.percent, std::optional(100));
    QCOMPARE(info.speed, 0.0);
    QVERIFY(info.wireBytes.count <= quint64(9e18));
    QVERIFY(info.remainingSeconds <= qint64(1e12));
    QCOMPARE(checkInfo({{key("severity"), key("catastrophe")}}).severity, Check::Severity::Warning);
}

void TestClientValues::warningsAreSaidInOurLanguage_data()
{
    QTest::addColumn<JobWarning>("warning");
    QTest::addColumn<QString>("part");
    LedgerEntry entry;
    entry.kind = ResourceKind::Vpc;
    entry.id = key("vpc-%1");
    Problem problem;
    problem.rule = Rule::SmallDataDisk;
    problem.name = key("data %3");
    problem.have = {7ULL << 30};
    QTest::newRow("link") << warnings::linkInterrupted() << "<Warning>The connection";
    QTest::newRow("ports") << warnings::portsOpenToAll() << "8703";
    QTest::newRow("reread") << warnings::sourceReread(2) << "<Warning>2 block(s) of the source";
    QTest::newRow("repaired") << warnings::targetRepaired(3) << "<Warning>3 block(s) of the target";
    QTest::newRow("not removed, what") << warnings::notRemoved(entry, Error{}) << "<ResourceKind>VPC vpc-%1";
    QTest::newRow("not removed, why") << warnings::notRemoved(entry, Error{ErrorCode::PermissionMissing, {}, {key("DeleteVpc")}, {}})
                                      << "<ErrorText>";
    QTest::newRow("thawed") << warnings::thawedAtStart({key("/"), key("/srv")}) << "while writing to /, /srv was stopped";
    QTest::newRow("plan") << warnings::planProblem(problem) << "<PlanRules>Data disk data %3 has 7";
}

void TestClientValues::warningsAreSaidInOurLanguage()
{
    QFETCH(JobWarning, warning);
    QFETCH(QString, part);
    const QJsonObject event{
        {key("id"), warning.id}, {key("args"), QJsonArray::fromStringList(warning.args)}, {key("message"), key("English")}};
    const WarningInfo info = warningInfo(event);
    QVERIFY(!info.text().isEmpty());
    QVERIFY(!info.text().contains(QLatin1String("%n")));
    Marker marker;
    QCoreApplication::installTranslator(&marker);
    const QString translated = info.text();
    QCoreApplication::removeTranslator(&marker);
    QVERIFY2(translated.contains(part), qPrintable(translated));
}

void TestClientValues::anUnknownWarningKeepsItsMessage()
{
    QCOMPARE(warningInfo({{key("id"), key("meteorite")}, {key("message"), key("A meteorite fell.")}}).text(), key("A meteorite fell."));
    QCOMPARE(warningInfo({{key("message"), key("Old agent.")}}).text(), key("Old agent."));
    QCOMPARE(warningInfo({{key("id"), key("plan")}, {key("args"), QJsonArray{key("E-XXX")}}, {key("message"), key("Later rule.")}}).text(),
        key("Later rule."));
}

void TestClientValues::errorsOfEventsAndJobsAreTheSame()
{
    const Error error{ErrorCode::StockSoldOut, Retry::AfterUserAction, {key("ecs.g6"), key("cn-beijing")}, key("detail")};
    for (const QJsonObject &shape : {errorToJson(error), rpc::toJson(error)}) {
        const Error back = errorInfo(shape);
        QCOMPARE(back.code, error.code);
        QCOMPARE(back.retry, error.retry);
        QCOMPARE(back.args, error.args);
        QCOMPARE(back.detail, error.detail);
    }
}

void TestClientValues::phasesAndStatesHaveTitles()
{
    for (const QString &phase : phaseNames()) {
        QVERIFY(phaseFromName(phase));
        QVERIFY(phaseTitle(phase) != phase);
    }
    QCOMPARE(phaseNames().size(), int(Phase::Done) + 1);
    QCOMPARE(phaseTitle(key("later")), key("later"));
    for (int state = 0; jobStateFromName(jobStateName(JobState(state))) && state < int(JobState::Cancelled); ++state)
        QVERIFY(!stateTitle(jobStateName(JobState(state))).isEmpty());
    QCOMPARE(stateTitle(key("Stopped")), key("Paused"));
    QCOMPARE(stateTitle(key("Later")), key("Later"));
}

QTEST_GUILESS_MAIN(TestClientValues)
#include "tst_clientvalues.moc"
