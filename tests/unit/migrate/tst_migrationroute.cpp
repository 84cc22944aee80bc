#include "core/base/files.h"
#include "core/migrate/naming.h"
#include "core/migrate/report.h"
#include "fixture.h"

#include <QDir>
#include <QDirIterator>
#include <QtTest>
#include <sys/stat.h>

using namespace edgelift;
using namespace edgelift::test;

using Setup = void (*)(Fixture &);

/// The whole route when the cloud does what it should, and what is refused before anything is made.
class MigrationRoute : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void successLeavesOnlyTheImage();
    void phasesComeInOrderAndTheImportIsSaid();
    void createCallsSayWhatTheCloudMustKnow();
    void accessKeyNeedsNoService();
    void givenNetworkIsUsedAndKept();
    void checksRefuseBeforeAnythingIsMade_data();
    void checksRefuseBeforeAnythingIsMade();
    void anAddressThatIsNeededLaterIsMissedFirst();
    void aClockThatIsOffALittleIsAWarning();
    void unknownAddressOpensThePortsWithAWarning();
    void bundleStaysForAnotherMigration();
    void secretsAreOnlyInTheKeyFile();
    void limitsInForceAreSaid();
    void planSetsTheLimits();
    void changedTransferIsRemembered();
    void aChangeThatCannotBeKeptIsNone();
    void repairsAreWarnedOf();
    void theCopyIsConvertedBeforeTheImage();
    void whatConversionTellsIsWarnedOf();
    void aCopyThatWouldNotStartMakesNoImage();
    void aReceiverThatComesBackGoesOnWithTheConversion();
    void progressTellsOfEachDisk();
    void theListKnowsEachJob();
    void reportTellsWhatHappened();
    void reportShowsTheProofOfALiveCopy();
    void whatHappenedBeforeIsToldFirst();
    void finishedJobRunsNoMore();
    void oneProcessAtATime();
    void heartbeatTellsTheService();
};

void MigrationRoute::successLeavesOnlyTheImage()
{
    Fixture f;
    const auto migration = f.create();
    QVERIFY(migration);
    const Outcome outcome = f.run(*migration);
    QVERIFY2(outcome.end == Outcome::End::Finished,
        outcome.error ? qPrintable(outcome.error->detail + outcome.error->args.join(QLatin1Char(' '))) : "");
    const QStringList left = f.cloud->everything();
    QCOMPARE(left.size(), 1);
    QVERIFY2(left.first().startsWith(QLatin1String("ensImage ")), qPrintable(left.first()));
    const QList<QJsonObject> finished = f.events("finished");
    QCOMPARE(finished.size(), 1);
    QCOMPARE(QLatin1String("ensImage ") + finished.first().value(QLatin1String("imageId")).toString(), left.first());
    QCOMPARE(finished.first().value(QLatin1String("sourceId")).toString(), QStringLiteral("s-fake1"));
    QCOMPARE(finished.first().value(QLatin1String("jobId")).toString(), migration->jobId());
    QVERIFY(QFile::exists(finished.first().value(QLatin1String("reportPath")).toString()));
    QCOMPARE(f.link->shutdowns, 1);
    QVERIFY(migration->summary().state == JobState::Finished);
    QCOMPARE(Migration::list(f.folder.path()).size(), 1);
    const QList<LedgerEntry> kept = migration->resources();
    QCOMPARE(kept.size(), 1);
    QVERIFY(kept.first().kept && kept.first().kind == ResourceKind::EnsImage);
}

void MigrationRoute::phasesComeInOrderAndTheImportIsSaid()
{
    Fixture f;
    const auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QStringList phases;
    bool said = false;
    for (const QJsonObject &event : f.events("phase")) {
        const QString phase = event.value(QLatin1String("phase")).toString();
        if (phases.isEmpty() || phases.last() != phase)
            phases.append(phase);
        said = said || event.value(QLatin1String("message")).toString() == QLatin1String("Import Source Server [s-fake1] Successfully!");
    }
    QCOMPARE(
        phases.join(QLatin1Char(' ')), QStringLiteral("connect check transit copy finalize snapshot image export import cleanup done"));
    QVERIFY(said);
    const QJsonObject last = f.events("progress").last();
    QVERIFY(f.events("progress").size() < 60);
    QVERIFY(!last.isEmpty());
    for (const QJsonObject &event : f.events("progress")) {
        if (event.value(QLatin1String("phase")) == QLatin1String("copy") && event.contains(QLatin1String("bytesDone")))
            QCOMPARE(event.value(QLatin1String("bytesTotal")).toInteger(), qint64(8) << 20);
    }
}

