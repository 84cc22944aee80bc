#include "simfixture.h"

#include <QJsonArray>
#include <QTest>

using namespace edgelift;
using test::Parameters;
using test::SimFixture;

class NetworkTest : public QObject
{
    Q_OBJECT

    static QString vpcStatus(SimFixture &sim, const QString &id)
    {
        return sim
            .first("DescribeVpcs", QStringLiteral("vpc"), {{QStringLiteral("VpcId"), id}}, QStringLiteral("Vpcs"), QStringLiteral("Vpc"))
            .value(QLatin1String("Status"))
            .toString();
    }

private Q_SLOTS:
    void createdVpcIsPendingFirst()
    {
        SimFixture sim(1);
        const QString id = sim.vpc("CreateVpc", {}).body.value(QLatin1String("VpcId")).toString();
        QCOMPARE(vpcStatus(sim, id), QStringLiteral("Pending"));
        const Parameters vSwitch{{QStringLiteral("VpcId"), id}, {QStringLiteral("ZoneId"), QStringLiteral("cn-beijing-h")},
            {QStringLiteral("CidrBlock"), QStringLiteral("172.16.0.0/24")}};
        QCOMPARE(sim.refusal(QStringLiteral("vpc"), "CreateVSwitch", vSwitch), QStringLiteral("IncorrectVpcStatus"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "CreateSecurityGroup", {{QStringLiteral("VpcId"), id}}),
            QStringLiteral("IncorrectVpcStatus"));
        sim.clock.pass(1);
        QCOMPARE(vpcStatus(sim, id), QStringLiteral("Available"));
        QCOMPARE(sim.refusal(QStringLiteral("vpc"), "CreateVSwitch", vSwitch), QString());
    }

    void eleventhVpcIsOverTheQuota()
    {
        SimFixture sim;
        for (int n = 0; n < 10; ++n)
            QCOMPARE(sim.vpc("CreateVpc", {}).status, 200);
        QCOMPARE(sim.refusal(QStringLiteral("vpc"), "CreateVpc", {}), QStringLiteral("QuotaExceeded.Vpc"));
        QCOMPARE(
            sim.refusal(QStringLiteral("vpc"), "CreateVpc", {{QStringLiteral("RegionId"), QStringLiteral("ap-southeast-1")}}), QString());
    }

    void wrongNetworksAreRefused_data()
    {
        QTest::addColumn<QString>("cidr");
        for (const char *cidr : {"10.0.0.1/8", "10.0.0.0/7", "10.0.0.0/29", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/16", "224.0.0.0/8",
                 "300.0.0.0/8", "10.0.0.0", "words"})
            QTest::newRow(cidr) << QString::fromLatin1(cidr);
    }
    void wrongNetworksAreRefused()
    {
        QFETCH(QString, cidr);
        SimFixture sim;
        QCOMPARE(sim.refusal(QStringLiteral("vpc"), "CreateVpc", {{QStringLiteral("CidrBlock"), cidr}}),
            QStringLiteral("InvalidCidrBlock.Malformed"));
    }

    void vSwitchesOfAVpcDoNotOverlap()
    {
        SimFixture sim;
        sim.makeNetwork();
        const auto make = [&](const char *cidr, const char *zone = "cn-beijing-h") {
            return sim.refusal(QStringLiteral("vpc"), "CreateVSwitch",
                {{QStringLiteral("VpcId"), sim.vpcId}, {QStringLiteral("ZoneId"), QLatin1String(zone)},
                    {QStringLiteral("CidrBlock"), QLatin1String(cidr)}});
        };
        QCOMPARE(make("192.168.1.128/25"), QStringLiteral("InvalidCidrBlock.Overlapped"));
        QCOMPARE(make("192.168.0.0/16"), QStringLiteral("InvalidCidrBlock.Overlapped"));
        QCOMPARE(make("10.0.0.0/24"), QStringLiteral("InvalidCidrBlock.Malformed"));
        QCOMPARE(make("192.168.2.0/30"), QStringLiteral("InvalidCidrBlock.Malformed"));
        QCOMPARE(make("192.168.2.0/24", "cn-hangzhou-h"), QStringLiteral("InvalidZoneId.NotFound"));
        QCOMPARE(make("192.168.2.0/24"), QString());
    }

