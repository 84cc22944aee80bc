#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/layout/defaultplan.h"
#include "core/layout/layoutchange.h"
#include "samplefacts.h"

#include <QRegularExpression>
#include <QtTest>
#include <functional>

using namespace edgelift;
using namespace edgelift::literals;
using Edit = std::function<void(Plan &, ServerFacts &)>;
Q_DECLARE_METATYPE(Edit)

namespace {

QString ids(const QList<Problem> &problems)
{
    QStringList out;
    for (const Problem &problem : problems)
        out.append(ruleId(problem.rule));
    return out.join(QLatin1Char(' '));
}

int ruleCount() // the enumerators as the header has them: one a line, "Name, ///< …"
{
    const QString header = QString::fromUtf8(*readFile(QStringLiteral(EDGELIFT_SOURCE_DIR "/core/layout/planrules.h")));
    const QString body = header.section(QStringLiteral("enum class Rule"), 1).section(QLatin1Char('}'), 0, 0);
    static const QRegularExpression name(QStringLiteral("^    [A-Z]\\w+,"), QRegularExpression::MultilineOption);
    return int(body.count(name));
}

}

class TestPlanRules : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void findsWhatIsWrong_data();
    void findsWhatIsWrong();
    void everyRuleHasAnIdAndAText();
    void bucketAndNetworkMustFitTogether();
    void tagsMayNotStandTwice();
    void factsReachTheText();
    void blockersBecomeErrors();
    void aFullDiskMayBeCopiedAsItIs();
    void hostileSizesDoNotOverflow();
};

