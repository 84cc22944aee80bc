#include "simfixture.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QTest>
#include <sys/stat.h>

using namespace edgelift;
using test::Parameters;
using test::SimFixture;

class InstancesTest : public QObject
{
    Q_OBJECT

    static QJsonObject instance(SimFixture &sim, const QString &id)
    {
        return sim.first("DescribeInstances", QStringLiteral("ecs"), {{QStringLiteral("InstanceIds"), QStringLiteral("[\"%1\"]").arg(id)}},
            QStringLiteral("Instances"), QStringLiteral("Instance"));
    }
    static QString status(SimFixture &sim, const QString &id) { return instance(sim, id).value(QLatin1String("Status")).toString(); }
    static QString idOf(const ActionReply &reply)
    {
        return reply.body.value(QLatin1String("InstanceIdSets"))
            .toObject()
            .value(QLatin1String("InstanceIdSet"))
            .toArray()
            .first()
            .toString();
    }
    static QJsonArray disks(SimFixture &sim, const QString &instanceId)
    {
        return sim.ecs("DescribeDisks", {{QStringLiteral("InstanceId"), instanceId}})
            .body.value(QLatin1String("Disks"))
            .toObject()
            .value(QLatin1String("Disk"))
            .toArray();
    }
    static Parameters of(const QString &id) { return {{QStringLiteral("InstanceId"), id}}; }

private Q_SLOTS:
    void instanceIsInvisibleThenPendingThenRunning()
    {
        SimFixture sim(1);
        sim.makeNetwork();
        const QString id = idOf(sim.ecs("RunInstances", sim.runParameters()));
        sim.world->waitForWork();
        QVERIFY(id.startsWith(QLatin1String("i-")));
        QCOMPARE(status(sim, id), QString());
        sim.clock.pass(0.4);
        QCOMPARE(status(sim, id), QStringLiteral("Pending"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "DeleteInstance",
                     {{QStringLiteral("InstanceId"), id}, {QStringLiteral("Force"), QStringLiteral("true")}}),
            QStringLiteral("IncorrectInstanceStatus.Initializing"));
        sim.clock.pass(1);
        QCOMPARE(status(sim, id), QStringLiteral("Running"));
    }

    void launchedWithItsUserDataAndDisks()
    {
        SimFixture sim;
        sim.makeNetwork();
        const QString id = sim.runInstance(sim.runParameters(21));
        QCOMPARE(sim.host.launched.size(), 1);
        const InstanceSpec spec = sim.host.launched.first();
        QCOMPARE(spec.id, id);
        QCOMPARE(instance(sim, id)
                     .value(QLatin1String("PublicIpAddress"))
                     .toObject()
                     .value(QLatin1String("IpAddress"))
                     .toArray()
                     .first()
                     .toString(),
            spec.address);
        QFile userData(spec.folder + QStringLiteral("/user-data"));
        QVERIFY(userData.open(QIODevice::ReadOnly));
        QCOMPARE(userData.readAll(), QByteArray("#!/bin/sh\necho hello\n"));
        QCOMPARE(int(userData.permissions() & (QFile::ReadGroup | QFile::ReadOther)), 0);
        const QJsonArray all = disks(sim, id);
        QCOMPARE(all.size(), 2);
        QCOMPARE(spec.disks.size(), 2);
        QCOMPARE(spec.disks.at(0).device, QStringLiteral("vda"));
        QCOMPARE(spec.disks.at(1).device, QStringLiteral("vdb"));
        QCOMPARE(all.at(1).toObject().value(QLatin1String("Device")).toString(), QStringLiteral("/dev/xvdb"));
        QCOMPARE(all.at(1).toObject().value(QLatin1String("SerialNumber")).toString(), spec.disks.at(1).serial);
        QCOMPARE(all.at(1).toObject().value(QLatin1String("DiskId")).toString(), QStringLiteral("d-") + spec.disks.at(1).serial);
        QCOMPARE(QFileInfo(spec.disks.at(1).path).size(), 21LL << 30);
        struct stat facts
        {
        };
        QCOMPARE(::stat(QFile::encodeName(spec.disks.at(1).path).constData(), &facts), 0);
        QVERIFY(facts.st_blocks * 512 < (1 << 20));
    }

