#include "simfixture.h"

#include "core/base/files.h"
#include "core/base/ids.h"
#include "core/base/process.h"
#include "core/simcloud/imagearchive.h"
#include "core/simcloud/imagefiles.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>
#include <sys/stat.h>

using namespace edgelift;
using test::Parameters;
using test::SimFixture;

class ImagesTest : public QObject
{
    Q_OBJECT

    static Parameters exportParameters(const QString &image)
    {
        return {{QStringLiteral("ImageId"), image}, {QStringLiteral("OSSBucket"), QStringLiteral("edgelift-transit")},
            {QStringLiteral("OSSPrefix"), QStringLiteral("web")}};
    }
    static QJsonObject task(SimFixture &sim, const QString &id)
    {
        return sim.ecs("DescribeTaskAttribute", {{QStringLiteral("TaskId"), id}}).body;
    }
    static QString statusOf(const QJsonObject &task) { return task.value(QLatin1String("TaskStatus")).toString(); }
    static QString startExport(SimFixture &sim, const QString &image)
    {
        return sim.ecs("ExportImage", exportParameters(image)).body.value(QLatin1String("TaskId")).toString();
    }
    static Parameters importParameters(const QStringList &objects, const char *format = "raw")
    {
        QJsonArray mapping;
        for (const QString &object : objects)
            mapping += QJsonObject{{QStringLiteral("OSSRegion"), QStringLiteral("cn-beijing")},
                {QStringLiteral("OSSBucket"), QStringLiteral("edgelift-transit")}, {QStringLiteral("OSSObject"), object}};
        return {{QStringLiteral("ImageName"), QStringLiteral("web-1")}, {QStringLiteral("ComputeType"), QStringLiteral("ens_vm")},
            {QStringLiteral("Architecture"), QStringLiteral("x86_64")}, {QStringLiteral("OSType"), QStringLiteral("linux")},
            {QStringLiteral("ImageFormat"), QLatin1String(format)}, {QStringLiteral("TargetOSSRegionId"), QStringLiteral("cn-beijing")},
            {QStringLiteral("DiskDeviceMapping"), QString::fromUtf8(QJsonDocument(mapping).toJson(QJsonDocument::Compact))}};
    }
    static QString importImage(SimFixture &sim, const Parameters &parameters)
    {
        const QString id = sim.ens("ImportImage", parameters).body.value(QLatin1String("ImageId")).toString();
        sim.world->waitForWork();
        return id;
    }
    static QString ensStatus(SimFixture &sim, const QString &id)
    {
        return sim
            .first("DescribeSelfImages", QStringLiteral("ens"), {{QStringLiteral("ImageId"), id}}, QStringLiteral("Images"),
                QStringLiteral("Image"))
            .value(QLatin1String("Status"))
            .toString();
    }
    static bool same(const QString &a, const QString &b)
    {
        return bool(runChecked({QStringLiteral("cmp"), {a, b}, {}, std::chrono::minutes(5), 1 << 16}));
    }
    static qint64 allocated(const QString &path)
    {
        struct stat facts
        {
        };
        return ::stat(QFile::encodeName(path).constData(), &facts) == 0 ? qint64(facts.st_blocks) * 512 : -1;
    }
    static void putObject(SimFixture &sim, const char *key, const QByteArray &content)
    {
        const QString path = sim.objects->temporaryFile().take();
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("no object");
        file.close();
        if (!sim.objects->putFile(QStringLiteral("edgelift-transit"), QLatin1String(key), path))
            qFatal("no object");
    }

private Q_SLOTS:
    void neverAttachedDiskHasNoSnapshot()
    {
        SimFixture sim;
        const QString disk =
            sim.ecs("CreateDisk",
                   {{QStringLiteral("ZoneId"), QStringLiteral("cn-beijing-h")}, {QStringLiteral("Size"), QStringLiteral("20")}})
                .body.value(QLatin1String("DiskId"))
                .toString();
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "CreateSnapshot", {{QStringLiteral("DiskId"), disk}}),
            QStringLiteral("IncorrectDiskStatus.NeverAttached"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "CreateSnapshot", {{QStringLiteral("DiskId"), QStringLiteral("d-none")}}),
            QStringLiteral("InvalidDiskId.NotFound"));
    }

    void snapshotIsTheDiskAtThatTime()
    {
        SimFixture sim;
        const QString snapshot = sim.makeSnapshot("before", 5 << 20);
        const QString disk = sim.state->get(QStringLiteral("snapshots"), snapshot).value(QLatin1String("diskId")).toString();
        sim.writeToDisk(disk, "after!", 5 << 20);
        QFile file(sim.world->disks().snapshotPath(snapshot));
        QVERIFY(file.open(QIODevice::ReadOnly) && file.seek(5 << 20));
        QCOMPARE(file.read(6), QByteArray("before"));
        QCOMPARE(file.size(), 20LL << 30);
        QVERIFY(allocated(file.fileName()) < (1 << 20));
        const QJsonObject shown = sim.first("DescribeSnapshots", QStringLiteral("ecs"),
            {{QStringLiteral("SnapshotIds"), QStringLiteral("[\"%1\"]").arg(snapshot)}}, QStringLiteral("Snapshots"),
            QStringLiteral("Snapshot"));
        QCOMPARE(shown.value(QLatin1String("Status")).toString(), QStringLiteral("accomplished"));
        QCOMPARE(shown.value(QLatin1String("Progress")).toString(), QStringLiteral("100%"));
    }

    void diskFromASnapshotHasItsContentAndKeepsIt()
    {
        SimFixture sim;
        const QString snapshot = sim.makeSnapshot("content");
        const QString disk = sim.ecs("CreateDisk",
                                    {{QStringLiteral("ZoneId"), QStringLiteral("cn-beijing-h")}, {QStringLiteral("SnapshotId"), snapshot},
                                        {QStringLiteral("Size"), QStringLiteral("30")}})
                                 .body.value(QLatin1String("DiskId"))
                                 .toString();
        sim.world->waitForWork();
        QFile file(sim.world->disks().diskPath(disk));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.read(7), QByteArray("content"));
        QCOMPARE(file.size(), 30LL << 30);
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "DeleteSnapshot", {{QStringLiteral("SnapshotId"), snapshot}}),
            QStringLiteral("SnapshotCreatedDisk"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "DeleteSnapshot",
                     {{QStringLiteral("SnapshotId"), snapshot}, {QStringLiteral("Force"), QStringLiteral("true")}}),
            QString());
    }

    void snapshotFailsWithAReasonWhenTheDiskFileIsGone()
    {
        SimFixture sim;
        const QString snapshot = sim.makeSnapshot("x");
        const QString disk = sim.state->get(QStringLiteral("snapshots"), snapshot).value(QLatin1String("diskId")).toString();
        QVERIFY(QFile::remove(sim.world->disks().diskPath(disk)));
        const QString failed =
            sim.ecs("CreateSnapshot", {{QStringLiteral("DiskId"), disk}}).body.value(QLatin1String("SnapshotId")).toString();
        sim.world->waitForWork();
        const QJsonObject record = sim.state->get(QStringLiteral("snapshots"), failed);
        QCOMPARE(record.value(QLatin1String("status")).toString(), QStringLiteral("failed"));
        QVERIFY(!record.value(QLatin1String("reason")).toString().isEmpty());
    }

    void imageTakesTimeAndHoldsItsSnapshots()
    {
        SimFixture sim(1);
        const QString snapshot = sim.makeSnapshot("x");
        const Parameters create{{QStringLiteral("ImageName"), QStringLiteral("image")},
            {QStringLiteral("DiskDeviceMapping.1.SnapshotId"), snapshot},
            {QStringLiteral("DiskDeviceMapping.1.DiskType"), QStringLiteral("system")}};
        const QString id = sim.ecs("CreateImage", create).body.value(QLatin1String("ImageId")).toString();
        const auto visible = [&](const char *status) {
            return sim.ecs("DescribeImages", {{QStringLiteral("ImageId"), id}, {QStringLiteral("Status"), QLatin1String(status)}})
                .body.value(QLatin1String("TotalCount"))
                .toInt();
        };
        QCOMPARE(visible(""), 0); // a Creating image is invisible unless asked for
        QCOMPARE(visible("Creating,Available"), 1);
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "ExportImage", exportParameters(id)), QStringLiteral("IncorrectImageStatus"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "CreateImage", create), QStringLiteral("InvalidImageName.Duplicated"));
        sim.clock.pass(2);
        QCOMPARE(visible(""), 1);
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "DeleteSnapshot", {{QStringLiteral("SnapshotId"), snapshot}}),
            QStringLiteral("SnapshotCreatedImage"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "DeleteImage", {{QStringLiteral("ImageId"), id}}), QString());
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "DeleteSnapshot", {{QStringLiteral("SnapshotId"), snapshot}}), QString());
        QVERIFY(!QFile::exists(sim.world->disks().snapshotPath(snapshot)));
    }

    void wrongMappingsAreRefused()
    {
        SimFixture sim;
        const QString snapshot = sim.makeSnapshot("x");
        const auto create = [&](Parameters extra) {
            extra.insert(QStringLiteral("ImageName"), QStringLiteral("image"));
            return sim.refusal(QStringLiteral("ecs"), "CreateImage", extra);
        };
        const QString id = QStringLiteral("DiskDeviceMapping.1.SnapshotId"), type = QStringLiteral("DiskDeviceMapping.1.DiskType"),
                      device = QStringLiteral("DiskDeviceMapping.1.Device");
        QCOMPARE(create({}), QStringLiteral("MissingParameter"));
        QCOMPARE(create({{id, QStringLiteral("s-none")}, {type, QStringLiteral("system")}}), QStringLiteral("InvalidSnapshotId.NotFound"));
        QCOMPARE(create({{id, snapshot}, {type, QStringLiteral("data")}}), QStringLiteral("InvalidSystemSnapshot.Missing"));
        QCOMPARE(create({{id, snapshot}, {type, QStringLiteral("system")}, {device, QStringLiteral("/dev/xvdb")}}),
            QStringLiteral("InvalidDevice.Malformed"));
        QCOMPARE(create({{id, snapshot}, {type, QStringLiteral("system")}, {QStringLiteral("DiskDeviceMapping.2.SnapshotId"), snapshot},
                     {QStringLiteral("DiskDeviceMapping.2.DiskType"), QStringLiteral("system")}}),
            QStringLiteral("InvalidDevice.InUse"));
        QCOMPARE(create({{id, snapshot}, {type, QStringLiteral("system")}, {QStringLiteral("ImageName"), QStringLiteral("x")},
                     {QStringLiteral("BootMode"), QStringLiteral("Magic")}}),
            QStringLiteral("InvalidBootMode.Malformed"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "CreateImage", {{QStringLiteral("ImageName"), QStringLiteral("1bad")}, {id, snapshot}}),
            QStringLiteral("InvalidImageName.Malformed"));
    }

    void wrongExportsAreRefused_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("code");
        const auto row = [](const char *key, const char *value, const char *code) {
            QTest::addRow("%s=%s", key, value) << QString::fromLatin1(key) << QString::fromLatin1(value) << QString::fromLatin1(code);
        };
        row("ImageId", "m-none", "InvalidImageId.NotFound");
        row("ImageId", "aliyun_3_x64_20G_alibase_20250629.vhd", "ImageNotSupported");
        row("OSSBucket", "none", "InvalidOSSBucket.NotFound");
        row("OSSBucket", "edgelift-transit-sg", "InvalidOSSBucket.NotMatched");
        row("OSSBucket", "secret", "InvalidOSSBucket.EncryptUnsupported");
        row("OSSPrefix", "web-1", "InvalidOSSPrefix.Malformed");
        row("OSSPrefix", "1234567890123456789012345678901", "InvalidOSSPrefix.Malformed");
        row("ImageFormat", "qcow2", "InvalidImageFormat.RegionNotSupported");
        row("ImageFormat", "iso", "InvalidImageFormat.Malformed");
        row("RoleName", "MyRole", "NoSetRoletoECSServiceAcount");
        row("DryRun", "true", "DryRunOperation");
    }
    void wrongExportsAreRefused()
    {
        QFETCH(QString, key);
        QFETCH(QString, value);
        QFETCH(QString, code);
        SimFixture sim;
        Parameters parameters = exportParameters(sim.makeImage({sim.makeSnapshot("x")}));
        parameters.insert(key, value);
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "ExportImage", parameters), code);
        QVERIFY(sim.state->ids(QStringLiteral("tasks")).isEmpty());
    }

    void exportWithoutTheRoleIsRefused()
    {
        SimFixture sim;
        const QString image = sim.makeImage({sim.makeSnapshot("x")});
        sim.state->remove(QStringLiteral("roles"), QStringLiteral("AliyunECSImageExportDefaultRole"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "ExportImage", exportParameters(image)), QStringLiteral("NoSetRoletoECSServiceAcount"));
    }

    void fiveDataDisksOrOneOver500GiBAreNotExported()
    {
        SimFixture sim;
        const QString snapshot = sim.makeSnapshot("x");
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "ExportImage",
                     exportParameters(sim.makeImage({snapshot, snapshot, snapshot, snapshot, snapshot, snapshot}, QStringLiteral("five")))),
            QStringLiteral("InvalidImage.DiskAmountOrSize"));
        const QString large =
            sim.ecs("CreateImage",
                   {{QStringLiteral("ImageName"), QStringLiteral("large")}, {QStringLiteral("DiskDeviceMapping.1.SnapshotId"), snapshot},
                       {QStringLiteral("DiskDeviceMapping.1.DiskType"), QStringLiteral("system")},
                       {QStringLiteral("DiskDeviceMapping.2.Size"), QStringLiteral("501")}})
                .body.value(QLatin1String("ImageId"))
                .toString();
        sim.clock.pass(2);
        QCOMPARE(
            sim.refusal(QStringLiteral("ecs"), "ExportImage", exportParameters(large)), QStringLiteral("InvalidImage.DiskAmountOrSize"));
    }

    void wholeWayKeepsEveryByteAndEveryHole()
    {
        SimFixture sim;
        const QByteArray content = randomBytes(3 << 20);
        const QString system = sim.makeSnapshot(content, 7LL << 30);
        const QString data = sim.makeSnapshot("data", (20LL << 30) - 4);
        const QString image = sim.makeImage({system, data});
        const QString id = startExport(sim, image);
        sim.world->waitForWork();
        QCOMPARE(statusOf(task(sim, id)), QStringLiteral("Finished"));
        const QStringList objects{
            QStringLiteral("web_%1_system.raw.tar.gz").arg(image), QStringLiteral("web_%1_data_xvdb.raw.tar.gz").arg(image)};
        for (const QString &object : objects)
            QVERIFY2(sim.objects->head(QStringLiteral("edgelift-transit"), object), qPrintable(object));
        const QString ensImage = importImage(sim, importParameters(objects));
        QCOMPARE(ensStatus(sim, ensImage), QStringLiteral("Available"));

        const QString folder = sim.folder.filePath(QStringLiteral("ens/images/") + ensImage);
        const Result<QJsonObject> facts = readJsonFile(folder + QStringLiteral("/image.json"));
        QVERIFY(facts);
        QCOMPARE(facts->value(QLatin1String("imageId")).toString(), ensImage);
        QCOMPARE(facts->value(QLatin1String("region")).toString(), QStringLiteral("cn-beijing"));
        const QJsonArray disks = facts->value(QLatin1String("disks")).toArray();
        QCOMPARE(disks.size(), 2);
        const QStringList roles{QStringLiteral("system"), QStringLiteral("data")}, snapshots{system, data};
        for (int n = 0; n < 2; ++n) {
            const QJsonObject disk = disks.at(n).toObject();
            const QString path = folder + QLatin1Char('/') + disk.value(QLatin1String("path")).toString();
            QCOMPARE(disk.value(QLatin1String("role")).toString(), roles.at(n));
            QCOMPARE(disk.value(QLatin1String("format")).toString(), QStringLiteral("raw"));
            QCOMPARE(disk.value(QLatin1String("sizeBytes")).toInteger(), 20LL << 30);
            QVERIFY(allocated(path) < (5 << 20));
            QVERIFY(QFileInfo(path).permissions() & QFile::ReadOther);
            QFile file(path);
            QVERIFY(file.open(QIODevice::ReadOnly));
            QCOMPARE(file.size(), 20LL << 30);
            QVERIFY(file.seek(n == 0 ? 7LL << 30 : (20LL << 30) - 4));
            QVERIFY(file.read(content.size()) == (n == 0 ? content : QByteArray("data")));
        }
        QVERIFY(QFileInfo(folder).permissions() & QFile::ExeOther);
        QCOMPARE(sim.refusal(QStringLiteral("ens"), "DeleteImage", {{QStringLiteral("ImageId"), ensImage}}), QString());
        QVERIFY(!QFile::exists(folder));
    }

    void singaporeExportsQcow2AndItImports()
    {
        SimFixture sim;
        const QString snapshot = sim.makeSnapshot("qcow", 1 << 20);
        QJsonObject record = sim.state->get(QStringLiteral("snapshots"), snapshot);
        record.insert(QStringLiteral("regionId"), QStringLiteral("ap-southeast-1"));
        sim.state->put(QStringLiteral("snapshots"), snapshot, record);
        const QString region = QStringLiteral("ap-southeast-1");
        const QString image = sim.ecs("CreateImage",
                                     {{QStringLiteral("RegionId"), region}, {QStringLiteral("ImageName"), QStringLiteral("sg")},
                                         {QStringLiteral("DiskDeviceMapping.1.SnapshotId"), snapshot},
                                         {QStringLiteral("DiskDeviceMapping.1.DiskType"), QStringLiteral("system")}})
                                  .body.value(QLatin1String("ImageId"))
                                  .toString();
        sim.clock.pass(2);
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "ExportImage",
                     {{QStringLiteral("RegionId"), region}, {QStringLiteral("ImageId"), image},
                         {QStringLiteral("OSSBucket"), QStringLiteral("edgelift-transit-sg")},
                         {QStringLiteral("ImageFormat"), QStringLiteral("qcow2")}}),
            QString());
        sim.world->waitForWork();
        const QString object = image + QStringLiteral("_system.qcow2");
        QVERIFY(sim.objects->head(QStringLiteral("edgelift-transit-sg"), object));
        Parameters parameters = importParameters({object}, "qcow2");
        parameters.insert(QStringLiteral("DiskDeviceMapping"),
            QStringLiteral("{\"OSSRegion\":\"ap-southeast-1\",\"OSSBucket\":\"edgelift-transit-sg\",\"OSSObject\":\"%1\"}").arg(object));
        parameters.insert(QStringLiteral("TargetOSSRegionId"), region);
        const QString ensImage = importImage(sim, parameters);
        QCOMPARE(ensStatus(sim, ensImage), QStringLiteral("Available"));
        const Result<Bytes> size = checkImageFile(
            sim.folder.filePath(QStringLiteral("ens/images/%1/disk0.qcow2").arg(ensImage)), QStringLiteral("qcow2"), Bytes{1ULL << 40});
        QVERIFY(size);
        QCOMPARE(size->count, 20ULL << 30);
    }

    void exportFailsWithAReasonWhenTheSnapshotFileIsGone()
    {
        SimFixture sim;
        const QString snapshot = sim.makeSnapshot("x");
        const QString image = sim.makeImage({snapshot});
        QVERIFY(QFile::remove(sim.world->disks().snapshotPath(snapshot)));
        const QString id = startExport(sim, image);
        sim.world->waitForWork();
        const QJsonObject failed = task(sim, id);
        QCOMPARE(statusOf(failed), QStringLiteral("Failed"));
        const QJsonObject operation = failed.value(QLatin1String("OperationProgressSet"))
                                          .toObject()
                                          .value(QLatin1String("OperationProgress"))
                                          .toArray()
                                          .first()
                                          .toObject();
        QCOMPARE(operation.value(QLatin1String("ErrorCode")).toString(), QStringLiteral("ExportImageFailed"));
        QVERIFY(operation.value(QLatin1String("ErrorMsg")).toString().contains(snapshot));
        QVERIFY(sim.objects->list(QStringLiteral("edgelift-transit")).isEmpty());
    }

    void exportGoesOnAfterARestart()
    {
        SimFixture sim;
        const QString image = sim.makeImage({sim.makeSnapshot(randomBytes(100 << 20))});
        const QString id = startExport(sim, image);
        QCOMPARE(
            sim.refusal(QStringLiteral("ecs"), "DeleteImage", {{QStringLiteral("ImageId"), image}}), QStringLiteral("ImageIsExporting"));
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "ExportImage", exportParameters(image)), QStringLiteral("ImageIsExporting"));
        sim.world->stop();
        QCOMPARE(sim.state->get(QStringLiteral("tasks"), id).value(QLatin1String("status")).toString(), QStringLiteral("Processing"));
        QVERIFY(sim.objects->list(QStringLiteral("edgelift-transit")).isEmpty());
        sim.stop();
        sim.start();
        sim.world->waitForWork();
        QCOMPARE(statusOf(task(sim, id)), QStringLiteral("Finished"));
        const QString archive =
            sim.objects->path(QStringLiteral("edgelift-transit"), QStringLiteral("web_%1_system.raw.tar.gz").arg(image));
        const QString out = sim.folder.filePath(QStringLiteral("out.raw"));
        QVERIFY(unpackTarGz(archive, out, Bytes{1ULL << 40}, {}));
        const QJsonArray mappings = sim.state->get(QStringLiteral("images"), image).value(QLatin1String("mappings")).toArray();
        QFile before(sim.world->disks().snapshotPath(mappings.first().toObject().value(QLatin1String("snapshotId")).toString())),
            after(out);
        QVERIFY(before.open(QIODevice::ReadOnly) && after.open(QIODevice::ReadOnly));
        QCOMPARE(after.size(), before.size());
        QVERIFY(after.read(101 << 20) == before.read(101 << 20));
    }

    void cancelledExportLeavesNoObject()
    {
        SimFixture sim;
        const QString image = sim.makeImage({sim.makeSnapshot(randomBytes(50 << 20))});
        const QString id = startExport(sim, image);
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "CancelTask", {{QStringLiteral("TaskId"), id}}), QString());
        sim.world->waitForWork();
        QCOMPARE(statusOf(task(sim, id)), QStringLiteral("Failed"));
        QVERIFY(sim.objects->list(QStringLiteral("edgelift-transit")).isEmpty());
        QCOMPARE(sim.refusal(QStringLiteral("ecs"), "CancelTask", {{QStringLiteral("TaskId"), id}}),
            QStringLiteral("InvalidTaskId.IncorrectTaskStatus"));
    }

    void wrongImportsAreRefused_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("code");
        const auto row = [](const char *key, const char *value, const char *code) {
            QTest::addRow("%s=%.40s", key, value) << QString::fromLatin1(key) << QString::fromLatin1(value) << QString::fromLatin1(code);
        };
        row("ImageName", "", "MissingParameter");
        row("ImageName", "1", "InvalidParameter.ImageName");
        row("ImageFormat", "vmdk", "InvalidParameter.ImageFormat");
        row("Architecture", "arm64", "InvalidParameter.Architecture");
        row("OSType", "windows", "InvalidParameter.OSType");
        row("ComputeType", "ens_pod", "InvalidParameter.ComputeType");
        row("TargetOSSRegionId", "cn-hangzhou", "InvalidParameter.TargetOSSRegionId");
        row("DiskDeviceMapping", "", "MissingParameter");
        row("DiskDeviceMapping", "[]", "InvalidParameter.DiskDeviceMapping");
        row("DiskDeviceMapping", "no json", "InvalidParameter.DiskDeviceMapping");
        row("DiskDeviceMapping", R"([{"OSSRegion":"cn-beijing"}])", "MissingParameter");
        row("DiskDeviceMapping", R"([{"OSSRegion":"cn-hangzhou","OSSBucket":"edgelift-transit","OSSObject":"disk"}])",
            "InvalidParameter.OSSRegion");
        row("DiskDeviceMapping", R"([{"OSSRegion":"ap-southeast-1","OSSBucket":"edgelift-transit","OSSObject":"disk"}])",
            "InvalidParameter.OSSRegion");
        row("DiskDeviceMapping", R"([{"OSSRegion":"cn-beijing","OSSBucket":"none","OSSObject":"disk"}])", "InvalidParameter.OSSBucket");
        row("DiskDeviceMapping", R"([{"OSSRegion":"cn-beijing","OSSBucket":"edgelift-transit","OSSObject":"none"}])",
            "InvalidParameter.OSSObject");
    }
    void wrongImportsAreRefused()
    {
        QFETCH(QString, key);
        QFETCH(QString, value);
        QFETCH(QString, code);
        SimFixture sim;
        putObject(sim, "disk", QByteArray(1 << 20, 'x'));
        Parameters parameters = importParameters({QStringLiteral("disk")});
        parameters.insert(key, value);
        QCOMPARE(sim.refusal(QStringLiteral("ens"), "ImportImage", parameters), code);
        QVERIFY(sim.state->ids(QStringLiteral("ensimages")).isEmpty());
    }

    void takenEnsNameIsRefused()
    {
        SimFixture sim;
        putObject(sim, "disk", QByteArray(1 << 20, 'x'));
        QCOMPARE(ensStatus(sim, importImage(sim, importParameters({QStringLiteral("disk")}))), QStringLiteral("Available"));
        QCOMPARE(sim.refusal(QStringLiteral("ens"), "ImportImage", importParameters({QStringLiteral("disk")})),
            QStringLiteral("InvalidImageName.Duplicated"));
    }

    void singleObjectFormAndVhdImport()
    {
        SimFixture sim;
        const QString raw = sim.folder.filePath(QStringLiteral("v.raw")), vhd = sim.objects->temporaryFile().take();
        QFile file(raw);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(randomBytes(3 << 20));
        file.close();
        QVERIFY(convertImage(raw, QStringLiteral("raw"), vhd, QStringLiteral("vpc"), {}));
        QVERIFY(sim.objects->putFile(QStringLiteral("edgelift-transit"), QStringLiteral("v.vhd"), vhd));
        Parameters parameters = importParameters({}, "vhd");
        parameters.remove(QStringLiteral("DiskDeviceMapping"));
        parameters.insert(QStringLiteral("OSSRegion"), QStringLiteral("cn-beijing"));
        parameters.insert(QStringLiteral("OSSBucket"), QStringLiteral("edgelift-transit"));
        parameters.insert(QStringLiteral("OSSObject"), QStringLiteral("v.vhd"));
        const QString id = importImage(sim, parameters);
        QCOMPARE(ensStatus(sim, id), QStringLiteral("Available"));
        QVERIFY(same(raw, sim.folder.filePath(QStringLiteral("ens/images/%1/disk0.raw").arg(id))));
    }

    void filesThatAreNotWhatTheyWereCalledFail_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("format");
        QTest::newRow("noise as qcow2") << randomBytes(1 << 20) << QByteArray("qcow2");
        QTest::newRow("qcow2 as raw") << QByteArray("QFI\xfb more") << QByteArray("raw");
        QTest::newRow("broken archive") << QByteArray("\x1f\x8b\x08 and no more") << QByteArray("raw");
    }
    void filesThatAreNotWhatTheyWereCalledFail()
    {
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, format);
        SimFixture sim;
        putObject(sim, "disk", content);
        const QString id = importImage(sim, importParameters({QStringLiteral("disk")}, format.constData()));
        QCOMPARE(ensStatus(sim, id), QStringLiteral("Upload_failed"));
        QVERIFY(!sim.state->get(QStringLiteral("ensimages"), id).value(QLatin1String("reason")).toString().isEmpty());
        QCOMPARE(QDir(sim.folder.filePath(QStringLiteral("ens/images"))).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
            QStringList());
    }

    void importGoesOnAfterARestartAndFailsWhenTheObjectWentMeanwhile()
    {
        SimFixture sim;
        putObject(sim, "disk", QByteArray(1 << 20, 'x'));
        putObject(sim, "gone", QByteArray(1 << 20, 'x'));
        Parameters second = importParameters({QStringLiteral("gone")});
        second.insert(QStringLiteral("ImageName"), QStringLiteral("web-2"));
        QStringList ids;
        for (const Parameters &parameters : {importParameters({QStringLiteral("disk")}), second}) {
            ids += sim.ens("ImportImage", parameters).body.value(QLatin1String("ImageId")).toString();
            sim.world->waitForWork();
            QJsonObject record = sim.state->get(QStringLiteral("ensimages"), ids.last());
            record.insert(QStringLiteral("status"), QStringLiteral("Creating")); // as a service that was killed in the middle left it
            record.remove(QStringLiteral("next"));
            sim.state->put(QStringLiteral("ensimages"), ids.last(), record);
        }
        QVERIFY(sim.objects->remove(QStringLiteral("edgelift-transit"), QStringLiteral("gone")));
        QCOMPARE(ensStatus(sim, ids.first()), QStringLiteral("Creating"));
        sim.stop();
        sim.start();
        sim.world->waitForWork();
        QCOMPARE(ensStatus(sim, ids.first()), QStringLiteral("Available"));
        QCOMPARE(ensStatus(sim, ids.last()), QStringLiteral("Upload_failed"));
    }

    void ensRegionsAreListed()
    {
        SimFixture sim;
        const QJsonObject body = sim.ens("DescribeEnsRegions", {}).body;
        QCOMPARE(body.value(QLatin1String("Code")).toInt(-1), 0);
        QVERIFY(body.value(QLatin1String("EnsRegions")).toObject().value(QLatin1String("EnsRegions")).toArray().size() > 1);
    }
};

QTEST_GUILESS_MAIN(ImagesTest)
#include "tst_simcloudimages.moc"
