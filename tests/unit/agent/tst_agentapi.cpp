#include "core/agent/agentapi.h"
#include "core/agent/clientvalues.h"
#include "core/base/files.h"
#include "core/layout/defaultplan.h"
#include "core/layout/factsjson.h"
#include "core/layout/planfile.h"
#include "fakeengine.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QtTest>

using namespace edgelift;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

struct World
{
    explicit World(const ServerFacts &facts = test::FakeSource::readyServer(), const QStringList &disks = {key("/disk.img")})
        : source(disks, [facts](const QStringList &, const std::stop_token &) {
            return std::unique_ptr<Source>(std::make_unique<test::FakeSource>(facts));
        })
    {
    }
    Result<QJsonObject> call(const char *method, const QJsonObject &params = {})
    {
        return api.handle({QJsonValue(1), key(method), params}, outlet);
    }
    /// migrate with an AccessKey and the default plan changed by `edit`.
    Result<QJsonObject> migrate(
        const std::function<void(QJsonObject &)> &edit = {}, const ServerFacts &facts = test::FakeSource::readyServer())
    {
        QJsonObject plan = toJson(defaultPlan(facts));
        if (edit)
            edit(plan);
        return call("migrate",
            {{key("plan"), plan}, {key("accessKey"), QJsonObject{{key("id"), key("LTAI")}, {key("secret"), key("verysecret")}}}});
    }

    test::FakeEngine engine;
    SourceHolder source;
    JobManager jobs{engine, source};
    bool quit = false;
    std::shared_ptr<test::FakeOutlet> outlet = std::make_shared<test::FakeOutlet>();
    AgentApi api{jobs, source, engine, {key("/state"), {}, [this] { quit = true; }}};
};

ServerFacts runningServer()
{
    ServerFacts facts = test::FakeSource::readyServer();
    facts.live.emplace();
    return facts;
}

QString refusedWith(const Result<QJsonObject> &reply)
{
    if (!reply)
        return QStringLiteral("error");
    return reply->value(key("refused")).toBool() ? reply->value(key("error")).toObject().value(key("name")).toString()
                                                 : QStringLiteral("accepted");
}

}

class TestAgentApi : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void unknownMethodsNameTheNearest();
    void everyMethodRefusesUnknownParameters();
    void tellsAboutItself();
    void inspectGivesTheFacts();
    void aPlanIsMadeAndFoundValid();
    void aGoodPlanStartsAJob();
    void refusesBeforeAnythingIsMade_data();
    void refusesBeforeAnythingIsMade();
    void listsEveryProblemOfThePlan();
    void authorizationIsChecked_data();
    void authorizationIsChecked();
    void aJobThatFailedTakesAPlanThatPassesTheRules();
    void secretsDoNotComeBack();
    void aMachineThatRunsIsCheckedAndPlanned();
    void aMachineThatRunsIsLookedAtAgain();
    void aMachineThatRunsIsMigrated();
    void theSnapshotDriverIsTested();
    void importNamesTheSource();
    void theAccountIsShown();
    void theWayToTheCloudIsCheckedWithoutAnAccount();
    void whatTheAccountCannotShowIsAnError();
    void modifyChecksItsRange();
    void statusAndResourcesListJobs();
    void promptsAreAnsweredOnThisMachine();
    void promptsOfImagesAreNot();
    void aCodeIsMade();
    void aReportIsRead();
    void diagnosticsAreListedWrittenAndRead();
    void shutdownAsksTheProgramToEnd();
};

void TestAgentApi::unknownMethodsNameTheNearest()
{
    World world;
    const Result<QJsonObject> reply = world.call("inspekt");
    QCOMPARE(reply.error().code, ErrorCode::RequestMalformed);
    QVERIFY(reply.error().args.value(0).contains(QStringLiteral("“inspect”")));
}

void TestAgentApi::everyMethodRefusesUnknownParameters()
{
    World world;
    for (const QString &method : AgentApi::methods()) {
        const Result<QJsonObject> reply =
            world.call(method.toLatin1().constData(), {{key("jop"), key("j-1")}, {key("interface"), 1}, {key("plan"), QJsonObject()}});
        QVERIFY2(!reply, qPrintable(method));
        QVERIFY2(reply.error().code == ErrorCode::RequestMalformed, qPrintable(method));
    }
    QVERIFY(!world.quit);
    QVERIFY(world.engine.state.jobs.isEmpty());
}