    void networkGoesInTheRightOrderOnly()
    {
        SimFixture sim;
        sim.makeNetwork();
        const QString instance = sim.runInstance(sim.runParameters());
        QVERIFY(!instance.isEmpty());
        const Parameters vpc{{QStringLiteral("VpcId"), sim.vpcId}}, vSwitch{{QStringLiteral("VSwitchId"), sim.vSwitchId}},
            group{{QStringLiteral("SecurityGroupId"), sim.groupId}};
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "DeleteSecurityGroup", group), QStringLiteral("DependencyViolation"));
        QCOMPARE(sim.refusal(QStringLiteral("vpc"), "DeleteVSwitch", vSwitch), QStringLiteral("DependencyViolation"));
        QCOMPARE(sim.refusal(QStringLiteral("vpc"), "DeleteVpc", vpc), QStringLiteral("DependencyViolation.VSwitch"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "DeleteInstance",
                     {{QStringLiteral("InstanceId"), instance}, {QStringLiteral("Force"), QStringLiteral("true")}}),
            QString());
        QCOMPARE(sim.refusal(QStringLiteral("vpc"), "DeleteVSwitch", vSwitch), QString());
        QCOMPARE(sim.refusal(QStringLiteral("vpc"), "DeleteVpc", vpc), QStringLiteral("DependencyViolation.SecurityGroup"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "DeleteSecurityGroup", group), QString());
        QCOMPARE(sim.refusal(QStringLiteral("vpc"), "DeleteVpc", vpc), QString());
        QCOMPARE(sim.refusal(QStringLiteral("vpc"), "DeleteVpc", vpc), QStringLiteral("InvalidVpcId.NotFound"));
    }

    void rulesAreKeptAndARepeatedOneSucceeds()
    {
        SimFixture sim;
        sim.makeNetwork();
        const Parameters rules{{QStringLiteral("SecurityGroupId"), sim.groupId},
            {QStringLiteral("Permissions.1.IpProtocol"), QStringLiteral("TCP")},
            {QStringLiteral("Permissions.1.PortRange"), QStringLiteral("8080/8080")},
            {QStringLiteral("Permissions.1.SourceCidrIp"), QStringLiteral("1.2.3.4/32")},
            {QStringLiteral("Permissions.2.IpProtocol"), QStringLiteral("TCP")},
            {QStringLiteral("Permissions.2.PortRange"), QStringLiteral("8703/8703")},
            {QStringLiteral("Permissions.2.SourceCidrIp"), QStringLiteral("1.2.3.4")}};
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "AuthorizeSecurityGroup", rules), QString());
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "AuthorizeSecurityGroup", rules), QString());
        const QJsonArray shown = sim.ecs("DescribeSecurityGroupAttribute", {{QStringLiteral("SecurityGroupId"), sim.groupId}})
                                     .body.value(QLatin1String("Permissions"))
                                     .toObject()
                                     .value(QLatin1String("Permission"))
                                     .toArray();
        QCOMPARE(shown.size(), 2);
        QCOMPARE(shown.at(1).toObject().value(QLatin1String("PortRange")).toString(), QStringLiteral("8703/8703"));
    }

    void wrongRulesAreRefused_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("code");
        const auto row = [](const char *name, const char *key, const char *value, const char *code) {
            QTest::newRow(name) << QString::fromLatin1(key) << QString::fromLatin1(value) << QString::fromLatin1(code);
        };
        row("unknown protocol", "IpProtocol", "SCTP", "InvalidIpProtocol.ValueNotSupported");
        row("ports the wrong way round", "PortRange", "9/8", "InvalidPortRange.Malformed");
        row("port 0", "PortRange", "0/8080", "InvalidPortRange.Malformed");
        row("no source", "SourceCidrIp", "", "MissingParameter.Source");
        row("source is no network", "SourceCidrIp", "1.2.3", "InvalidParam.SourceIp");
        row("priority", "Priority", "101", "InvalidPriority.ValueNotSupported");
    }
    void wrongRulesAreRefused()
    {
        QFETCH(QString, key);
        QFETCH(QString, value);
        QFETCH(QString, code);
        SimFixture sim;
        sim.makeNetwork();
        Parameters rule{{QStringLiteral("SecurityGroupId"), sim.groupId},
            {QStringLiteral("Permissions.1.IpProtocol"), QStringLiteral("tcp")},
            {QStringLiteral("Permissions.1.PortRange"), QStringLiteral("8080/8080")},
            {QStringLiteral("Permissions.1.SourceCidrIp"), QStringLiteral("0.0.0.0/0")}};
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "AuthorizeSecurityGroup", rule), QString());
        rule.insert(QStringLiteral("Permissions.1.") + key, value);
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "AuthorizeSecurityGroup", rule), code);
    }

    void unknownRegionIsRefused()
    {
        SimFixture sim;
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "DescribeZones", {{QStringLiteral("RegionId"), QStringLiteral("mars-1")}}),
            QStringLiteral("InvalidRegionId.NotFound"));
    }

    void tagsFilter()
    {
        SimFixture sim;
        sim.makeNetwork();
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "TagResources",
                     {{QStringLiteral("ResourceType"), QStringLiteral("securitygroup")}, {QStringLiteral("ResourceId.1"), sim.groupId},
                         {QStringLiteral("Tag.1.Key"), QStringLiteral("job")}, {QStringLiteral("Tag.1.Value"), QStringLiteral("j-1")}}),
            QString());
        const auto count = [&](const char *value) {
            return sim
                .ecs("DescribeSecurityGroups",
                    {{QStringLiteral("Tag.1.Key"), QStringLiteral("job")}, {QStringLiteral("Tag.1.Value"), QLatin1String(value)}})
                .body.value(QLatin1String("TotalCount"))
                .toInt();
        };
        QCOMPARE(count("j-1"), 1);
        QCOMPARE(count("j-2"), 0);
        QCOMPARE(sim.refusal(QStringLiteral("vpc"), "CreateVpc", {{QStringLiteral("Tag.1.Key"), QStringLiteral("acs:x")}}),
            QStringLiteral("InvalidTagKey.Malformed"));
    }
};

QTEST_GUILESS_MAIN(NetworkTest)
#include "tst_simcloudnetwork.moc"