void MigrationRoute::createCallsSayWhatTheCloudMustKnow()
{
    Fixture f;
    const auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    const QMap<QString, QString> run = f.cloud->lastParameters(QStringLiteral("RunInstances"));
    QCOMPARE(run.value(QStringLiteral("InstanceName")), QStringLiteral("No_Delete_SMC_Transition_Instance"));
    QCOMPARE(run.value(QStringLiteral("InstanceType")), QStringLiteral("ecs.small"));
    QCOMPARE(run.value(QStringLiteral("Tag.1.Key")), QStringLiteral("edgelift-job"));
    QCOMPARE(run.value(QStringLiteral("Tag.1.Value")), migration->jobId());
    QCOMPARE(run.value(QStringLiteral("DataDisk.1.Size")), QStringLiteral("20"));
    QCOMPARE(run.value(QStringLiteral("DataDisk.2.Size")), QStringLiteral("20")); // the category's least
    QVERIFY(!run.value(QStringLiteral("AutoReleaseTime")).isEmpty());
    const QByteArray script = QByteArray::fromBase64(run.value(QStringLiteral("UserData")).toLatin1());
    QVERIFY(script.startsWith("#!/bin/sh\n"));
    QVERIFY(script.contains(migration->jobId().toLatin1()));
    const QMap<QString, QString> rules = f.cloud->lastParameters(QStringLiteral("AuthorizeSecurityGroup"));
    QCOMPARE(rules.value(QStringLiteral("Permissions.1.SourceCidrIp")), QStringLiteral("203.0.113.7/32"));
    QCOMPARE(rules.value(QStringLiteral("Permissions.1.PortRange")), QStringLiteral("8080/8080"));
    QCOMPARE(rules.value(QStringLiteral("Permissions.2.PortRange")), QStringLiteral("8703/8703"));
    const QMap<QString, QString> image = f.cloud->lastParameters(QStringLiteral("CreateImage"));
    QCOMPARE(image.value(QStringLiteral("DiskDeviceMapping.1.DiskType")), QStringLiteral("system"));
    QCOMPARE(image.value(QStringLiteral("DiskDeviceMapping.2.Device")), QStringLiteral("/dev/xvdb"));
    QCOMPARE(image.value(QStringLiteral("Platform")), QStringLiteral("Debian"));
    QCOMPARE(image.value(QStringLiteral("BootMode")), QStringLiteral("BIOS"));
    QVERIFY(!f.cloud->lastParameters(QStringLiteral("ExportImage")).contains(QStringLiteral("ImageFormat"))); // cn-beijing refuses a choice
    const QJsonArray objects =
        QJsonDocument::fromJson(f.cloud->lastParameters(QStringLiteral("ImportImage")).value(QStringLiteral("DiskDeviceMapping")).toUtf8())
            .array();
    QCOMPARE(objects.size(), 2);
    QVERIFY(objects.first().toObject().value(QLatin1String("OSSObject")).toString().contains(QLatin1String("_system")));
    QCOMPARE(f.link->lastOrder.disks.size(), 2);
    QCOMPARE(f.link->lastOrder.disks.first().id, QStringLiteral("file-system"));
    QVERIFY(f.link->lastOrder.epoch != 0);
    QCOMPARE(f.link->lastPeer.address.host, QStringLiteral("127.88.0.9"));
}

void MigrationRoute::accessKeyNeedsNoService()
{
    Fixture f;
    const auto migration = f.create(Credentials{QStringLiteral("LTAIfake"), Secret("an-access-key-secret"), {}, {}});
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QCOMPARE(f.cloud->calls(QStringLiteral("redeem")), 0);
    QVERIFY(migration->summary().sourceId.startsWith(QLatin1String("s-")));
    QCOMPARE(naming::sourceId(naming::machineId(f.source.facts())), migration->summary().sourceId);
}