void TestAgentApi::tellsAboutItself()
{
    World world;
    const Result<QJsonObject> about = world.call("version", {{key("interface"), 1}});
    QCOMPARE(about->value(key("interface")).toInt(), rpc::interfaceVersion);
    QCOMPARE(about->value(key("stateDir")).toString(), key("/state"));
    QCOMPARE(about->value(key("sourceDisks")).toArray(), QJsonArray{key("/disk.img")});
}

void TestAgentApi::inspectGivesTheFacts()
{
    World world;
    const Result<ServerFacts> facts = serverFactsFromJson(world.call("inspect")->value(key("facts")).toObject());
    QVERIFY(*facts == test::FakeSource::readyServer());
    const Result<QJsonObject> checks = world.call("check");
    QVERIFY(!checks->value(key("checks")).toArray().isEmpty());
    QVERIFY(!checks->value(key("blocked")).toBool());
}

void TestAgentApi::aPlanIsMadeAndFoundValid()
{
    World world;
    const QJsonObject plan = world.call("plan.new", {{key("region"), key("ap-southeast-1")}})->value(key("plan")).toObject();
    QCOMPARE(planFromJson(plan)->image.bucket, key("edgelift-transit-sg"));
    const Result<QJsonObject> reply = world.call("plan.validate", {{key("plan"), plan}});
    QVERIFY(reply);
    QVERIFY(!reply->contains(key("refused")));
}

void TestAgentApi::aGoodPlanStartsAJob()
{
    World world;
    const Result<QJsonObject> reply = world.migrate();
    QVERIFY(reply);
    const QString job = reply->value(key("job")).toString();
    QCOMPARE(job, key("j-1"));
    QVERIFY(world.call("subscribe", {{key("job"), job}}));
    QVERIFY(world.outlet->untilEnded().endsWith(QLatin1String("ended:finished")));
    const Result<QJsonObject> shown = world.call("plan.show", {{key("job"), job}});
    QVERIFY(*planFromJson(shown->value(key("plan")).toObject()) == defaultPlan(test::FakeSource::readyServer()));
}

void TestAgentApi::aJobThatFailedTakesAPlanThatPassesTheRules()
{
    World world;
    const ServerFacts facts = test::FakeSource::readyServer();
    Plan plan = defaultPlan(facts);
    world.engine.state.jobs[key("j-full")].state = JobState::InError;
    world.engine.state.jobs[key("j-full")].plan = plan;
    const auto retry = [&world, &plan] { return world.call("retry", {{key("job"), key("j-full")}, {key("plan"), toJson(plan)}}); };
    plan.disks[1].volumes[0].replication = Plan::Replication::File;
    plan.disks[1].volumes[0].sizeMiB = 1; // less than is in use
    const Result<QJsonObject> refused = retry();
    QCOMPARE(refusedWith(refused), key("PlanRuleBroken"));
    QVERIFY(!refused->value(key("problems")).toArray().isEmpty());
    QJsonObject mistyped = toJson(plan);
    mistyped.insert(key("imagge"), QJsonObject());
    QCOMPARE(refusedWith(world.call("retry", {{key("plan"), mistyped}})), key("PlanUnknownKey"));
    QCOMPARE(world.engine.state.jobs[key("j-full")].runs, 0);
    plan.disks[1].volumes[0].sizeMiB = 9000;
    const Result<QJsonObject> taken = retry();
    QVERIFY2(taken && refusedWith(taken) == key("accepted"), qPrintable(refusedWith(taken)));
    QCOMPARE(taken->value(key("job")).toString(), key("j-full"));
    QVERIFY(world.call("subscribe", {{key("job"), key("j-full")}}));
    QVERIFY(world.outlet->untilEnded().endsWith(QLatin1String("ended:finished")));
    QVERIFY(*planFromJson(world.call("plan.show", {{key("job"), key("j-full")}})->value(key("plan")).toObject()) == plan);
    QCOMPARE(world.call("resume", {{key("job"), key("j-full")}}).error().code, ErrorCode::JobStateWrong); // without one, as before
}