void TestPlanRules::findsWhatIsWrong_data()
{
    QTest::addColumn<Edit>("edit");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *name, const char *expected, const Edit &edit) {
        QTest::newRow(name) << edit << QString::fromLatin1(expected);
    };
    const auto tags = [](int count) {
        QMap<QString, QString> out;
        for (int i = 0; i < count; ++i)
            out.insert(QStringLiteral("k%1").arg(i), QString());
        return out;
    };
    row("R62 region", "E-SET-01", [](Plan &p, ServerFacts &) { p.image.region = QStringLiteral("cn-shanghai"); });
    row("R64 transit region", "E-SET-18", [](Plan &p, ServerFacts &) { p.image.transitRegion.clear(); });
    row("R63 prefix empty", "E-SET-02", [](Plan &p, ServerFacts &) { p.image.namePrefix.clear(); });
    row("S1 prefix begins with a digit", "E-SET-02", [](Plan &p, ServerFacts &) { p.image.namePrefix = QStringLiteral("1web"); });
    row("S1 prefix with a space", "E-SET-02", [](Plan &p, ServerFacts &) { p.image.namePrefix = QStringLiteral("my web"); });
    row("S1 http", "E-SET-02", [](Plan &p, ServerFacts &) { p.image.namePrefix = QStringLiteral("http://x"); });
    row("S1 two characters", "", [](Plan &p, ServerFacts &) { p.image.namePrefix = QStringLiteral("w1"); });
    row("S1 128 characters", "", [](Plan &p, ServerFacts &) { p.job.name = QString(128, QLatin1Char('x')); });
    row("S1 129 characters", "E-SET-02", [](Plan &p, ServerFacts &) { p.job.name = QString(129, QLatin1Char('x')); });
    row("S2 description", "E-SET-15", [](Plan &p, ServerFacts &) { p.job.description = QStringLiteral("x"); });
    row("R65 no bucket", "E-SET-03", [](Plan &p, ServerFacts &) { p.image.bucket.clear(); });
    row("bucket in capitals", "E-SET-17", [](Plan &p, ServerFacts &) { p.image.bucket = QStringLiteral("Transit"); });
    row("bucket with a line feed", "E-SET-17", [](Plan &p, ServerFacts &) { p.image.bucket = QStringLiteral("transit\n"); });
    row("R68 VPC alone", "E-SET-05", [](Plan &p, ServerFacts &) { p.network = {Plan::Network::Type::Vpc, QStringLiteral("vpc-1"), {}}; });
    row("R67 public with VPC", "", [](Plan &p, ServerFacts &) { p.network.vpcId = QStringLiteral("vpc-1"); });
    row("R78 compression", "E-SET-07", [](Plan &p, ServerFacts &) { p.transfer.compression = 11; });
    row("C11 limit", "E-SET-14", [](Plan &p, ServerFacts &) { p.transfer.limitMbps = 100001; });
    row("disk limit", "E-SET-19", [](Plan &p, ServerFacts &) { p.transfer.diskMBps = -1; });
    row("niceness", "E-SET-20", [](Plan &p, ServerFacts &) { p.transfer.niceness = 20; });
    row("window without time", "E-SET-21", [](Plan &p, ServerFacts &) { p.transfer.schedule = {{1, 60, 60, 0, 0}}; });
    row("window's limit", "E-SET-21", [](Plan &p, ServerFacts &) { p.transfer.schedule = {{1, 60, 90, 100001, 0}}; });
    row("33 windows", "E-SET-21", [](Plan &p, ServerFacts &) { p.transfer.schedule.resize(33); });
    row("R85 twenty tags", "", [tags](Plan &p, ServerFacts &) { p.job.tags = tags(20); });
    row("R85 21 tags", "E-SET-08", [tags](Plan &p, ServerFacts &) { p.job.tags = tags(21); });
    row("S4 key", "E-SET-09", [](Plan &p, ServerFacts &) { p.job.tags = {{QStringLiteral("acs:x"), {}}}; });
    row("S4 empty key", "E-SET-09", [](Plan &p, ServerFacts &) { p.job.tags = {{QString(), {}}}; });
    row("S4 value", "E-SET-16", [](Plan &p, ServerFacts &) { p.job.tags = {{QStringLiteral("a"), QStringLiteral("https://x")}}; });
    row("R82 licence", "W-SET-13", [](Plan &, ServerFacts &f) { f.os.id = QStringLiteral("rhel"); });
    row("exclude", "E-PRE-04 W-PRE-05", [](Plan &p, ServerFacts &) { p.excludes = {QStringLiteral("var")}; });

    row("R91 19 GiB", "E-DSK-01", [](Plan &p, ServerFacts &f) { f.disks[0].size = 19_GiB, p.disks[0].sizeGiB = 19; });
    row("C4 raised to 20", "I-DSK-01", [](Plan &p, ServerFacts &f) { f.disks[0].size = 6_GiB, p.disks[0].sizeGiB = 20; });
    row("R91 2048 GiB", "", [](Plan &p, ServerFacts &) { p.disks[0].sizeGiB = 2048; });
    row("R91 2049 GiB", "E-DSK-01", [](Plan &p, ServerFacts &) { p.disks[0].sizeGiB = 2049; });
    row("R94 zero", "E-DSK-02 E-DSK-04", [](Plan &p, ServerFacts &) { p.disks[1].sizeGiB = 0; });
    row("R94 32769", "E-DSK-02", [](Plan &p, ServerFacts &) { p.disks[1].sizeGiB = 32769; });
    row("C1 500 GiB", "", [](Plan &p, ServerFacts &) { p.disks[1].sizeGiB = 500; });
    row("C1 501 GiB", "E-DSK-07", [](Plan &p, ServerFacts &) { p.disks[1].sizeGiB = 501; });
    row("C1 left out: any size", "W-DSK-14", [](Plan &p, ServerFacts &) {
        p.disks[1].sizeGiB = 40000;
        for (Plan::Volume &volume : p.disks[1].volumes)
            volume.migrate = false;
    });
    row("C2 small", "W-DSK-03", [](Plan &p, ServerFacts &f) { f.disks[1].size = 19_GiB, p.disks[1].sizeGiB = 19; });
    row("R92 exactly the used space", "E-DSK-03", [](Plan &p, ServerFacts &f) {
        f.volumes[2].used = Bytes{(20_GiB).count - f.volumes[1].used.count};
        p.disks[0].sizeGiB = 20;
    });
    row("R96 below the used space", "W-DSK-03 E-DSK-04", [](Plan &p, ServerFacts &) { p.disks[1].sizeGiB = 4; });
    row("R108 sum of partitions", "W-DSK-03 E-DSK-05", [](Plan &p, ServerFacts &) { p.disks[1].sizeGiB = 17; });
    row("R10 four data disks", "", [](Plan &p, ServerFacts &f) { test::addDataDisks(f, 3, 40_GiB), p = defaultPlan(f); });
    row("R10 five data disks", "E-DSK-06", [](Plan &p, ServerFacts &f) { test::addDataDisks(f, 4, 40_GiB), p = defaultPlan(f); });
    row("R10 five, one left out", "W-DSK-14", [](Plan &p, ServerFacts &f) {
        test::addDataDisks(f, 4, 40_GiB);
        p = defaultPlan(f);
        p.disks[5].volumes[0].migrate = false;
    });
    row("R113 boot moved", "E-DSK-08", [](Plan &p, ServerFacts &) { p.disks[1].volumes.append(p.disks[0].volumes.takeFirst()); });
    row("R113 root left out", "E-DSK-18", [](Plan &p, ServerFacts &) { p.disks[0].volumes[1].migrate = false; });
    row("R113 root missing", "E-DSK-18", [](Plan &p, ServerFacts &) { p.disks[0].volumes.removeLast(); });
    row("volume below used", "E-DSK-09", [](Plan &p, ServerFacts &) {
        p.disks[1].volumes[1].replication = Plan::Replication::File;
        p.disks[1].volumes[1].sizeMiB = 2048; // exactly what is used
    });
    row("R103 block with another size", "E-DSK-15", [](Plan &p, ServerFacts &) { p.disks[1].volumes[1].sizeMiB += 4; });
    row("R104 file with another size", "", [](Plan &p, ServerFacts &) {
        p.disks[1].volumes[1].sizeMiB += 4;
        p.disks[1].volumes[1].replication = Plan::Replication::File;
    });
    row("R107 not 4 MiB", "W-DSK-13", [](Plan &p, ServerFacts &) { p.disks[1].lvm = true, p.disks[1].volumes[1].sizeMiB -= 3; });
    row("R100 LVM without /boot", "E-DSK-11", [](Plan &p, ServerFacts &f) {
        p.disks[1].lvm = true;
        f.volumes[1].mountPoint = QStringLiteral("/efi");
    });
    row("LVM without its programs", "E-DSK-20", [](Plan &p, ServerFacts &f) {
        f.os.lvm = false;
        p.disks[0].lvm = true;
    });
    row("LVM, and a server that has a group", "", [](Plan &p, ServerFacts &f) {
        f.os.lvm = false;
        f.groups = {{QStringLiteral("data"), 4_MiB, {}}};
        p.disks[0].lvm = true;
    });
    row("R101 old Debian and XFS", "W-DSK-12", [](Plan &p, ServerFacts &f) {
        p.disks[1].lvm = true;
        f.os.kernels[0].version = QStringLiteral("3.16.0-4-amd64");
    });
    row("R101 old Debian without XFS", "", [](Plan &p, ServerFacts &f) {
        p.disks[1].lvm = true;
        f.os.kernels[0].version = QStringLiteral("3.16.0-4-amd64");
        f.volumes[4].fs = FsType::Ext4;
    });
    row("C3 more than 1 TiB", "W-DSK-10", [](Plan &, ServerFacts &f) { f.volumes[2].used = 1025_GiB; });
    row("no disks", "E-DSK-16 E-DSK-18 E-DSK-18", [](Plan &p, ServerFacts &) { p.disks.clear(); });
    row("two system disks", "E-DSK-16", [](Plan &p, ServerFacts &) { p.disks[1].role = Plan::Role::System; });
    row("system disk second", "E-DSK-16", [](Plan &p, ServerFacts &) { p.disks.swapItemsAt(0, 1); });
    row("wrong system disk", "E-DSK-16",
        [](Plan &p, ServerFacts &) { std::swap(p.disks[0].role, p.disks[1].role), p.disks.swapItemsAt(0, 1); });
    row("another server's disk", "E-DSK-19", [](Plan &p, ServerFacts &) { p.disks[1].source = QStringLiteral("gpt-9"); });
    row("another server's volume", "E-DSK-19", [](Plan &p, ServerFacts &) { p.disks[1].volumes[0].source = QStringLiteral("data/p7"); });
    row("volume twice", "E-DSK-17", [](Plan &p, ServerFacts &) { p.disks[1].volumes.append(p.disks[1].volumes[0]); });
}