void MigrationRoute::givenNetworkIsUsedAndKept()
{
    Fixture f;
    f.plan.network.vpcId = QStringLiteral("vpc-mine");
    f.plan.network.vSwitchId = QStringLiteral("vsw-mine");
    f.cloud->put(QStringLiteral("vpc"), QStringLiteral("vpc-mine"), {{QStringLiteral("VpcId"), QStringLiteral("vpc-mine")}});
    f.cloud->put(QStringLiteral("vSwitch"), QStringLiteral("vsw-mine"),
        {{QStringLiteral("VSwitchId"), QStringLiteral("vsw-mine")}, {QStringLiteral("VpcId"), QStringLiteral("vpc-mine")},
            {QStringLiteral("ZoneId"), QStringLiteral("cn-beijing-a")}, {QStringLiteral("Status"), QStringLiteral("Available")},
            {QStringLiteral("AvailableIpAddressCount"), 9}});
    const auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QCOMPARE(f.cloud->calls(QStringLiteral("CreateVpc")), 0);
    QCOMPARE(f.cloud->ids(QStringLiteral("vpc")), QStringList{QStringLiteral("vpc-mine")});
    QCOMPARE(f.cloud->ids(QStringLiteral("vSwitch")), QStringList{QStringLiteral("vsw-mine")});
    QCOMPARE(f.cloud->lastParameters(QStringLiteral("RunInstances")).value(QStringLiteral("VSwitchId")), QStringLiteral("vsw-mine"));
}

void MigrationRoute::checksRefuseBeforeAnythingIsMade_data()
{
    QTest::addColumn<Setup>("setup");
    QTest::addColumn<int>("code");
    const auto row = [](const char *name, Setup setup, ErrorCode code) { QTest::newRow(name) << setup << int(code); };
    row(
        "bucket missing", [](Fixture &f) { f.plan.image.bucket = QStringLiteral("missing-bucket"); }, ErrorCode::BucketMissing);
    row(
        "bucket elsewhere", [](Fixture &f) { f.cloud->bucketRegion = QStringLiteral("ap-southeast-1"); }, ErrorCode::BucketInOtherRegion);
    row(
        "bucket encrypted", [](Fixture &f) { f.cloud->bucketEncrypted = true; }, ErrorCode::BucketUnsuitable);
    row(
        "role missing", [](Fixture &f) { f.cloud->roleThere = false; }, ErrorCode::RoleMissing);
    row(
        "type sold out", [](Fixture &f) { f.plan.job.instanceType = QStringLiteral("ecs.sold.out"); }, ErrorCode::StockSoldOut);
    row(
        "clock wrong", [](Fixture &f) { f.cloud->skewSeconds = 1200; }, ErrorCode::ClockSkew);
    row(
        "clock behind", [](Fixture &f) { f.cloud->skewSeconds = -1200; }, ErrorCode::ClockSkew);
    row(
        "source changed", [](Fixture &f) { f.source.changed = true; }, ErrorCode::SourceChanged);
    row(
        "bundle missing", [](Fixture &f) { f.surroundings.bundlePaths = {QStringLiteral("/nowhere/bundle")}; }, ErrorCode::BundleMissing);
    row(
        "vSwitch missing",
        [](Fixture &f) {
            f.plan.network.vpcId = QStringLiteral("vpc-x");
            f.plan.network.vSwitchId = QStringLiteral("vsw-x");
        },
        ErrorCode::NetworkMissing);
    row(
        "code expired", [](Fixture &f) { f.cloud->codeRefusal = QStringLiteral("AccessToken.Expired"); }, ErrorCode::CodeExpired);
    row(
        "code used up", [](Fixture &f) { f.cloud->codeRefusal = QStringLiteral("AccessToken.QuotaExceeded"); }, ErrorCode::CodeUsedUp);
    row(
        "code disabled", [](Fixture &f) { f.cloud->codeRefusal = QStringLiteral("AccessToken.Disabled"); }, ErrorCode::CodeDisabled);
    row(
        "keys wrong",
        [](Fixture &f) {
            f.cloud->fail(QStringLiteral("GetCallerIdentity"), {Fault::Kind::Refuse, QStringLiteral("InvalidAccessKeyId.NotFound"), 9, 0});
        },
        ErrorCode::CredentialsWrong);
}