void TestAgentApi::refusesBeforeAnythingIsMade_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("name");
    QTest::newRow("not x86") << "arm"
                             << "ArchitectureUnsupported";
    QTest::newRow("five data disks") << "five"
                                     << "TooManyDataDisks";
    QTest::newRow("501 GiB") << "large"
                             << "DataDiskTooLarge";
    QTest::newRow("another server's plan") << "other"
                                           << "PlanForOtherSource";
    QTest::newRow("rule") << "prefix"
                          << "PlanRuleBroken";
    QTest::newRow("a changed disk with RAID") << "file"
                                              << "LayoutChangeUnsupported";
    QTest::newRow("unknown key") << "key"
                                 << "PlanUnknownKey";
    QTest::newRow("newer plan") << "version"
                                << "PlanVersion";
}

void TestAgentApi::refusesBeforeAnythingIsMade()
{
    QFETCH(QString, kind);
    ServerFacts facts = test::FakeSource::readyServer();
    if (kind == key("arm"))
        facts.os.architecture = key("aarch64");
    if (kind == key("five"))
        test::addDataDisks(facts, 4, Bytes{40ULL << 30});
    if (kind == key("large"))
        facts.disks[1].size = Bytes{501ULL << 30};
    if (kind == key("file")) { // beside the volume that is to be copied by files
        facts.volumes.append(facts.volumes.last());
        facts.volumes.last().id += key("-raid");
        facts.volumes.last().fs = FsType::MdMember;
    }
    World world(facts);
    const Result<QJsonObject> reply = world.migrate(
        [&kind](QJsonObject &plan) {
            QJsonArray disks = plan.value(key("disks")).toArray();
            QJsonObject disk = disks.at(1).toObject();
            QJsonObject image = plan.value(key("image")).toObject();
            if (kind == key("other"))
                disk.insert(key("source"), key("gpt-somewhere-else"));
            if (kind == key("prefix"))
                image.insert(key("namePrefix"), key("1"));
            if (kind == key("file")) {
                QJsonArray volumes = disk.value(key("volumes")).toArray();
                QJsonObject volume = volumes.at(0).toObject();
                volume.insert(key("replication"), key("file"));
                volumes.replace(0, volume);
                disk.insert(key("volumes"), volumes);
            }
            disks.replace(1, disk);
            plan.insert(key("disks"), disks);
            plan.insert(key("image"), image);
            if (kind == key("key"))
                plan.insert(key("exclude"), QJsonArray());
            if (kind == key("version"))
                plan.insert(key("version"), 2);
        },
        facts);
    QTEST(refusedWith(reply), "name");
    QVERIFY(world.engine.state.jobs.isEmpty());
}

void TestAgentApi::listsEveryProblemOfThePlan()
{
    ServerFacts facts = test::FakeSource::readyServer();
    test::addDataDisks(facts, 4, Bytes{501ULL << 30});
    World world(facts);
    const Result<QJsonObject> reply = world.call("plan.validate", {{key("plan"), toJson(defaultPlan(facts))}});
    QStringList ids;
    for (const auto &problem : reply->value(key("problems")).toArray())
        ids.append(problem.toObject().value(key("id")).toString());
    QCOMPARE(ids, (QStringList{key("E-DSK-07"), key("E-DSK-07"), key("E-DSK-07"), key("E-DSK-07"), key("E-DSK-06")}));
}