void TestPlanRules::findsWhatIsWrong()
{
    QFETCH(Edit, edit);
    ServerFacts facts = test::twoDisks();
    Plan plan = defaultPlan(facts);
    edit(plan, facts);
    const QList<Problem> problems = check(plan, facts);
    QTEST(ids(problems), "expected");
    for (const Problem &problem : problems)
        QCOMPARE(problem.severity == Problem::Severity::Blocker, ruleId(problem.rule).startsWith(QLatin1Char('E')));
}

void TestPlanRules::bucketAndNetworkMustFitTogether()
{
    Plan plan = defaultPlan(test::twoDisks());
    plan.image.bucket = QStringLiteral("mine");
    plan.image.transitRegion = QStringLiteral("cn-beijing");
    plan.network.vpcId = QStringLiteral("vpc-1");
    plan.network.vSwitchId = QStringLiteral("vsw-1");
    QCOMPARE(ids(checkCloud(plan, {})), QString()); // nothing known
    CloudFacts cloud{{{QStringLiteral("mine"), QStringLiteral("cn-beijing")}}, {{QStringLiteral("vsw-1"), QStringLiteral("vpc-1")}}};
    QCOMPARE(ids(checkCloud(plan, cloud)), QString());
    plan.image.transitRegion = QStringLiteral("ap-southeast-1");
    plan.network.vpcId = QStringLiteral("vpc-2");
    const QList<Problem> problems = checkCloud(plan, cloud);
    QCOMPARE(ids(problems), QStringLiteral("E-SET-04 E-SET-06"));
    QCOMPARE(describe(problems.at(0)),
        QStringLiteral("Bucket “mine” is in cn-beijing, but the temporary image is created in ap-southeast-1. Choose a bucket in "
                       "ap-southeast-1. [E-SET-04]"));
    QCOMPARE(describe(problems.at(1)), QStringLiteral("vSwitch “vsw-1” does not belong to VPC “vpc-2”. [E-SET-06]"));
}

