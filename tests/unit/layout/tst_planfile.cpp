#include "core/layout/defaultplan.h"
#include "core/layout/planfile.h"
#include "samplefacts.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

using namespace edgelift;

namespace {

QString said(const QList<Error> &problems)
{
    QStringList lines;
    for (const Error &error : problems)
        lines.append(QString::number(int(error.code)) + QLatin1Char(' ') + error.args.join(QLatin1Char('|')));
    return lines.join(QLatin1Char('\n'));
}

/// The default plan with `change` put in place of what `path` leads to.
QByteArray planWith(const QString &path, const QJsonValue &change)
{
    QByteArray text = writePlan(defaultPlan(test::twoDisks()));
    QJsonObject root = QJsonDocument::fromJson(text).object();
    const QStringList steps = path.split(QLatin1Char('.'));
    if (steps.size() == 1) {
        root.insert(steps[0], change);
    } else {
        QJsonObject inner = root.value(steps[0]).toObject();
        inner.insert(steps[1], change);
        root.insert(steps[0], inner);
    }
    return QJsonDocument(root).toJson();
}

}

class TestPlanFile : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsWrittenIsReadBack();
    void isWrittenInTheOrderPeopleReadIt();
    void readsTheExampleOfTheDesign();
    void namesEachProblem_data();
    void namesEachProblem();
    void listsEveryProblemAtOnce();
    void refusesANewerVersionBeforeAnythingElse();
    void tellsWhereTheTextIsBroken();
    void transitRegionFollowsTheImageRegion();
};

void TestPlanFile::whatIsWrittenIsReadBack()
{
    Plan plan = defaultPlan(test::twoDisks(), QStringLiteral("ap-southeast-1"));
    plan.network = {Plan::Network::Type::Vpc, QStringLiteral("vpc-1"), QStringLiteral("vsw-1")};
    plan.job = {QStringLiteral("job"), QStringLiteral("de"), {{QStringLiteral("k"), QStringLiteral("v")}, {QStringLiteral("source"), {}}},
        QStringLiteral("ecs.c6"), QStringLiteral("BYOL"), false};
    plan.transfer = {100, 0, true, QStringLiteral("on"), 40, 19, false, 30, {{3, 60, 30, 10, 5}}};
    plan.modifyDisks = true;
    plan.excludes = {QStringLiteral("/var/cache")};
    plan.cutover = Plan::Cutover::Manual;
    plan.disks[1].lvm = true;
    plan.disks[1].volumes[1].replication = Plan::Replication::File;
    plan.disks[1].volumes[1].migrate = false;
    QList<Error> problems;
    const Result<Plan> back = readPlan(writePlan(plan), &problems);
    QVERIFY2(problems.isEmpty(), qPrintable(said(problems)));
    QVERIFY(*back == plan);
}

void TestPlanFile::isWrittenInTheOrderPeopleReadIt()
{
    const QByteArray text = writePlan(defaultPlan(test::twoDisks()));
    const QList<QByteArray> keys{"\"version\": 1", "\"image\": {", "\"region\"", "\"namePrefix\"", "\"transitRegion\"", "\"bucket\"",
        "\"network\"", "\"job\"", "\"transfer\"", "\"modifyDisks\"", "\"disks\"", "\"source\"", "\"role\"", "\"sizeGiB\"", "\"volumes\"",
        "\"mount\"", "\"excludes\": []", "\"cutover\""};
    qsizetype last = 0;
    for (const QByteArray &key : keys) {
        const qsizetype at = text.indexOf(key, last);
        QVERIFY2(at > last, (key + " is missing or out of order in\n" + text).constData());
        last = at;
    }
    QVERIFY(text.endsWith("}\n"));
}

void TestPlanFile::readsTheExampleOfTheDesign()
{
    const QByteArray text = R"({ "version": 1,
      "image":    { "region": "cn-beijing", "namePrefix": "web", "transitRegion": "cn-beijing", "bucket": "transit" },
      "network":  { "type": "public", "vpcId": "", "vSwitchId": "" },
      "job":      { "name": "", "description": "", "tags": {}, "instanceType": "", "licenseType": "AlibabaCloud", "reportDiagnostics": true },
      "transfer": { "limitMbps": 0, "compression": 7, "checksum": false, "tls": "auto" },
      "modifyDisks": false,
      "disks": [ { "source": "gpt-1", "role": "system", "sizeGiB": 40, "lvm": false,
                   "volumes": [ { "mount": "/", "source": "gpt-1/p1", "migrate": true, "replication": "block", "sizeMiB": 40000, "fixed": true } ] } ],
      "excludes": [], "cutover": "automatic" })";
    QList<Error> problems;
    const Result<Plan> plan = readPlan(text, &problems);
    QVERIFY2(plan, qPrintable(said(problems)));
    QCOMPARE(plan->disks[0].volumes[0].sizeMiB, 40000);
    QCOMPARE(plan->image.bucket, QStringLiteral("transit"));
    QVERIFY(plan->transfer == Plan::Transfer()); // a plan from before there were limits on disk and processor
}