void TestAgentApi::authorizationIsChecked_data()
{
    QTest::addColumn<QJsonObject>("authorization");
    QTest::addColumn<int>("code");
    const QJsonObject pair{{key("id"), key("LTAI")}, {key("secret"), key("verysecret")}};
    QTest::newRow("nothing") << QJsonObject() << int(ErrorCode::CodeMissing);
    QTest::newRow("empty code") << QJsonObject{{key("code"), key(" \n")}} << int(ErrorCode::CodeMissing);
    QTest::newRow("half a pair") << QJsonObject{{key("accessKey"), QJsonObject{{key("id"), key("LTAI")}}}} << int(ErrorCode::CodeMissing);
    QTest::newRow("mistyped") << QJsonObject{{key("code"), key("EL1-ABCDE")}} << int(ErrorCode::CodeMistyped);
    QTest::newRow("code is a number") << QJsonObject{{key("code"), 7}, {key("accessKey"), pair}} << int(ErrorCode::RequestMalformed);
    QTest::newRow("unknown key below") << QJsonObject{{key("accessKey"), QJsonObject{{key("id"), key("a")}, {key("secrt"), key("b")}}}}
                                       << int(ErrorCode::RequestMalformed);
    for (const char *endpoint : {"ftp://x", "http://", "localhost:80", "/etc/passwd"})
        QTest::newRow(endpoint) << QJsonObject{{key("accessKey"), pair}, {key("endpoint"), key(endpoint)}}
                                << int(ErrorCode::RequestMalformed);
}

void TestAgentApi::authorizationIsChecked()
{
    QFETCH(QJsonObject, authorization);
    World world;
    const Result<QJsonObject> imported = world.call("import", authorization);
    QVERIFY(!imported);
    QTEST(int(imported.error().code), "code");
    QJsonObject params = authorization;
    params.insert(key("plan"), toJson(defaultPlan(test::FakeSource::readyServer())));
    QTEST(int(world.call("migrate", params).error().code), "code");
    QVERIFY(world.engine.state.jobs.isEmpty());
}

void TestAgentApi::secretsDoNotComeBack()
{
    World world;
    const QJsonObject params{
        {key("accessKey"), QJsonObject{{key("id"), key("LTAI")}, {key("secret"), key("not-to-be-seen")}, {key("wrong"), 1}}}};
    const Error error = world.call("import", params).error();
    QVERIFY(!QString::fromUtf8(rpc::errorLine(QJsonValue(1), error)).contains(QLatin1String("not-to-be-seen")));
}

void TestAgentApi::aMachineThatRunsIsCheckedAndPlanned()
{
    World world(runningServer(), {});
    QVERIFY(serverFactsFromJson(world.call("inspect")->value(key("facts")).toObject())->live);
    const QJsonObject checked = *world.call("check");
    QVERIFY(!checked.value(key("blocked")).toBool());
    QStringList needed;
    for (const QJsonValue &prompt : checked.value(key("prompts")).toArray()) {
        if (prompt.toObject().value(key("needed")).toBool())
            needed.append(prompt.toObject().value(key("id")).toString());
    }
    QVERIFY(needed.contains(key("snapshot-driver")));
    QCOMPARE(world.call("plan.new")->value(key("problems")).toArray().size(), 0);
}

/// Its disks stay the same while somebody mends what a check found.
void TestAgentApi::aMachineThatRunsIsLookedAtAgain()
{
    int opened = 0;
    SourceHolder holder({}, [&opened](const QStringList &disks, const std::stop_token &) -> Result<std::unique_ptr<Source>> {
        if (!disks.isEmpty())
            return Error{};
        ++opened;
        return std::unique_ptr<Source>(std::make_unique<test::FakeSource>(runningServer()));
    });
    QVERIFY(holder.get());
    QVERIFY(holder.get());
    QCOMPARE(opened, 1);
    QVERIFY(holder.look());
    QCOMPARE(opened, 2);
    QVERIFY(holder.get());
    QCOMPARE(opened, 2);
}

void TestAgentApi::aMachineThatRunsIsMigrated()
{
    World world(runningServer(), {});
    const QJsonObject plan = toJson(defaultPlan(runningServer()));
    QCOMPARE(refusedWith(world.call("plan.validate", {{key("plan"), plan}})), key("accepted"));
    QCOMPARE(refusedWith(world.migrate()), key("accepted"));
}

void TestAgentApi::theSnapshotDriverIsTested()
{
    World world(runningServer(), {});
    const QJsonObject params{{key("id"), key("snapshot-driver")}, {key("choice"), key("yes")}};
    QCOMPARE(world.call("fix", params)->value(key("state")).toString(), key("installed"));
    world.engine.trackingProblem = Error{ErrorCode::LiveSourceUnsupported, Retry::AfterUserAction, {}, {}};
    QCOMPARE(world.call("fix", params).error().code, ErrorCode::LiveSourceUnsupported);
}