void MigrationRoute::checksRefuseBeforeAnythingIsMade()
{
    QFETCH(Setup, setup);
    QFETCH(int, code);
    Fixture f;
    setup(f);
    const QStringList before = f.cloud->everything();
    const auto migration = f.create();
    const Outcome outcome = f.run(*migration);
    QCOMPARE(outcome.end, Outcome::End::Failed);
    QCOMPARE(int(outcome.error->code), code);
    QCOMPARE(f.cloud->everything(), before);
    const QList<QJsonObject> errors = f.events("error");
    QCOMPARE(errors.size(), 1);
    QVERIFY(errors.first().value(QLatin1String("refused")).toBool());
    for (const char *key : {"code", "message", "remedy", "retry"})
        QVERIFY2(!errors.first().value(QLatin1String(key)).toString().isEmpty(), key);
    QVERIFY(migration->resources().isEmpty());
    QCOMPARE(f.cancel(*migration).end, Outcome::End::Finished); // nothing to do, nothing asked
}

void MigrationRoute::anAddressThatIsNeededLaterIsMissedFirst()
{
    const QString needed = QStringLiteral("edgelift-transit.oss-cn-beijing.aliyuncs.com"); // the image is exported there at the end
    Fixture f;
    f.cloud->noWayTo.insert(needed, Error{ErrorCode::CloudUnreachable, Retry::AfterWait, {needed, QStringLiteral("unknown-name")}, {}});
    const QStringList before = f.cloud->everything();
    const auto migration = f.create(Credentials{QStringLiteral("LTAIfake"), Secret("an-access-key-secret"), {}, {}});
    const Outcome outcome = f.run(*migration);
    QCOMPARE(outcome.end, Outcome::End::Failed);
    QCOMPARE(int(outcome.error->code), int(ErrorCode::CloudUnreachable));
    QCOMPARE(outcome.error->args, (QStringList{needed, QStringLiteral("unknown-name")}));
    QCOMPARE(f.cloud->everything(), before);
    QCOMPARE(f.cloud->calls(QStringLiteral("DescribeRegions")), 0); // nothing else was asked before
}

void MigrationRoute::aClockThatIsOffALittleIsAWarning()
{
    Fixture f;
    f.cloud->skewSeconds = 600;
    const auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    const QList<QJsonObject> warnings = f.events("warning");
    QVERIFY(std::any_of(warnings.begin(), warnings.end(),
        [](const QJsonObject &warning) { return warning.value(QLatin1String("id")).toString() == QLatin1String("clock-off"); }));
}

void MigrationRoute::unknownAddressOpensThePortsWithAWarning()
{
    Fixture f; // with an AccessKey nobody tells how we look from outside
    const auto migration = f.create(Credentials{QStringLiteral("LTAIfake"), Secret("an-access-key-secret"), {}, {}});
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QCOMPARE(f.cloud->lastParameters(QStringLiteral("AuthorizeSecurityGroup")).value(QStringLiteral("Permissions.1.SourceCidrIp")),
        QStringLiteral("0.0.0.0/0"));
    const QList<QJsonObject> warnings = f.events("warning");
    QVERIFY(std::any_of(warnings.begin(), warnings.end(),
        [](const QJsonObject &warning) { return warning.value(QLatin1String("message")).toString().contains(QLatin1String("8703")); }));
}

void MigrationRoute::bundleStaysForAnotherMigration()
{
    Fixture f;
    f.cloud->put(QStringLiteral("instance"), QStringLiteral("i-other"),
        {{QStringLiteral("InstanceId"), QStringLiteral("i-other")},
            {QStringLiteral("InstanceName"), QStringLiteral("No_Delete_SMC_Transition_Instance")},
            {QStringLiteral("Status"), QStringLiteral("Running")}});
    const auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    const QStringList objects = f.cloud->ids(QStringLiteral("object"));
    QCOMPARE(objects.size(), 1);
    QVERIFY(objects.first().startsWith(QLatin1String("edgelift/receiver-")));
    QCOMPARE(f.cloud->ids(QStringLiteral("instance")), QStringList{QStringLiteral("i-other")});
}

