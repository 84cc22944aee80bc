#include "core/cloud/ecsapi.h"
#include "core/cloud/ecsimageapi.h"
#include "core/cloud/ensapi.h"
#include "core/cloud/ramapi.h"
#include "core/cloud/smcapi.h"
#include "core/cloud/stsapi.h"
#include "core/cloud/vpcapi.h"
#include "tests/unit/cloud/apishapes.h"
#include "tests/unit/cloud/faketransport.h"

#include <QtTest>

namespace edgelift::test {

class CloudCalls final : public QObject
{
    Q_OBJECT
    struct Bench
    {
        FakeTransport network;
        FakeCredentials credentials;
        FakeClock clock;
        RpcClient client{CloudAccess{network, credentials, clock, {3}}, Endpoints()};
        EcsApi ecs{client, QStringLiteral("cn-beijing")};
        EcsImageApi images{client, QStringLiteral("cn-beijing")};
        VpcApi vpc{client, QStringLiteral("cn-beijing")};
        EnsApi ens{client};
        StsApi sts{client};
        SmcApi smc{client};
        RamApi ram{client};
    };
    static QString s(const char *text) { return QString::fromUtf8(text); }
    static Tags tags() { return {{s("edgelift:job"), s("j-1")}, {s("edgelift:source"), s("s-1")}}; }
    static ecs::NewInstance instance()
    {
        ecs::NewInstance out;
        out.zoneId = s("cn-beijing-h");
        out.imageId = s("debian_12");
        out.instanceType = s("ecs.t6-c1m1.large");
        out.securityGroupId = s("sg-1");
        out.vSwitchId = s("vsw-1");
        out.name = s("No_Delete_SMC_Transition_Instance");
        out.description = s("transit");
        out.systemDisk = {40, s("cloud_essd"), s("system")};
        out.dataDisks = {{20, s("cloud_essd"), s("data-1")}, {100, s("cloud_essd"), {}}};
        out.userData = "#!/bin/sh\n";
        out.internetMbps = 100;
        out.releaseAt = QDateTime(QDate(2025, 6, 2), QTime(8, 30), Qt::UTC);
        out.tags = tags();
        return out;
    }
    static ens::NewImage edgeImage()
    {
        return {s("web"), s("cn-beijing"), s("raw"), s("debian"), s("12"), s("Aliyun"),
            {{s("cn-beijing"), s("b"), s("k1")}, {s("cn-beijing"), s("b"), s("k2")}}};
    }
    static void callEcs(const Bench &bench)
    {
        const std::stop_token stop;
        (void)bench.ecs.describeRegions(stop);
        (void)bench.ecs.describeZones(stop);
        using Kind = ecs::AvailableQuery::Kind;
        (void)bench.ecs.describeAvailableResource({Kind::InstanceType, s("z"), {}, {}, 1, 0.5}, stop);
        (void)bench.ecs.describeAvailableResource({Kind::SystemDisk, {}, s("t"), {}}, stop);
        (void)bench.ecs.describeAvailableResource({Kind::DataDisk, {}, s("t"), s("cloud_essd")}, stop);
        (void)bench.ecs.describePrice(instance(), stop);
        (void)bench.ecs.runInstance(instance(), s("token"), stop);
        (void)bench.ecs.describeInstances({s("i-1"), s("i-2")}, {}, stop);
        (void)bench.ecs.describeInstances({}, tags(), stop);
        (void)bench.ecs.stopInstance(s("i-1"), true, stop);
        (void)bench.ecs.deleteInstance(s("i-1"), stop);
        (void)bench.ecs.describeDisks(s("i-1"), {s("d-1")}, tags(), stop);
        (void)bench.ecs.deleteDisk(s("d-1"), stop);
        (void)bench.ecs.createSecurityGroup(s("vpc-1"), s("edgelift"), tags(), s("token"), stop);
        (void)bench.ecs.authorizeSecurityGroup(s("sg-1"),
            {{s("TCP"), 8080, 8080, s("203.0.113.7/32"), s("control")}, {s("ICMP"), -1, -1, s("0.0.0.0/0"), {}}}, s("token"), stop);
        (void)bench.ecs.describeSecurityGroups(s("sg-1"), s("vpc-1"), tags(), stop);
        (void)bench.ecs.deleteSecurityGroup(s("sg-1"), stop);
    }
    static void callImages(const Bench &bench)
    {
        const std::stop_token stop;
        (void)bench.images.createSnapshot(s("d-1"), s("edgelift-1"), tags(), s("token"), stop);
        (void)bench.images.describeSnapshots({s("s-1")}, tags(), stop);
        (void)bench.images.deleteSnapshot(s("s-1"), stop);
        (void)bench.images.describeImages({{s("m-1"), s("m-2")}, s("web"), s("self"), s("x86_64"), s("linux"), s("ecs.t6"), tags()}, stop);
        (void)bench.images.createImage({s("web"), s("text"), s("Debian"), s("x86_64"), s("BIOS"),
                                           {{s("s-1"), true, s("/dev/xvda"), 40}, {s("s-2"), false, s("/dev/xvdb"), 0}}, tags()},
            s("token"), stop);
        (void)bench.images.deleteImage(s("m-1"), stop);
        (void)bench.images.exportImage(s("m-1"), s("transit"), s("web"), s("raw"), stop);
        (void)bench.images.describeTask(s("t-1"), stop);
        (void)bench.images.cancelTask(s("t-1"), stop);
    }
    static void callOthers(const Bench &bench)
    {
        const std::stop_token stop;
        (void)bench.vpc.createVpc(s("192.168.0.0/16"), s("edgelift"), tags(), s("token"), stop);
        (void)bench.vpc.describeVpcs(s("vpc-1"), tags(), stop);
        (void)bench.vpc.deleteVpc(s("vpc-1"), stop);
        (void)bench.vpc.createVSwitch({s("vpc-1"), s("cn-beijing-h"), s("192.168.1.0/24"), s("edgelift"), tags()}, s("token"), stop);
        (void)bench.vpc.describeVSwitches(s("vsw-1"), s("vpc-1"), tags(), stop);
        (void)bench.vpc.deleteVSwitch(s("vsw-1"), stop);
        (void)bench.ens.describeEnsRegions(stop);
        (void)bench.ens.importImage(edgeImage(), stop);
        (void)bench.ens.describeSelfImages(s("m-1"), s("web"), stop);
        (void)bench.ens.deleteImage(s("m-1"), stop);
        (void)bench.sts.getCallerIdentity(stop);
        (void)bench.sts.assumeRole({s("acs:ram::1:role/r"), s("session"), s("{}"), std::chrono::seconds(900)}, stop);
        (void)bench.smc.createAccessToken({s("web"), s("text"), 2, 1}, stop);
        (void)bench.smc.listAccessTokens({s("at-1")}, stop);
        (void)bench.smc.disableAccessToken(s("at-1"), stop);
        (void)bench.smc.deleteAccessToken(s("at-1"), stop);
        (void)bench.smc.describeSourceServers({s("s-1")}, stop);
        (void)bench.ram.roleArn(s("AliyunECSImageExportDefaultRole"), stop);
        (void)bench.ram.createRole(s("r"), s("{}"), s("text"), stop);
        (void)bench.ram.attachSystemPolicy(s("r"), s("AliyunECSImageExportRolePolicy"), stop);
    }

private Q_SLOTS:
    void everyParameterOfEveryCallIsKnownToTheVendor()
    {
        Bench bench;
        bench.network.otherwise = [](const HttpRequest &) { return HttpReply{200, {}, "{}"}; };
        callEcs(bench);
        callImages(bench);
        callOthers(bench);
        const ApiShapes shapes;
        QSet<QByteArray> actions;
        for (const HttpRequest &request : bench.network.requests) {
            actions.insert(headerOf(request, "x-acs-version") + headerOf(request, "x-acs-action"));
            QCOMPARE(shapes.problems(request), QStringList());
        }
        QCOMPARE(actions.size(), 44);
    }