void TestAgentApi::importNamesTheSource()
{
    World world;
    const QJsonObject pair{{key("id"), key("LTAI")}, {key("secret"), key("verysecret")}};
    QCOMPARE(
        world.call("import", {{key("accessKey"), pair}, {key("endpoint"), key("http://127.0.0.1:1")}})->value(key("sourceId")).toString(),
        key("s-keys"));
}

void TestAgentApi::theAccountIsShown()
{
    World world;
    world.engine.options = {key("1234"), {key("cn-hangzhou"), key("ap-southeast-1")}, {}, {{key("vpc-1"), key("net"), true, {}, {}, {}}},
        {{key("vsw-1"), key("part"), true, key("vpc-1"), key("ap-southeast-1a"), {}, 9, {}}}, {key("ecs.small")},
        {{key("images"), key("cn-beijing"), {}, false}}, QUrl(key("http://127.0.0.1:7"))};
    const QJsonObject pair{{key("id"), key("LTAI")}, {key("secret"), key("verysecret")}};
    const QJsonObject shown = *world.call("cloud.options", {{key("accessKey"), pair}, {key("transitRegion"), key("ap-southeast-1")}});
    QCOMPARE(shown.value(key("account")).toString(), key("1234"));
    QCOMPARE(shown.value(key("endpoint")).toString(), key("http://127.0.0.1:7"));
    QCOMPARE(shown.value(key("regions")).toArray(), (QJsonArray{key("cn-beijing"), key("ap-southeast-1")}));
    QCOMPARE(shown.value(key("transitRegions")).toArray(), QJsonArray{key("ap-southeast-1")}); // possible for a plan and there
    QCOMPARE(
        shown.value(key("buckets")).toArray(), (QJsonArray{QJsonObject{{key("name"), key("images")}, {key("region"), key("cn-beijing")}}}));
    QCOMPARE(shown.value(key("vpcs")).toArray(),
        (QJsonArray{QJsonObject{{key("id"), key("vpc-1")}, {key("name"), key("net")}, {key("region"), key("ap-southeast-1")}}}));
    QCOMPARE(shown.value(key("vSwitches")).toArray(),
        (QJsonArray{QJsonObject{
            {key("id"), key("vsw-1")}, {key("vpcId"), key("vpc-1")}, {key("zone"), key("ap-southeast-1a")}, {key("name"), key("part")}}}));
    QCOMPARE(shown.value(key("instanceTypes")).toArray(), QJsonArray{key("ecs.small")});
    world.engine.options = {};
    const QJsonObject nothing = *world.call("cloud.options", {{key("accessKey"), pair}});
    QCOMPARE(nothing.value(key("transitRegions")).toArray().size(), 2); // nobody said what is there
    QVERIFY(nothing.value(key("vpcs")).toArray().isEmpty());
}

void TestAgentApi::theWayToTheCloudIsCheckedWithoutAnAccount()
{
    World world;
    world.engine.reached = {{key("readiness.clock"), Check::Severity::Blocker, {key("900")}, {},
                                Error{ErrorCode::ClockSkew, Retry::AfterUserAction, {key("900")}, {}}},
        {key("readiness.address"), Check::Severity::Warning, {key("ens.aliyuncs.com")}, {},
            Error{ErrorCode::CloudUnreachable, Retry::AfterWait, {key("ens.aliyuncs.com"), key("refused")}, {}}}};
    const QJsonObject reply = *world.call("check.cloud", {{key("endpoint"), key("http://127.0.0.1:1")}});
    QVERIFY(reply.value(key("blocked")).toBool());
    QCOMPARE(world.engine.reachedWith->endpoint, QUrl(key("http://127.0.0.1:1")));
    QVERIFY(!world.engine.reachedWith->code && !world.engine.reachedWith->keys);
    const QList<CheckInfo> checks = listOf(reply, "checks", checkInfo);
    QCOMPARE(checks.size(), 2);
    QCOMPARE(checks.at(1).severity, Check::Severity::Warning);
    QVERIFY2(checks.at(1).text().evidence.contains(key("refuses")), qPrintable(checks.at(1).text().evidence)); // the client's own words
    world.engine.reached = {};
    QVERIFY(!world.call("check.cloud")->value(key("blocked")).toBool());
    QCOMPARE(world.call("check.cloud", {{key("transitRegion"), key("x.evil.example/")}}).error().code, ErrorCode::RegionUnsupported);
    QCOMPARE(world.call("check.cloud", {{key("endpoint"), key("file:///etc")}}).error().code, ErrorCode::RequestMalformed);
    QCOMPARE(world.call("check.cloud", {{key("code"), key("EL1-TYPO")}}).error().code, ErrorCode::CodeMistyped);
}