void MigrationRoute::secretsAreOnlyInTheKeyFile()
{
    Fixture f;
    const auto migration = f.create();
    f.link->copyFails = Error{ErrorCode::LinkLost, Retry::AfterWait, {QStringLiteral("127.88.0.9")}, {}};
    QCOMPARE(f.run(*migration).end, Outcome::End::Failed); // in the middle: everything is on disk
    int looked = 0;
    QDirIterator files(f.folder.path() + QLatin1String("/jobs"), QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString path = files.next();
        struct stat status = {};
        QCOMPARE(::stat(qPrintable(path), &status), 0);
        QVERIFY2((status.st_mode & 077) == 0, qPrintable(path));
        if (files.fileName() == QLatin1String("secrets.json") || files.fileName() == QLatin1String("userdata.sh"))
            continue; // that is what they are for
        const Result<QByteArray> content = readFile(path);
        QVERIFY(content);
        for (const char *secret :
            {"activation-code-secret", "session-token-secret", "temporary-secret", "security-token-secret", "PRIVATE KEY"})
            QVERIFY2(!content->contains(secret), qPrintable(path + QLatin1String(": ") + QLatin1String(secret)));
        ++looked;
    }
    QVERIFY(looked >= 6);
    for (const QJsonObject &event : f.events("error"))
        QVERIFY(!QJsonDocument(event).toJson().contains("secret"));
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QVERIFY(!QFile::exists(f.jobFile(*migration, "userdata.sh"))); // no use for it any more
    QVERIFY(!readFile(f.jobFile(*migration, "secrets.json"))->contains("secret\""));
}

void MigrationRoute::limitsInForceAreSaid()
{
    Fixture f;
    f.link->said.limits = {50, 20, 10, QStringLiteral("mon 08:00–18:00"), 12500000};
    const auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    int copying = 0;
    for (const QJsonObject &event : f.events("progress")) {
        QVERIFY(event.contains(QLatin1String("limits"))); // the same fields in each
        const QJsonObject limits = event.value(QLatin1String("limits")).toObject();
        if (limits.value(QLatin1String("limitMbps")).toInt() == 0)
            continue;
        ++copying;
        QCOMPARE(limits.value(QLatin1String("limitMbps")).toInt(), 50);
        QCOMPARE(limits.value(QLatin1String("diskMBps")).toInt(), 20);
        QCOMPARE(limits.value(QLatin1String("niceness")).toInt(), 10);
        QCOMPARE(limits.value(QLatin1String("window")).toString(), QStringLiteral("mon 08:00–18:00"));
        QCOMPARE(limits.value(QLatin1String("backOffMBps")).toDouble(), 12.5);
    }
    QVERIFY(copying > 0);
    const QJsonObject after = f.events("progress").last().value(QLatin1String("limits")).toObject();
    QVERIFY(after.value(QLatin1String("backOffMBps")).isNull()); // the copy is over
}

void MigrationRoute::planSetsTheLimits()
{
    Fixture f;
    f.plan.transfer.diskMBps = 30;
    f.plan.transfer.niceness = 5;
    f.plan.transfer.backOff = false;
    f.plan.transfer.schedule = {LimitWindow{}};
    const auto migration = f.create();
    const TransferTuning &tuning = migration->tuning();
    QCOMPARE(tuning.diskMBps.load(), 30);
    QCOMPARE(tuning.niceness.load(), 5);
    QCOMPARE(tuning.backOff.load(), false);
    QCOMPARE(tuning.schedule().size(), 1);
}

void MigrationRoute::changedTransferIsRemembered()
{
    Fixture f;
    auto migration = f.create();
    const QString id = migration->jobId();
    Plan::Transfer wanted = migration->plan().transfer;
    wanted.limitMbps = 70;
    QVERIFY(migration->setTransfer(wanted)); // before its first run
    f.link->duringCopy = [&] {
        wanted.compression = 2;
        wanted.schedule = {LimitWindow{}};
        wanted.freezeSeconds = 30;
        QVERIFY(migration->setTransfer(wanted)); // while it runs
        QCOMPARE(migration->liveTuning().budgetMs.load(), 30000);
        QCOMPARE(migration->tuning().compression.load(), 2);
        QCOMPARE(migration->tuning().limitMbps.load(), 70);
        f.stop.request_stop();
    };
    QCOMPARE(f.run(*migration).end, Outcome::End::Stopped);
    f.link->duringCopy = {};
    migration.reset();
    migration = f.reopen(id); // another process
    QVERIFY(migration->plan().transfer == wanted);
    wanted.niceness = 4;
    QVERIFY(migration->setTransfer(wanted)); // while it rests
    migration = f.reopen(id);
    QCOMPARE(migration->tuning().niceness.load(), 4);
    QCOMPARE(migration->tuning().compression.load(), 2);
    QCOMPARE(migration->tuning().schedule().size(), 1);
    QCOMPARE(migration->liveTuning().budgetMs.load(), 30000);
    QCOMPARE(migration->plan().image, f.plan.image); // and nothing else changed
    QCOMPARE(migration->plan().disks, f.plan.disks);
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
}