    void withoutAPublicAddressThePrivateOneIsReachable()
    {
        SimFixture sim;
        sim.makeNetwork();
        Parameters parameters = sim.runParameters();
        parameters.remove(QStringLiteral("InternetMaxBandwidthOut"));
        const QJsonObject shown = instance(sim, sim.runInstance(parameters));
        QVERIFY(shown.value(QLatin1String("PublicIpAddress")).toObject().value(QLatin1String("IpAddress")).toArray().isEmpty());
        QCOMPARE(shown.value(QLatin1String("VpcAttributes"))
                     .toObject()
                     .value(QLatin1String("PrivateIpAddress"))
                     .toObject()
                     .value(QLatin1String("IpAddress"))
                     .toArray()
                     .first()
                     .toString(),
            sim.host.launched.first().address);
    }

    void wrongRequestsAreRefusedBeforeAnythingExists_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("code");
        const auto row = [](const char *key, const QString &value, const char *code) {
            QTest::addRow("%s=%s", key, qPrintable(value.left(30))) << QString::fromLatin1(key) << value << QString::fromLatin1(code);
        };
        row("ImageId", QStringLiteral("m-none"), "InvalidImageId.NotFound");
        row("InstanceType", QStringLiteral("ecs.none.large"), "InvalidInstanceType.NotFound");
        row("VSwitchId", QStringLiteral("vsw-none"), "InvalidVSwitchId.NotFound");
        row("VSwitchId", QString(), "MissingParameter");
        row("ZoneId", QStringLiteral("cn-beijing-k"), "InvalidParameter.Conflict");
        row("SecurityGroupId", QStringLiteral("sg-none"), "InvalidSecurityGroupId.NotFound");
        row("SystemDisk.Size", QStringLiteral("19"), "InvalidSystemDiskSize.LessThanImageSize");
        row("SystemDisk.Size", QStringLiteral("2049"), "InvalidSystemDiskSize.ValueNotSupported");
        row("SystemDisk.Category", QStringLiteral("cloud"), "InvalidSystemDiskCategory.ValueNotSupported");
        row("DataDisk.1.Category", QStringLiteral("floppy"), "InvalidDataDiskCategory.ValueNotSupported");
        row("DataDisk.1.Size", QStringLiteral("19"), "InvalidDataDiskSize.ValueNotSupported");
        row("DataDisk.1.Size", QStringLiteral("32769"), "InvalidDataDiskSize.ValueNotSupported");
        row("DataDisk.1.SnapshotId", QStringLiteral("s-none"), "InvalidSnapshotId.NotFound");
        row("UserData", QStringLiteral("not base64!"), "InvalidUserData.Base64FormatInvalid");
        row("UserData", QString::fromLatin1(QByteArray((32 << 10) + 1, 'x').toBase64()), "InvalidUserData.SizeExceeded");
        row("InstanceName", QStringLiteral("1"), "InvalidInstanceName.Malformed");
        row("AutoReleaseTime", QStringLiteral("2026-03-01T12:10:00Z"), "InvalidAutoReleaseTime.Malformed");
        row("Amount", QStringLiteral("21"), "QuotaExceed.ElasticQuota");
        row("DryRun", QStringLiteral("true"), "DryRunOperation");
    }
    void wrongRequestsAreRefusedBeforeAnythingExists()
    {
        QFETCH(QString, key);
        QFETCH(QString, value);
        QFETCH(QString, code);
        SimFixture sim;
        sim.makeNetwork();
        Parameters parameters = sim.runParameters();
        parameters.insert(key, value);
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "RunInstances", parameters), code);
        QVERIFY(sim.state->ids(QStringLiteral("instances")).isEmpty());
        QVERIFY(sim.state->ids(QStringLiteral("disks")).isEmpty());
    }

    void exactly32KiBOfUserDataAreTaken()
    {
        SimFixture sim;
        sim.makeNetwork();
        Parameters parameters = sim.runParameters();
        parameters.insert(QStringLiteral("UserData"), QString::fromLatin1(QByteArray(32 << 10, 'x').toBase64()));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "RunInstances", parameters), QString());
    }

    void groupOfAnotherVpcIsRefused()
    {
        SimFixture sim;
        sim.makeNetwork();
        const QString otherGroup = sim.groupId;
        const QString otherVpc = sim.vpcId;
        sim.makeNetwork();
        QVERIFY(otherVpc != sim.vpcId);
        Parameters parameters = sim.runParameters();
        parameters.insert(QStringLiteral("SecurityGroupId"), otherGroup);
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "RunInstances", parameters), QStringLiteral("InvalidSecurityGroup.VpcMismatch"));
    }

    void soldOutTypeIsShownAndRefused()
    {
        SimFixture sim;
        sim.makeNetwork();
        QFile faults(sim.folder.filePath(QStringLiteral("faults.json")));
        QVERIFY(faults.open(QIODevice::WriteOnly));
        faults.write(
            R"({"soldOut":["ecs.t6-c1m1.large","ecs.g7.large@cn-beijing-k"],"refuse":{"CreateSnapshot":{"status":403,"code":"InvalidAccountStatus.SnapshotServiceUnavailable","message":"m"}}})");
        faults.close();
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "RunInstances", sim.runParameters()), QStringLiteral("OperationDenied.NoStock"));
        QCOMPARE(
            sim.refusal(QStringLiteral("ecs"), "CreateSnapshot", {}), QStringLiteral("InvalidAccountStatus.SnapshotServiceUnavailable"));
        const auto zones = [&](const char *type) {
            const QJsonArray all = sim.ecs("DescribeAvailableResource",
                                          {{QStringLiteral("DestinationResource"), QStringLiteral("InstanceType")},
                                              {QStringLiteral("InstanceType"), QLatin1String(type)}})
                                       .body.value(QLatin1String("AvailableZones"))
                                       .toObject()
                                       .value(QLatin1String("AvailableZone"))
                                       .toArray();
            QStringList out;
            for (const QJsonValue &zone : all)
                out += zone.toObject().value(QLatin1String("Status")).toString();
            return out;
        };
        const QString available = QStringLiteral("Available"), soldOut = QStringLiteral("SoldOut");
        QCOMPARE(zones("ecs.t6-c1m1.large"), (QStringList{soldOut, soldOut, soldOut}));
        QCOMPARE(zones("ecs.g7.large"), (QStringList{available, soldOut, available}));
        QCOMPARE(zones("ecs.none"), QStringList());
    }

    void clientTokenMakesOneInstanceOnly()
    {
        SimFixture sim;
        sim.makeNetwork();
        Parameters parameters = sim.runParameters();
        parameters.insert(QStringLiteral("ClientToken"), QStringLiteral("token"));
        const QString id = idOf(sim.ecs("RunInstances", parameters));
        sim.world->waitForWork();
        sim.stop();
        sim.start(); // it is remembered
        QCOMPARE(idOf(sim.ecs("RunInstances", parameters)), id);
        QCOMPARE(sim.state->ids(QStringLiteral("instances")).size(), 1);
        parameters.insert(QStringLiteral("InstanceName"), QStringLiteral("other"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "RunInstances", parameters), QStringLiteral("IdempotentParameterMismatch"));
        parameters.insert(QStringLiteral("ClientToken"), QString(65, QLatin1Char('x')));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "RunInstances", parameters), QStringLiteral("InvalidClientToken.Malformed"));
    }

    void stoppingTakesTimeAndDeletingARunningOneNeedsForce()
    {
        SimFixture sim(1);
        sim.makeNetwork();
        const QString id = sim.runInstance(sim.runParameters());
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "DeleteInstance", of(id)), QStringLiteral("IncorrectInstanceStatus"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "StopInstance", of(id)), QString());
        QCOMPARE(status(sim, id), QStringLiteral("Stopping"));
        QVERIFY(sim.host.running.isEmpty());
        sim.clock.pass(1);
        QCOMPARE(status(sim, id), QStringLiteral("Stopped"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "DeleteInstance", of(id)), QString());
        QCOMPARE(status(sim, id), QString());
        QVERIFY(sim.state->ids(QStringLiteral("disks")).isEmpty());
        QCOMPARE(QDir(sim.folder.filePath(QStringLiteral("ecs/disks"))).entryList(QDir::Files), QStringList());
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "DeleteInstance", of(id)), QStringLiteral("InvalidInstanceId.NotFound"));
    }

    void protectedInstanceIsNotDeleted()
    {
        SimFixture sim;
        sim.makeNetwork();
        Parameters parameters = sim.runParameters();
        parameters.insert(QStringLiteral("DeletionProtection"), QStringLiteral("true"));
        const QString id = sim.runInstance(parameters);
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "DeleteInstance",
                     {{QStringLiteral("InstanceId"), id}, {QStringLiteral("Force"), QStringLiteral("true")}}),
            QStringLiteral("InvalidOperation.DeletionProtection"));
    }

    void instanceThatShutsItselfDownIsStopped()
    {
        SimFixture sim;
        sim.makeNetwork();
        const QString id = sim.runInstance(sim.runParameters());
        sim.host.running.clear();
        QCOMPARE(status(sim, id), QStringLiteral("Stopped"));
    }

    void instanceThatCannotStartIsStopped()
    {
        SimFixture sim;
        sim.makeNetwork();
        sim.host.failLaunch = true;
        QCOMPARE(status(sim, sim.runInstance(sim.runParameters())), QStringLiteral("Stopped"));
    }

    void runningInstancesComeBackAfterARestart()
    {
        SimFixture sim;
        sim.makeNetwork();
        const QString running = sim.runInstance(sim.runParameters());
        const QString stopped = sim.runInstance(sim.runParameters());
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "StopInstance", of(stopped)), QString());
        const QString address = sim.host.launched.first().address;
        sim.host.launched.clear();
        sim.stop();
        QVERIFY(sim.host.running.isEmpty());
        sim.start();
        sim.world->waitForWork();
        QCOMPARE(sim.host.launched.size(), 1);
        QCOMPARE(sim.host.launched.first().id, running);
        QCOMPARE(sim.host.launched.first().address, address);
        QCOMPARE(status(sim, running), QStringLiteral("Running"));
        QCOMPARE(status(sim, stopped), QStringLiteral("Stopped"));
    }

    void autoReleaseTimeReleasesEvenWhileTheServiceWasAway()
    {
        SimFixture sim;
        sim.makeNetwork();
        Parameters parameters = sim.runParameters();
        parameters.insert(QStringLiteral("AutoReleaseTime"), QStringLiteral("2026-03-01T13:00:00Z"));
        const QString id = sim.runInstance(parameters);
        sim.stop();
        sim.clock.pass(2 * 3600);
        sim.start();
        sim.world->waitForWork();
        QCOMPARE(status(sim, id), QString());
        QVERIFY(sim.host.running.isEmpty());
        QVERIFY(sim.state->ids(QStringLiteral("disks")).isEmpty());
    }

    void disksAreAttachedAndDetached()
    {
        SimFixture sim;
        sim.makeNetwork();
        const QString id = sim.runInstance(sim.runParameters());
        const QString disk =
            sim.ecs("CreateDisk",
                   {{QStringLiteral("ZoneId"), QStringLiteral("cn-beijing-h")}, {QStringLiteral("Size"), QStringLiteral("20")}})
                .body.value(QLatin1String("DiskId"))
                .toString();
        const QString far =
            sim.ecs("CreateDisk",
                   {{QStringLiteral("ZoneId"), QStringLiteral("cn-beijing-k")}, {QStringLiteral("Size"), QStringLiteral("20")}})
                .body.value(QLatin1String("DiskId"))
                .toString();
        const Parameters both{{QStringLiteral("InstanceId"), id}, {QStringLiteral("DiskId"), disk}};
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "AttachDisk", {{QStringLiteral("InstanceId"), id}, {QStringLiteral("DiskId"), far}}),
            QStringLiteral("ResourcesNotInSameZone"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "AttachDisk", both), QString());
        QCOMPARE(sim.host.plugged, QStringList{disk.mid(2)});
        QCOMPARE(disks(sim, id).at(2).toObject().value(QLatin1String("Device")).toString(), QStringLiteral("/dev/xvdc"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "AttachDisk", both), QStringLiteral("IncorrectDiskStatus"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "DeleteDisk", {{QStringLiteral("DiskId"), disk}}), QStringLiteral("DiskStillAttached"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "DetachDisk", both), QString());
        QVERIFY(sim.host.plugged.isEmpty());
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "DetachDisk", both), QStringLiteral("InvalidDisk.AlreadyDetached"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "DeleteDisk", {{QStringLiteral("DiskId"), disk}}), QString());
        QCOMPARE(
            sim.refusal(QStringLiteral("ecs"), "DeleteDisk", {{QStringLiteral("DiskId"), disk}}), QString()); // unknown ids are ignored
    }

    void diskThatOutlivesItsInstanceIsFree()
    {
        SimFixture sim;
        sim.makeNetwork();
        Parameters parameters = sim.runParameters();
        parameters.insert(QStringLiteral("DataDisk.1.DeleteWithInstance"), QStringLiteral("false"));
        const QString id = sim.runInstance(parameters);
        sim.ecs("DeleteInstance", {{QStringLiteral("InstanceId"), id}, {QStringLiteral("Force"), QStringLiteral("true")}});
        const QJsonArray left = disks(sim, QString());
        QCOMPARE(left.size(), 1);
        QCOMPARE(left.first().toObject().value(QLatin1String("Status")).toString(), QStringLiteral("Available"));
    }

    void pagesGoOnWhereTheyEnded()
    {
        SimFixture sim;
        sim.makeNetwork();
        QSet<QString> seen;
        for (int n = 0; n < 3; ++n)
            sim.runInstance(sim.runParameters());
        QString token;
        int calls = 0;
        do {
            const QJsonObject body =
                sim.ecs("DescribeInstances", {{QStringLiteral("MaxResults"), QStringLiteral("2")}, {QStringLiteral("NextToken"), token}})
                    .body;
            QCOMPARE(body.value(QLatin1String("TotalCount")).toInt(), 3);
            for (const QJsonValue &one : body.value(QLatin1String("Instances")).toObject().value(QLatin1String("Instance")).toArray())
                seen += one.toObject().value(QLatin1String("InstanceId")).toString();
            token = body.value(QLatin1String("NextToken")).toString();
        } while (!token.isEmpty() && ++calls < 5);
        QCOMPARE(seen.size(), 3);
        QCOMPARE(calls, 1);
    }

    void pricesAddUp()
    {
        SimFixture sim;
        const auto price = [&](const char *size) {
            return sim
                .ecs("DescribePrice",
                    {{QStringLiteral("InstanceType"), QStringLiteral("ecs.g7.large")},
                        {QStringLiteral("SystemDisk.Size"), QStringLiteral("20")}, {QStringLiteral("DataDisk.1.Size"), QLatin1String(size)},
                        {QStringLiteral("DataDisk.1.Category"), QStringLiteral("cloud_efficiency")}})
                .body.value(QLatin1String("PriceInfo"))
                .toObject()
                .value(QLatin1String("Price"))
                .toObject()
                .value(QLatin1String("TradePrice"))
                .toDouble();
        };
        QVERIFY(price("20") > 0.52);
        QVERIFY(price("2000") > price("20") + 0.9);
    }
};

QTEST_GUILESS_MAIN(InstancesTest)
#include "tst_simcloudinstances.moc"