void TestAgentApi::whatTheAccountCannotShowIsAnError()
{
    World world;
    const QJsonObject pair{{key("id"), key("LTAI")}, {key("secret"), key("verysecret")}};
    QCOMPARE(world.call("cloud.options").error().code, ErrorCode::CodeMissing);
    for (const char *region : {"", "cn-hangzhou", "x.evil.example/", "cn-beijing "})
        QCOMPARE(world.call("cloud.options", {{key("accessKey"), pair}, {key("transitRegion"), key(region)}}).error().code,
            ErrorCode::RegionUnsupported);
    world.engine.optionsFail = Error{ErrorCode::CredentialsWrong, Retry::AfterUserAction, {}, {}};
    QCOMPARE(world.call("cloud.options", {{key("accessKey"), pair}}).error().code, ErrorCode::CredentialsWrong);
}

void TestAgentApi::modifyChecksItsRange()
{
    World world;
    world.engine.state.hold = true;
    QVERIFY(world.migrate());
    QCOMPARE(world.call("modify", {{key("compression"), 11}}).error().code, ErrorCode::RequestMalformed);
    QCOMPARE(world.call("modify", {{key("limitMbps"), -1}}).error().code, ErrorCode::RequestMalformed);
    QVERIFY(world.call("modify", {{key("limitMbps"), 50}}));
    QCOMPARE(world.engine.state.transfer(key("j-1")).limitMbps, 50);
    for (const QJsonObject &wrong :
        {QJsonObject{{key("diskMBps"), 100001}}, QJsonObject{{key("niceness"), 20}}, QJsonObject{{key("freezeSeconds"), 0}},
            QJsonObject{{key("freezeSeconds"), 61}}, QJsonObject{{key("backOff"), 1}}, QJsonObject{{key("schedule"), QJsonObject()}},
            QJsonObject{{key("schedule"), QJsonArray{QJsonObject{{key("from"), key("08:00")}}}}}, QJsonObject{{key("diskMbps"), 1}}})
        QCOMPARE(world.call("modify", wrong).error().code, ErrorCode::RequestMalformed);
    const QJsonObject night{{key("from"), key("22:00")}, {key("to"), key("06:00")}, {key("diskMBps"), 80}};
    QJsonArray many;
    for (int i = 0; i < 33; ++i)
        many.append(night);
    QCOMPARE(world.call("modify", {{key("schedule"), many}}).error().code, ErrorCode::RequestMalformed);
    QVERIFY(world.engine.state.transfer(key("j-1")).schedule.isEmpty());
    QVERIFY(world.call("modify", {{key("diskMBps"), 30}, {key("niceness"), 10}, {key("schedule"), QJsonArray{night}}}));
    QCOMPARE(world.engine.state.transfer(key("j-1")).diskMBps, 30);
    QCOMPARE(world.engine.state.transfer(key("j-1")).niceness, 10);
    QCOMPARE(world.engine.state.transfer(key("j-1")).schedule.value(0).diskMBps, 80);
    QVERIFY(world.call("modify", {{key("freezeSeconds"), 60}}));
    QCOMPARE(world.engine.state.transfer(key("j-1")).freezeSeconds, 60);
    QVERIFY(world.call("modify", {{key("schedule"), QJsonArray()}}));
    QVERIFY(world.engine.state.transfer(key("j-1")).schedule.isEmpty());
    QVERIFY(world.call("cutover"));
    QCOMPARE(world.engine.state.jobs.value(key("j-1")).cutOvers, 1);
    QVERIFY(world.call("pause"));
}