void MigrationRoute::aChangeThatCannotBeKeptIsNone()
{
    Fixture f;
    const auto migration = f.create();
    const Plan::Transfer before = migration->plan().transfer;
    Plan::Transfer wanted = before;
    wanted.limitMbps = before.limitMbps + 5;
    const QString plan = f.jobFile(*migration, "plan.json");
    QVERIFY(QFile::remove(plan));
    QVERIFY(QDir().mkpath(plan + QLatin1String("/in the way")));
    QVERIFY(!migration->setTransfer(wanted));
    QVERIFY(migration->plan().transfer == before);
    QCOMPARE(migration->tuning().limitMbps.load(), before.limitMbps);
}

void MigrationRoute::repairsAreWarnedOf()
{
    Fixture f;
    f.link->said.rereadExtents = 2;
    f.link->said.repairedExtents = 3;
    const auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QStringList ids;
    QStringList warnings;
    for (const QJsonObject &warning : f.events("warning")) {
        ids.append(warning.value(QLatin1String("id")).toString());
        warnings.append(warning.value(QLatin1String("message")).toString());
    }
    QCOMPARE(ids.filter(QStringLiteral("source-reread")).size(), 1);
    QCOMPARE(warnings.filter(QStringLiteral("2 block(s) of the source")).size(), 1); // once, however often progress is told
    QCOMPARE(warnings.filter(QStringLiteral("3 block(s) of the target")).size(), 1);
}

namespace {

QJsonObject conversionWith(const char *list, NoteId note, const QStringList &args, const char *outcome)
{
    const QJsonObject one{{QStringLiteral("id"), nameOf(note)}, {QStringLiteral("args"), QJsonArray::fromStringList(args)}};
    return {{QStringLiteral("outcome"), QLatin1String(outcome)},
        {QStringLiteral("report"), QJsonObject{{QLatin1String(list), QJsonArray{one}}}}};
}

}

void MigrationRoute::theCopyIsConvertedBeforeTheImage()
{
    Fixture f;
    f.cloud->onCall = [&f](const QString &action) {
        if (action == QLatin1String("CreateSnapshot"))
            QCOMPARE(f.link->conversions, 1);
    };
    const auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QCOMPARE(f.link->conversions, 1);
    QCOMPARE(f.link->lastConvert.epoch, f.link->lastOrder.epoch);
    QVERIFY(f.link->lastConvert.tablesKept);
    const Result<QJsonObject> report = readJsonFile(f.jobFile(*migration, "report.json"));
    QVERIFY(report);
    QCOMPARE(report->value(QLatin1String("conversion")).toObject().value(QLatin1String("outcome")).toString(), QStringLiteral("unchanged"));
}

void MigrationRoute::whatConversionTellsIsWarnedOf()
{
    Fixture f;
    f.link->converted = conversionWith("warnings", NoteId::OtherNic, {QStringLiteral("ens7")}, "converted");
    const auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QStringList texts;
    for (const QJsonObject &warning : f.events("warning"))
        texts.append(warning.value(QLatin1String("message")).toString());
    QCOMPARE(texts.filter(describe(ConversionNote{NoteId::OtherNic, {QStringLiteral("ens7")}})).size(), 1);

    Fixture skipped;
    skipped.link->converted = {{QStringLiteral("outcome"), QStringLiteral("skipped")}, {QStringLiteral("reason"), QStringLiteral("mount")},
        {QStringLiteral("args"), QJsonArray{QStringLiteral("gpt-1/p2"), QStringLiteral("No such device")}}};
    const auto other = skipped.create();
    QCOMPARE(skipped.run(*other).end, Outcome::End::Finished); // as it is, but told
    texts.clear();
    for (const QJsonObject &warning : skipped.events("warning"))
        texts.append(warning.value(QLatin1String("message")).toString());
    QCOMPARE(texts.filter(QStringLiteral("gpt-1/p2 (No such device)")).size(), 1);
}

void MigrationRoute::aCopyThatWouldNotStartMakesNoImage()
{
    Fixture f;
    f.link->converted = conversionWith("blockers", NoteId::GrubLegacy, {}, "blocked");
    const auto migration = f.create();
    const Outcome outcome = f.run(*migration);
    QCOMPARE(outcome.end, Outcome::End::Failed);
    QCOMPARE(outcome.error->code, ErrorCode::ConversionBlocked);
    QVERIFY(outcome.error->args.value(0).contains(QLatin1String("GRUB Legacy")));
    QCOMPARE(f.cloud->calls(QStringLiteral("CreateSnapshot")), 0);
    QCOMPARE(f.link->shutdowns, 0);
}