void TestPlanFile::namesEachProblem_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QJsonValue>("value");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char *name, const char *path, const QJsonValue &value, const QString &problem) {
        QTest::newRow(name) << QString::fromLatin1(path) << value << problem;
    };
    row("unknown key", "transfer.compresion", 3, QStringLiteral("52 transfer.compresion|compression"));
    row("unknown key at the top", "exclude", QJsonArray(), QStringLiteral("52 exclude|excludes"));
    row("range", "transfer.compression", 11, QStringLiteral("54 transfer.compression|11|0 to 10"));
    row("fraction", "transfer.compression", 1.5, QStringLiteral("54 transfer.compression|1.5|0 to 10"));
    row("negative", "transfer.limitMbps", -1, QStringLiteral("54 transfer.limitMbps|-1|0 to 100000"));
    row("disk limit", "transfer.diskMBps", 100001, QStringLiteral("54 transfer.diskMBps|100001|0 to 100000"));
    row("disk limit mistyped", "transfer.diskMbps", 1, QStringLiteral("52 transfer.diskMbps|diskMBps"));
    row("niceness", "transfer.niceness", -5, QStringLiteral("54 transfer.niceness|-5|0 to 19"));
    row("freeze", "transfer.freezeSeconds", 0, QStringLiteral("54 transfer.freezeSeconds|0|1 to 60"));
    row("long freeze", "transfer.freezeSeconds", 61, QStringLiteral("54 transfer.freezeSeconds|61|1 to 60"));
    row("back-off", "transfer.backOff", 1, QStringLiteral("54 transfer.backOff|1|true or false"));
    row("window", "transfer.schedule",
        QJsonArray{QJsonObject{{QStringLiteral("from"), QStringLiteral("08:00")}, {QStringLiteral("to"), 9}}},
        QStringLiteral("54 transfer.schedule[0].to|9|a text in quotes"));
    row("type", "modifyDisks", QStringLiteral("no"), QStringLiteral("54 modifyDisks|\"no\"|true or false"));
    row("choice", "network.type", QStringLiteral("vpn"), QStringLiteral("54 network.type|vpn|public, vpc"));
    row("tag", "job.tags", QJsonObject{{QStringLiteral("a"), 1}}, QStringLiteral("54 job.tags.a|1|a text in quotes"));
    row("exclude", "excludes", QJsonArray{7}, QStringLiteral("54 excludes|7|a text in quotes"));
    row("disk", "disks", QJsonArray{QJsonArray()}, QStringLiteral("54 disks|[]|an object in braces"));
    row("version 0", "version", 0, QStringLiteral("54 version|0|1 to 1"));
    row("size missing", "disks",
        QJsonArray{QJsonObject{{QStringLiteral("source"), QStringLiteral("a")}, {QStringLiteral("role"), QStringLiteral("data")}}},
        QStringLiteral("54 disks[0].sizeGiB|missing|this key must be there"));
    row("size that overflows", "disks",
        QJsonArray{QJsonObject{{QStringLiteral("source"), QStringLiteral("a")}, {QStringLiteral("role"), QStringLiteral("data")},
            {QStringLiteral("sizeGiB"), 1e18}}},
        QStringLiteral("54 disks[0].sizeGiB|1000000000000000000|0 to 16777216"));
}

void TestPlanFile::namesEachProblem()
{
    QFETCH(QString, path);
    QFETCH(QJsonValue, value);
    QList<Error> problems;
    const Result<Plan> plan = readPlan(planWith(path, value), &problems);
    QVERIFY(!plan);
    QTEST(said(problems), "problem");
    QCOMPARE(plan.error().code, problems.first().code);
}

void TestPlanFile::listsEveryProblemAtOnce()
{
    QList<Error> problems;
    const Result<Plan> plan =
        readPlan(R"({"version":1,"transfer":{"compression":99,"limit":4},"disks":[{"source":"d","role":"boot","sizeGiB":20,
        "volumes":[{"source":"d/p1","sizeMiB":"big","mont":"/"}]}]})",
            &problems);
    QVERIFY(!plan);
    QCOMPARE(said(problems),
        QStringLiteral("54 transfer.compression|99|0 to 10\n52 transfer.limit|limitMbps\n54 disks[0].role|boot|system, data\n"
                       "54 disks[0].volumes[0].sizeMiB|\"big\"|a whole number\n52 disks[0].volumes[0].mont|mount"));
}

void TestPlanFile::refusesANewerVersionBeforeAnythingElse()
{
    QList<Error> problems;
    const Result<Plan> plan = readPlan(R"({"version":2,"disks":7,"new":true})", &problems);
    QVERIFY(!plan);
    QCOMPARE(said(problems), QStringLiteral("53 2|1"));
}

void TestPlanFile::tellsWhereTheTextIsBroken()
{
    const Result<Plan> plan = readPlan("{ \"version\": 1,\n  \"image\": }\n");
    QVERIFY(!plan);
    QCOMPARE(plan.error().code, ErrorCode::PlanUnreadable);
    QVERIFY2(plan.error().args.value(1).startsWith(QLatin1String("line 2, column ")), qPrintable(plan.error().args.value(1)));
    for (const char *text : {"", "[]", "7", "\xff\xfe"})
        QCOMPARE(readPlan(text).error().code, ErrorCode::PlanUnreadable);
    QCOMPARE(readPlan(QByteArray(2 << 20, ' ')).error().code, ErrorCode::PlanUnreadable);
}

void TestPlanFile::transitRegionFollowsTheImageRegion()
{
    const Result<Plan> plan = readPlan(R"({"version":1,"image":{"region":"ap-southeast-1"},"disks":[]})");
    QVERIFY(plan);
    QCOMPARE(plan->image.transitRegion, QStringLiteral("ap-southeast-1"));
}

QTEST_APPLESS_MAIN(TestPlanFile)
#include "tst_planfile.moc"