void TestAgentApi::statusAndResourcesListJobs()
{
    World world;
    world.engine.state.jobs[key("j-old")].state = JobState::InError;
    const QJsonObject job = world.call("status")->value(key("jobs")).toArray().at(0).toObject();
    QCOMPARE(job.value(key("id")).toString(), key("j-old"));
    QCOMPARE(job.value(key("state")).toString(), key("InError"));
    const QJsonObject left = world.call("resources")->value(key("jobs")).toArray().at(0).toObject();
    QCOMPARE(left.value(key("resources")).toArray().at(0).toObject().value(key("id")).toString(), key("i-1"));
    QCOMPARE(world.call("resources", {{key("job"), key("j-x")}}).error().code, ErrorCode::JobUnknown);
    QCOMPARE(world.call("status", {{key("job"), key("j-x")}}).error().code, ErrorCode::JobUnknown);
}

void TestAgentApi::promptsAreAnsweredOnThisMachine()
{
    World world(test::FakeSource::readyServer(), {});
    const QTemporaryDir root;
    QVERIFY(makeFolder(root.filePath(key("sys/fs/selinux"))));
    const QString enforce = root.filePath(key("sys/fs/selinux/enforce"));
    QVERIFY(writeFileDurably(enforce, "1"));
    QStringList ran;
    bool fails = false;
    const WorkPlace place{root.path(), [&](const Command &command, const std::stop_token &) -> Result<QByteArray> {
                              ran.append(command.program);
                              if (fails)
                                  return Error{ErrorCode::ToolFailed, Retry::AfterUserAction, {command.program}, {}};
                              (void)writeFileDurably(enforce, "0");
                              return QByteArray();
                          }};
    AgentApi api(world.jobs, world.source, world.engine, {root.path(), {}, [] {}, place});
    const auto fix = [&](const char *id, const char *choice) {
        return api.handle({QJsonValue(1), key("fix"), {{key("id"), key(id)}, {key("choice"), key(choice)}}}, world.outlet);
    };
    QCOMPARE(fix("selinux", "leave")->value(key("state")).toString(), key("enforcing"));
    QCOMPARE(fix("selinux", "").error().code, ErrorCode::RequestMalformed); // nobody said what
    fails = true;
    QCOMPARE(fix("selinux", "permissive").error().code, ErrorCode::ToolFailed);
    fails = false;
    const QJsonObject done = *fix("selinux", "permissive");
    QCOMPARE(done.value(key("state")).toString(), key("permissive"));
    QVERIFY(done.value(key("changed")).toBool());
    QCOMPARE(ran, (QStringList{key("setenforce"), key("setenforce")}));
    QCOMPARE(fix("rsync", "").error().code, ErrorCode::ToolMissing); // yes is meant; this machine has no package manager
    QCOMPARE(fix("kernel", "yes").error().code, ErrorCode::RequestMalformed);
}

void TestAgentApi::promptsOfImagesAreNot()
{
    World world;
    for (const char *id : {"rsync", "selinux", "snapshot-driver"})
        QCOMPARE(world.call("fix", {{key("id"), key(id)}, {key("choice"), key("yes")}}).error().code, ErrorCode::RequestMalformed);
}