void MigrationRoute::aReceiverThatComesBackGoesOnWithTheConversion()
{
    Fixture f;
    f.link->convertFails = {{ErrorCode::LinkLost, Retry::AfterWait, {}, {}}, {ErrorCode::ReceiverUnreachable, Retry::AfterWait, {}, {}}};
    const auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QCOMPARE(f.link->conversions, 3);
    QCOMPARE(f.link->copies, 1);

    Fixture failing;
    failing.link->convertFails = {{ErrorCode::NoSpace, Retry::AfterUserAction, {QStringLiteral("/boot")}, {}}};
    const auto other = failing.create();
    const Outcome outcome = failing.run(*other);
    QCOMPARE(outcome.end, Outcome::End::Failed);
    QCOMPARE(outcome.error->code, ErrorCode::NoSpace);
    QCOMPARE(failing.run(*other).end, Outcome::End::Finished); // a retry converts, and copies nothing again
    QCOMPARE(failing.link->copies, 1);
}

void MigrationRoute::progressTellsOfEachDisk()
{
    Fixture f;
    f.link->said.doneByDisk = {Bytes{3}, Bytes{4}};
    f.link->said.totalByDisk = {Bytes{5}, Bytes{6}};
    const auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    bool copied = false;
    for (const QJsonObject &progress : f.events("progress")) {
        const QJsonArray disks = progress.value(QLatin1String("disks")).toArray();
        copied = copied || progress.value(QLatin1String("phase")) == QJsonValue(QStringLiteral("copy"));
        QCOMPARE(disks.size(), copied ? 2 : 0);
        if (!copied)
            continue;
        const DiskFacts &second = f.source.facts().disks.at(1);
        const QJsonObject expected{{QStringLiteral("disk"), second.id}, {QStringLiteral("name"), second.name},
            {QStringLiteral("bytesDone"), 4}, {QStringLiteral("bytesTotal"), 6}};
        QCOMPARE(disks.at(1).toObject(), expected);
    }
    QVERIFY(copied);
}

void MigrationRoute::theListKnowsEachJob()
{
    Fixture f;
    f.plan.job.name = QStringLiteral("night");
    f.plan.job.tags = {{QStringLiteral("team"), QStringLiteral("blue")}};
    const auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    const JobSummary job = Migration::list(f.folder.path()).value(0);
    QCOMPARE(job.id, migration->jobId());
    QCOMPARE(job.job.tags, f.plan.job.tags);
    QCOMPARE(job.place.bucket, f.plan.image.bucket);
    QVERIFY(!job.instanceId.isEmpty());
    QVERIFY(job.ended.isValid());
    QCOMPARE(job.phases.first().phase, Phase::Connect);
    QVERIFY(job.phases.last().ended.isValid());
    QCOMPARE(job.bytesDone, job.bytesTotal);
    QVERIFY(job.bytesTotal.count > 0);
}

void MigrationRoute::reportTellsWhatHappened()
{
    Fixture f;
    const auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    const Result<QJsonObject> report = readJsonFile(f.jobFile(*migration, "report.json"));
    QVERIFY(report);
    QCOMPARE(report->value(QLatin1String("state")).toString(), QStringLiteral("Finished"));
    QCOMPARE(report->value(QLatin1String("copy")).toObject().value(QLatin1String("bytesDone")).toInteger(), qint64(8) << 20);
    QCOMPARE(report->value(QLatin1String("copy")).toObject().value(QLatin1String("wireBytes")).toInteger(), qint64(1) << 20);
    QVERIFY(report->value(QLatin1String("phases")).toArray().size() >= 10);
    const QJsonObject resources = report->value(QLatin1String("resources")).toObject();
    QVERIFY(resources.value(QLatin1String("remaining")).toArray().isEmpty());
    QVERIFY(resources.value(QLatin1String("made")).toArray().size() >= 10);
    const QString imageId = report->value(QLatin1String("image")).toObject().value(QLatin1String("id")).toString();
    QVERIFY(!imageId.isEmpty());
    const QByteArray html = *readFile(migration->reportPath());
    QVERIFY(html.contains(imageId.toUtf8()));
    QVERIFY(html.contains("Debian &lt;b&gt;12&lt;/b&gt;"));
    QVERIFY(!html.contains("<b>12"));
    QVERIFY(!html.contains("http://") && !html.contains("<script")); // self-contained
    QVERIFY(html.contains("aliyun ens RunInstances"));
}