void TestPlanRules::tagsMayNotStandTwice()
{
    const auto tag = [](const char *name) { return std::pair(QString::fromLatin1(name), QString()); };
    QCOMPARE(ids(checkTags({tag("a"), tag("b")})), QString());
    QCOMPARE(ids(checkTags({tag("a"), tag("b"), tag("a"), tag("acs:x")})), QStringLiteral("E-SET-09 E-SET-10"));
    QCOMPARE(ids(checkTags(QList<std::pair<QString, QString>>(21, tag("a")))).section(QLatin1Char(' '), -1), QStringLiteral("E-SET-08"));
}

void TestPlanRules::everyRuleHasAnIdAndAText()
{
    const int count = ruleCount();
    QVERIFY(count > 30);
    QSet<QString> seen;
    for (int i = 0; i < count; ++i) {
        Problem problem{};
        problem.rule = Rule(i);
        const QString id = ruleId(problem.rule);
        QVERIFY2(QRegularExpression(QStringLiteral("^[EWI]-(SET|DSK|PRE)-\\d\\d$")).match(id).hasMatch(), qPrintable(id));
        QVERIFY2(!seen.contains(id), qPrintable(id));
        seen.insert(id);
        QVERIFY2(describe(problem).endsWith(QStringLiteral(" [%1]").arg(id)), qPrintable(describe(problem)));
    }
}

void TestPlanRules::factsReachTheText()
{
    Problem problem{};
    problem.rule = Rule::DataDiskTooSmall;
    problem.name = QStringLiteral("%2 data.img"); // a name is never a format
    problem.need = Bytes{(10_GiB).count + (512_MiB).count};
    problem.have = 4_GiB;
    QCOMPARE(describe(problem).replace(QChar(0xA0), QLatin1Char(' ')),
        QStringLiteral("Data disk %2 data.img needs more than 10.50 GiB, the space in use. Enter at least 11 GiB. [E-DSK-04]"));
    problem.rule = Rule::TooManyTags;
    problem.count = 3;
    QVERIFY(describe(problem).contains(QLatin1String("Remove 3 tag")));
}

void TestPlanRules::blockersBecomeErrors()
{
    Problem problem{};
    problem.rule = Rule::TooManyDataDisks;
    problem.count = 5;
    QCOMPARE(asError(problem).code, ErrorCode::TooManyDataDisks);
    QCOMPARE(asError(problem).args, QStringList{QStringLiteral("5")});
    problem.rule = Rule::DataDiskTooLarge;
    QCOMPARE(asError(problem).code, ErrorCode::DataDiskTooLarge);
    problem.rule = Rule::SourceUnknown;
    QCOMPARE(asError(problem).code, ErrorCode::PlanForOtherSource);
    problem.rule = Rule::SystemSizeRange;
    QCOMPARE(asError(problem).code, ErrorCode::PlanRuleBroken);
    QVERIFY(describe(asError(problem)).message.contains(QLatin1String("[E-DSK-01]")));
    QVERIFY(hasBlocker({problem}));
    problem.severity = Problem::Severity::Warning;
    QVERIFY(!hasBlocker({problem}));
}

void TestPlanRules::aFullDiskMayBeCopiedAsItIs()
{
    ServerFacts facts = test::twoDisks(); // a filesystem over the whole disk, of which nobody can tell how much is used
    facts.volumes.removeLast();
    facts.volumes.last().segments = {{QStringLiteral("data"), {}, 40_GiB}};
    facts.volumes.last().size = facts.volumes.last().used = 40_GiB;
    QCOMPARE(check(defaultPlan(facts), facts), QList<Problem>());
}

void TestPlanRules::hostileSizesDoNotOverflow()
{
    ServerFacts facts = test::twoDisks();
    Plan plan = defaultPlan(facts);
    for (Plan::Volume &volume : plan.disks[1].volumes) {
        volume.sizeMiB = std::numeric_limits<qint64>::max();
        volume.replication = Plan::Replication::File;
    }
    for (VolumeFacts &volume : facts.volumes)
        volume.used = Bytes{~quint64{0}};
    QVERIFY(ids(check(plan, facts)).contains(QLatin1String("E-DSK-04")));
    plan.disks[0].sizeGiB = std::numeric_limits<qint64>::min();
    QVERIFY(ids(check(plan, facts)).contains(QLatin1String("E-DSK-01")));
}

QTEST_APPLESS_MAIN(TestPlanRules)
#include "tst_planrules.moc"