void TestAgentApi::aCodeIsMade()
{
    World world;
    const QJsonObject pair{{key("id"), key("LTAI")}, {key("secret"), key("verysecret")}};
    QJsonObject params{{key("accessKey"), pair}, {key("endpoint"), key("https://service.example")}, {key("quota"), 7}, {key("days"), 3},
        {key("name"), key("for tests")}, {key("pin"), QString(64, QLatin1Char('a'))}};
    QCOMPARE(world.call("code.create", params)->value(key("code")).toString(), key("EL1-CODE"));
    QCOMPARE(world.engine.lastCode.keys.accessKeyId, key("LTAI"));
    QCOMPARE(world.engine.lastCode.endpoint, QUrl(key("https://service.example")));
    QCOMPARE(world.engine.lastCode.certificatePin, QByteArray(32, '\xaa'));
    QCOMPARE(world.engine.lastCode.token.quota, 7);
    QCOMPARE(world.engine.lastCode.token.days, 3);
    QCOMPARE(world.engine.lastCode.token.name, key("for tests"));
    const auto refusal = [&](const char *name, const QJsonValue &value) {
        QJsonObject wrong = params;
        wrong.insert(key(name), value);
        const Result<QJsonObject> reply = world.call("code.create", wrong);
        return reply ? QStringLiteral("made") : QString::number(int(reply.error().code));
    };
    const QString malformed = QString::number(int(ErrorCode::RequestMalformed));
    QCOMPARE(refusal("quota", 0), malformed);
    QCOMPARE(refusal("quota", 1001), malformed);
    QCOMPARE(refusal("days", 91), malformed);
    QCOMPARE(refusal("endpoint", QString()), malformed);
    QCOMPARE(refusal("pin", key("abc")), malformed);
    QCOMPARE(refusal("pin", QString(64, QLatin1Char('x'))), malformed);
    QCOMPARE(refusal("accessKey", QJsonObject()), QString::number(int(ErrorCode::CodeMissing)));
    const auto mended = world.call("code.create", {{key("accessKey"), pair}, {key("endpoint"), key("http://127.0.0.1:1")}});
    QVERIFY(mended && !world.engine.lastCode.token.name.isEmpty());
    QCOMPARE(world.engine.lastCode.token.quota, 200);
}

void TestAgentApi::aReportIsRead()
{
    World world;
    const QTemporaryDir folder;
    world.engine.state.reports = folder.path() + QLatin1Char('/');
    world.engine.state.jobs[key("j-1")].state = JobState::Finished;
    QCOMPARE(world.call("report.read", {{key("job"), key("j-1")}}).error().code, ErrorCode::FileUnreadable); // not there yet
    QVERIFY(writeFileDurably(folder.filePath(key("j-1")), "<p>\xc3\xa4</p>"));
    QCOMPARE(world.call("report.read", {{key("job"), key("j-1")}})->value(key("html")).toString(), QString::fromUtf8("<p>\xc3\xa4</p>"));
    QVERIFY(writeFileDurably(folder.filePath(key("j-1")), QByteArray((3 << 20) + 1, 'x')));
    QCOMPARE(world.call("report.read", {{key("job"), key("j-1")}}).error().code, ErrorCode::FileUnreadable);
    QCOMPARE(world.call("report.read", {{key("job"), key("j-x")}}).error().code, ErrorCode::JobUnknown);
}

void TestAgentApi::diagnosticsAreListedWrittenAndRead()
{
    World world;
    const QTemporaryDir state;
    AgentApi api(world.jobs, world.source, world.engine, {state.path(), {}, [] {}});
    const auto call = [&](const char *method, const QJsonObject &params = {}) {
        return api.handle({QJsonValue(1), key(method), params}, world.outlet);
    };
    const QJsonArray list = call("diagnostics.list")->value(key("entries")).toArray();
    QCOMPARE(list.at(0).toObject().value(key("name")).toString(), key("system.json"));
    QVERIFY(list.at(0).toObject().value(key("bytes")).toInt() > 0);
    const QJsonObject made = *call("diagnostics");
    QCOMPARE(made.value(key("entries")).toArray().size(), list.size());
    const QString path = made.value(key("path")).toString();
    const QJsonObject part = *call("diagnostics.read", {{key("path"), path}, {key("offset"), 2}});
    QCOMPARE(part.value(key("bytes")).toInteger(), QFileInfo(path).size());
    QCOMPARE(QByteArray::fromBase64(part.value(key("data")).toString().toLatin1()), readFile(path)->mid(2));
    QCOMPARE(call("diagnostics.read", {{key("path"), key("/etc/passwd")}}).error().code, ErrorCode::FileUnreadable);
    QCOMPARE(call("diagnostics.read", {{key("path"), path}, {key("offset"), -1}}).error().code, ErrorCode::RequestMalformed);
}

void TestAgentApi::shutdownAsksTheProgramToEnd()
{
    World world;
    QVERIFY(world.call("shutdown"));
    QVERIFY(world.quit);
}

QTEST_GUILESS_MAIN(TestAgentApi)
#include "tst_agentapi.moc"