void MigrationRoute::reportShowsTheProofOfALiveCopy()
{
    const QByteArray point =
        R"({"backend":"perf","selfTest":[{"disk":"serial-<1>","proof":"own writes seen"}],"refused":["eBPF: no BTF"],"rounds":4,
            "freezes":2,"frozenMicroseconds":412345,"frozenBytes":3145728,"memoryLocked":true,"blocksAudited":17,"blocksReadBack":4096,
            "manifest":"c0ffee","round":7,"everyMissWouldShow":false,"losses":["ring full"],"hookProblem":"EL-0123 late"})";
    const QByteArray tracking = R"({"filesystems":[{"mountPoint":"/srv/a&b","freezeMicroseconds":2500,"thawMicroseconds":100}]})";
    const QJsonObject copy{{QStringLiteral("livePoint"), QJsonDocument::fromJson(point).object()},
        {QStringLiteral("tracking"), QJsonDocument::fromJson(tracking).object()}};
    const QByteArray html = reportHtml({{QStringLiteral("copy"), copy}});
    for (const char *fact :
        {"perf: a ring", "eBPF: no BTF", "serial-&lt;1&gt;", "a known write was seen", "ring full", "<td>no</td>", "412.3 ms", "3.00 MiB",
            "<td>2</td>", "<td>17</td>", "4,096", "round 7, check sum c0ffee", "EL-0123 late", "/srv/a&amp;b", "2.5 ms"})
        QVERIFY2(html.contains(fact), fact);
    QVERIFY(!reportHtml({{QStringLiteral("copy"), QJsonObject{{QStringLiteral("livePoint"), QJsonValue()}}}}).contains("power cut"));
}

/// By a process that was killed, and found by this one.
void MigrationRoute::whatHappenedBeforeIsToldFirst()
{
    Fixture f;
    const auto migration = f.create();
    migration->warn(warnings::thawedAtStart({QStringLiteral("/srv")}));
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QVERIFY(!f.events("warning").isEmpty());
    const QString message = f.events("warning").first().value(QLatin1String("message")).toString();
    QVERIFY2(message.contains(QLatin1String("/srv")), qPrintable(message));
    QVERIFY(readFile(migration->reportPath())->contains(message.toHtmlEscaped().toUtf8()));
}

void MigrationRoute::finishedJobRunsNoMore()
{
    Fixture f;
    const auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    const Outcome again = f.run(*migration);
    QCOMPARE(again.end, Outcome::End::Failed);
    QCOMPARE(again.error->code, ErrorCode::JobStateWrong);
    const QStringList before = f.cloud->everything();
    QCOMPARE(f.cancel(*migration).end, Outcome::End::Finished);
    QCOMPARE(f.cloud->everything(), before); // the image is the customer's now
    QVERIFY(migration->summary().state == JobState::Finished);
}

void MigrationRoute::oneProcessAtATime()
{
    Fixture f;
    const auto migration = f.create();
    const auto second = f.reopen(migration->jobId());
    QVERIFY(second);
    std::optional<Outcome> refused;
    f.link->duringCopy = [&] {
        refused = second->run({}, {});
        QVERIFY(Migration::list(f.folder.path()).first().state == JobState::Running);
    };
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QVERIFY(refused && refused->end == Outcome::End::Failed);
    QCOMPARE(refused->error->code, ErrorCode::JobRunning);
    const Outcome late = second->run({}, {}); // it read the job's state before the other one finished it
    QCOMPARE(late.end, Outcome::End::Failed);
    QCOMPARE(late.error->code, ErrorCode::JobStateWrong);
}

void MigrationRoute::heartbeatTellsTheService()
{
    Fixture f;
    const auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    const QJsonObject status = f.cloud->thing(QStringLiteral("task"), QStringLiteral("status"));
    QCOMPARE(status.value(QLatin1String("status")).toString(), QStringLiteral("Finished"));
    QCOMPARE(status.value(QLatin1String("job")).toString(), migration->jobId());
    QCOMPARE(status.value(QLatin1String("progress")).toDouble(), 100.0);
}

QTEST_GUILESS_MAIN(MigrationRoute)
#include "tst_migrationroute.moc"