    void theCheckOfParametersFindsMistakes()
    {
        const ApiShapes shapes;
        const auto problems = [&shapes](const QByteArray &action, const char *query) {
            HttpRequest request;
            request.url = QUrl(QLatin1String("https://h/?") + QLatin1String(query));
            request.headers = {{"x-acs-action", action}, {"x-acs-version", "2014-05-26"}};
            return shapes.problems(request).size();
        };
        QCOMPARE(problems("DeleteImage", "RegionId=r&ImageId=m"), 0);
        QCOMPARE(problems("DeleteImage", "RegionId=r"), 1);
        QCOMPARE(problems("DeleteImage", "RegionId=r&ImageId=m&Forced=true"), 1);
        QCOMPARE(problems("DeleteImage", "RegionId=r&ImageId=m&Force=yes"), 1);
        QCOMPARE(problems("DeleteSnapshot", "SnapshotId=s&Tag.1.Key=a"), 1);
        QCOMPARE(problems("CreateSnapshot", "DiskId=d&Tag.0.Key=a"), 1);
        QCOMPARE(problems("CreateSnapshot", "DiskId=d&Tag.1.Name=a"), 1);
        QCOMPARE(problems("CreateSnapshot", "DiskId=d&Tag.1.Key=a&RetentionDays=x"), 1);
        QCOMPARE(problems("DescribeNothing", ""), 1);
    }

    void createCallsCarryTheirClientToken()
    {
        Bench bench;
        bench.network.otherwise = [](const HttpRequest &) { return HttpReply{200, {}, "{}"}; };
        callEcs(bench);
        callImages(bench);
        callOthers(bench);
        const QSet<QByteArray> without{"CreateAccessToken", "CreateRole"}; // the vendor's calls have none
        for (const HttpRequest &request : bench.network.requests) {
            const QByteArray action = headerOf(request, "x-acs-action");
            const bool makes = action.startsWith("Create") || action.startsWith("Run") || action.startsWith("Authorize");
            if (makes && !without.contains(action))
                QCOMPARE(parameterOf(request, "ClientToken"), s("token"));
        }
    }

    void anInstanceIsAskedForAsTheCloudWantsIt()
    {
        Bench bench;
        bench.network.answer(200, R"({"InstanceIdSets":{"InstanceIdSet":["i-7"]}})");
        const Result<QString> id = bench.ecs.runInstance(instance(), s("token"), {});
        QVERIFY(id);
        QCOMPARE(*id, s("i-7"));
        const HttpRequest &sent = bench.network.requests.first();
        QCOMPARE(QByteArray::fromBase64(parameterOf(sent, "UserData").toLatin1()), QByteArray("#!/bin/sh\n"));
        QCOMPARE(parameterOf(sent, "DataDisk.2.Size"), s("100"));
        QCOMPARE(parameterOf(sent, "DataDisk.2.DeleteWithInstance"), s("true"));
        QCOMPARE(parameterOf(sent, "AutoReleaseTime"), s("2025-06-02T08:30:00Z"));
        QCOMPARE(parameterOf(sent, "InternetMaxBandwidthOut"), s("100"));
        QCOMPARE(parameterOf(sent, "Tag.1.Key"), s("edgelift:job"));
        QVERIFY(!sent.body.isEmpty() && !sent.url.hasQuery());
    }

    void anUnansweredCreateIsResolvedThroughItsClientToken()
    {
        Bench bench;
        bench.network.fail(ErrorCode::CloudTimedOut).answer(200, R"({"InstanceIdSets":{"InstanceIdSet":["i-7"]}})");
        const Result<QString> id = bench.ecs.runInstance(instance(), s("token"), {});
        QVERIFY(id);
        QCOMPARE(bench.network.requests.size(), 2);
        QCOMPARE(parameterOf(bench.network.requests.at(0), "ClientToken"), parameterOf(bench.network.requests.at(1), "ClientToken"));
        Bench tokenless;
        tokenless.network.fail(ErrorCode::CloudTimedOut);
        QVERIFY(!tokenless.ecs.runInstance(instance(), {}, {}));
        QCOMPARE(tokenless.network.requests.size(), 1);
    }

    void anUnansweredImportIsLookedForAndNeverAskedForTwice()
    {
        Bench found;
        found.network.fail(ErrorCode::CloudTimedOut)
            .answer(200,
                R"({"Code":0,"TotalCount":2,"Images":{"Image":[{"ImageId":"m-8","ImageName":"web-2"},{"ImageId":"m-9","ImageName":"web"}]}})");
        const Result<QString> id = found.ens.importImage(edgeImage(), {});
        QVERIFY(id);
        QCOMPARE(*id, s("m-9"));
        Bench none;
        none.network.fail(ErrorCode::CloudTimedOut).answer(200, R"({"Code":0,"TotalCount":0,"Images":{"Image":[]}})");
        const Result<QString> unknown = none.ens.importImage(edgeImage(), {});
        QVERIFY(!unknown);
        QCOMPARE(unknown.error().code, ErrorCode::CloudTimedOut);
        QCOMPARE(headerOf(none.network.requests.last(), "x-acs-action"), QByteArray("DescribeSelfImages"));
    }

    void anExportThatRunsAlreadyIsFound_data()
    {
        QTest::addColumn<bool>("refused");
        QTest::newRow("the first call got no answer") << false;
        QTest::newRow("the cloud says that it runs") << true;
    }

    void anExportThatRunsAlreadyIsFound()
    {
        QFETCH(bool, refused);
        Bench bench;
        if (refused)
            bench.network.refuse(403, "ImageIsExporting");
        else
            bench.network.fail(ErrorCode::CloudTimedOut);
        bench.network.answer(200, R"({"TotalCount":3,"TaskSet":{"Task":[
            {"TaskId":"t-1","TaskStatus":"Failed","ResourceId":"m-1","CreationTime":"2025-06-01T08:00:00Z"},
            {"TaskId":"t-2","TaskStatus":"Processing","ResourceId":"m-1","CreationTime":"2025-06-01T07:00:00Z"},
            {"TaskId":"t-3","TaskStatus":"Processing","ResourceId":"m-2","CreationTime":"2025-06-01T09:00:00Z"}]}})");
        const Result<QString> task = bench.images.exportImage(s("m-1"), s("b"), s("p"), {}, {});
        QVERIFY(task);
        QCOMPARE(*task, s("t-2"));
        QCOMPARE(bench.network.requests.size(), 2);
    }

    void anExportThatWasRefusedStaysRefused()
    {
        Bench bench;
        bench.network.refuse(403, "NoSetRoletoECSServiceAcount");
        QCOMPARE(bench.images.exportImage(s("m-1"), s("b"), s("p"), {}, {}).error().code, ErrorCode::RoleMissing);
        QCOMPARE(bench.network.requests.size(), 1);
    }

    void longListsAreFollowedToTheirEnd()
    {
        Bench bench;
        bench.network.answer(200, R"({"NextToken":"n1","Instances":{"Instance":[{"InstanceId":"i-1"}]}})")
            .answer(200, R"({"NextToken":"","Instances":{"Instance":[{"InstanceId":"i-2"}]}})");
        const Result<QList<ecs::Instance>> instances = bench.ecs.describeInstances({}, tags(), {});
        QVERIFY(instances);
        QCOMPARE(instances->size(), 2);
        QCOMPARE(parameterOf(bench.network.requests.at(1), "NextToken"), s("n1"));

        Bench numbered;
        numbered.network.answer(200, R"({"TotalCount":2,"Images":{"Image":[{"ImageId":"m-1"}]}})")
            .answer(200, R"({"TotalCount":2,"Images":{"Image":[{"ImageId":"m-2"}]}})");
        const Result<QList<ecs::Image>> images = numbered.images.describeImages({}, {});
        QVERIFY(images);
        QCOMPARE(images->size(), 2);
        QCOMPARE(parameterOf(numbered.network.requests.at(1), "PageNumber"), s("2"));
    }

    void aCloudThatRepeatsItsPagesDoesNotHoldUsForEver()
    {
        Bench bench;
        bench.network.otherwise = [](const HttpRequest &) {
            return HttpReply{200, {}, R"({"NextToken":"same","Disks":{"Disk":[{"DiskId":"d-1"}]}})"};
        };
        QVERIFY(bench.ecs.describeDisks({}, {}, {}, {}));
        QCOMPARE(bench.network.requests.size(), 2);
    }

    void repliesBecomeValues()
    {
        Bench bench;
        bench.network.answer(200, R"({"Instances":{"Instance":[{"InstanceId":"i-1","Status":"Running","ZoneId":"z",
            "PublicIpAddress":{"IpAddress":[]},"EipAddress":{"IpAddress":"203.0.113.9"},"CreationTime":"2025-06-01T08:30Z",
            "VpcAttributes":{"VpcId":"vpc-1","VSwitchId":"vsw-1","PrivateIpAddress":{"IpAddress":["192.168.1.2"]}},
            "OperationLocks":{"LockReason":[{"LockReason":"financial"}]},"Tags":{"Tag":[{"TagKey":"a","TagValue":"b"}]}}]}})");
        const ecs::Instance one = bench.ecs.describeInstances({s("i-1")}, {}, {})->first();
        QCOMPARE(one.state, ecs::InstanceState::Running);
        QCOMPARE(one.publicAddress, s("203.0.113.9"));
        QCOMPARE(one.privateAddress, s("192.168.1.2"));
        QCOMPARE(one.created, QDateTime(QDate(2025, 6, 1), QTime(8, 30), Qt::UTC));
        QCOMPARE(one.lockReasons, QStringList{s("financial")});
        QCOMPARE(one.tags.value(s("a")), s("b"));

        bench.network.answer(200, R"({"TaskId":"t","TaskStatus":"Failed","TaskProcess":"42%","OperationProgressSet":{"OperationProgress":
            [{"OperationStatus":"Failed","ErrorCode":"InvalidOSSBucket.NotFound","ErrorMsg":"gone"}]}})");
        const ecs::Task task = *bench.images.describeTask(s("t"), {});
        QCOMPARE(task.state, ecs::TaskState::Failed);
        QCOMPARE(task.percent, 42);
        QCOMPARE(task.errorCode, s("InvalidOSSBucket.NotFound"));

        bench.network.answer(200, R"({"AvailableZones":{"AvailableZone":[{"ZoneId":"z","AvailableResources":{"AvailableResource":[
            {"Type":"InstanceType","SupportedResources":{"SupportedResource":[
            {"Value":"a","Status":"Available","StatusCategory":"WithStock"},
            {"Value":"b","Status":"Available","StatusCategory":"ClosedWithStock"},
            {"Value":"c","Status":"SoldOut","StatusCategory":"WithoutStock"},
            {"Value":"d","Status":"Available","StatusCategory":"ClosedWithoutStock"}]}}]}}]}})");
        const QList<ecs::Available> stock = *bench.ecs.describeAvailableResource({}, {});
        QList<bool> inStock;
        for (const ecs::Available &item : stock)
            inStock.append(item.inStock);
        QCOMPARE(inStock, (QList<bool>{true, true, false, false}));

        bench.network.answer(200,
            R"({"Code":0,"TotalCount":1,"Images":{"Image":[{"ImageId":"m","ImageName":"w","Status":"Upload_failed","ImageSize":"40"}]}})");
        const ens::Image image = bench.ens.describeSelfImages(s("m"), {}, {})->first();
        QCOMPARE(image.state, ens::ImageState::UploadFailed);
        QCOMPARE(image.sizeGiB, 40);
    }

    void strangeRepliesBecomeEmptyValuesNotCrashes()
    {
        for (const QByteArray &body : {QByteArray(R"({"Instances":[]})"), QByteArray(R"({"Instances":{"Instance":"x"}})"),
                 QByteArray(R"({"Instances":{"Instance":[1,null,{"Status":7}]}})"), QByteArray("{}")}) {
            Bench bench;
            bench.network.answer(200, body);
            const Result<QList<ecs::Instance>> instances = bench.ecs.describeInstances({s("i")}, {}, {});
            QVERIFY(instances);
            for (const ecs::Instance &one : *instances)
                QCOMPARE(one.state, ecs::InstanceState::Unknown);
        }
        Bench bench;
        bench.network.answer(200, R"({"SnapshotId":5})");
        QCOMPARE(bench.images.createSnapshot(s("d"), s("n"), {}, s("t"), {}).error().code, ErrorCode::CloudReplyUnreadable);
    }

    void aRoleIsMadeOnceAndItsAbsenceIsNotAnError()
    {
        Bench bench;
        bench.network.refuse(404, "EntityNotExist.Role");
        const Result<QString> none = bench.ram.roleArn(s("r"), {});
        QVERIFY(none && none->isEmpty());
        bench.network.refuse(409, "EntityAlreadyExists.Role").answer(200, R"({"Role":{"Arn":"acs:ram::1:role/r"}})");
        QCOMPARE(*bench.ram.createRole(s("r"), s("{}"), {}, {}), s("acs:ram::1:role/r"));
        bench.network.refuse(409, "EntityAlreadyExists.Role.Policy");
        QVERIFY(bench.ram.attachSystemPolicy(s("r"), s("p"), {}));
    }
};

}

QTEST_APPLESS_MAIN(edgelift::test::CloudCalls)
#include "tst_cloudcalls.moc"
