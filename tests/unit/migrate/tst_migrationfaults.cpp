#include "fixture.h"

#include <QtTest>

using namespace edgelift;
using namespace edgelift::test;

namespace {

/// The calls that make something, in the order of the route.
constexpr const char *makingCalls[] = {"PUTObject", "CreateVpc", "CreateVSwitch", "CreateSecurityGroup", "RunInstances", "CreateSnapshot",
    "CreateImage", "ExportImage", "ImportImage"};
/// One call of nearly every step.
constexpr const char *stepCalls[] = {"redeem", "GetCallerIdentity", "DescribeRegions", "DescribeAvailableResource", "PUTObject",
    "CreateVpc", "DescribeVpcs", "CreateVSwitch", "DescribeVSwitches", "CreateSecurityGroup", "AuthorizeSecurityGroup", "RunInstances",
    "DescribeInstances", "DescribeDisks", "StopInstance", "CreateSnapshot", "DescribeSnapshots", "CreateImage", "ExportImage",
    "DescribeTaskAttribute", "ImportImage", "DeleteImage", "DeleteSnapshot", "DeleteInstance", "DeleteSecurityGroup", "DeleteVSwitch",
    "DeleteVpc", "DELETEObject"};

bool isEmptyButImages(Fixture &f) { return f.cloud->everything().filter(QRegularExpression(QStringLiteral("^(?!ensImage)"))).isEmpty(); }

}

/// What goes wrong, and that nothing is lost, repeated or left behind.
class MigrationFaults : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void refusedOnceThenRetryContinues_data();
    void refusedOnceThenRetryContinues();
    void lostAnswerMakesNothingTwice_data();
    void lostAnswerMakesNothingTwice();
    void deathBetweenIntentAndIdLeaksNothing_data();
    void deathBetweenIntentAndIdLeaksNothing();
    void deathBetweenIntentAndIdThenRunMakesOneOfEach_data();
    void deathBetweenIntentAndIdThenRunMakesOneOfEach();
    void cancelAtAnyCallLeavesNothing_data();
    void cancelAtAnyCallLeavesNothing();
    void copyIsResumedNotRepeatedFromTheStart();
    void stopKeepsEverything();
    void releasedInstanceEndsTheJob_data();
    void releasedInstanceEndsTheJob();
    void lostLinkLooksForBothEnds();
    void lostLinkToAReleasedInstanceIsNotWaitedFor();
    void silentReceiverTimesOut();
    void sourceThatChangesDuringTheCopyFails();
    void cloudThatCannotBeAskedIsEndured();
    void failedSnapshotIsMadeAgain();
    void failedExportIsStartedAgain();
    void failedImportIsStartedAgain();
    void typeSoldOutAtTheLastMomentIsReplaced();
    void refusedCleanUpIsListedAndFinishedLater();
    void cancelAfterTheImportKeepsTheImage();
    void cancelWorksWithoutTheSource();
    void damagedLedgerIsNotGuessedAround();
};

void MigrationFaults::refusedOnceThenRetryContinues_data()
{
    QTest::addColumn<QString>("action");
    for (const char *action : stepCalls)
        QTest::newRow(action) << QString::fromLatin1(action);
}

void MigrationFaults::refusedOnceThenRetryContinues()
{
    QFETCH(QString, action);
    Fixture f;
    f.cloud->fail(action, {Fault::Kind::Refuse, QStringLiteral("Forbidden.RAM"), 1, 0});
    auto migration = f.create();
    const Outcome first = f.run(*migration);
    if (first.end == Outcome::End::Failed) { // some calls are only asked for advice
        QCOMPARE(int(first.error->code), int(ErrorCode::PermissionMissing));
        QVERIFY(migration->summary().state == JobState::InError);
        migration = f.reopen(migration->jobId()); // as another process would
    }
    if (migration->summary().state != JobState::Finished)
        QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    for (const char *made :
        {"CreateVpc", "CreateVSwitch", "CreateSecurityGroup", "RunInstances", "CreateImage", "ExportImage", "ImportImage"})
        QCOMPARE(f.cloud->calls(QLatin1String(made)), action == QLatin1String(made) ? 2 : 1);
    QCOMPARE(f.link->copies, 1);
    QCOMPARE(f.cloud->ids(QStringLiteral("ensImage")).size(), 1);
    QVERIFY2(isEmptyButImages(f), qPrintable(f.cloud->everything().join(QLatin1String(", "))));
}

void MigrationFaults::lostAnswerMakesNothingTwice_data()
{
    QTest::addColumn<QString>("action");
    for (const char *action : makingCalls)
        QTest::newRow(action) << QString::fromLatin1(action);
}

void MigrationFaults::lostAnswerMakesNothingTwice()
{
    QFETCH(QString, action);
    Fixture f;
    f.cloud->fail(action, {Fault::Kind::LostAnswer, {}, 1, 0});
    QString copies;
    f.link->duringCopy = [&] { copies = f.cloud->everything().join(QLatin1Char(' ')); };
    auto migration = f.create();
    const Outcome outcome = f.run(*migration);
    if (outcome.end == Outcome::End::Failed) {
        migration = f.reopen(migration->jobId());
        QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    }
    QCOMPARE(copies.count(QLatin1String("vpc vpc-")), 1);
    QCOMPARE(copies.count(QLatin1String("instance instance-")), 1);
    QCOMPARE(f.cloud->ids(QStringLiteral("ensImage")).size(), 1);
    QVERIFY2(isEmptyButImages(f), qPrintable(f.cloud->everything().join(QLatin1String(", "))));
}

void MigrationFaults::deathBetweenIntentAndIdLeaksNothing_data() { lostAnswerMakesNothingTwice_data(); }

void MigrationFaults::deathBetweenIntentAndIdLeaksNothing()
{
    QFETCH(QString, action);
    Fixture f;
    f.dieAt(action);
    auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Stopped);
    QVERIFY(!f.cloud->everything().isEmpty());
    migration = f.reopen(migration->jobId());
    QVERIFY(migration);
    QCOMPARE(f.cancel(*migration).end, Outcome::End::Finished);
    QVERIFY2(f.cloud->everything().isEmpty(), qPrintable(f.cloud->everything().join(QLatin1String(", "))));
    QVERIFY(migration->resources().isEmpty());
    QVERIFY(migration->summary().state == JobState::Cancelled);
    QCOMPARE(f.cancel(*migration).end, Outcome::End::Finished); // once more does no harm
}

void MigrationFaults::deathBetweenIntentAndIdThenRunMakesOneOfEach_data() { lostAnswerMakesNothingTwice_data(); }

void MigrationFaults::deathBetweenIntentAndIdThenRunMakesOneOfEach()
{
    QFETCH(QString, action);
    Fixture f;
    f.dieAt(action);
    auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Stopped);
    migration = f.reopen(migration->jobId());
    const Outcome outcome = f.run(*migration);
    QVERIFY2(outcome.end == Outcome::End::Finished, outcome.error ? qPrintable(outcome.error->args.join(QLatin1Char(' '))) : "");
    QCOMPARE(f.cloud->ids(QStringLiteral("ensImage")).size(), 1);
    QVERIFY2(isEmptyButImages(f), qPrintable(f.cloud->everything().join(QLatin1String(", "))));
}

void MigrationFaults::cancelAtAnyCallLeavesNothing_data() { refusedOnceThenRetryContinues_data(); }

void MigrationFaults::cancelAtAnyCallLeavesNothing()
{
    QFETCH(QString, action);
    Fixture f;
    auto migration = f.create();
    bool stopped = false;
    f.cloud->onCall = [&](const QString &called) {
        if (called == action && !std::exchange(stopped, true))
            f.stop.request_stop();
    };
    (void)f.run(*migration);
    QVERIFY(stopped);
    const bool isDone = migration->summary().state == JobState::Finished;
    f.cloud->onCall = {};
    migration = f.reopen(migration->jobId());
    const bool imported =
        action.startsWith(QLatin1String("Delete")) || action.startsWith(QLatin1String("DELETE")); // in clean-up the image is there
    QCOMPARE(f.cancel(*migration).end, Outcome::End::Finished);
    QVERIFY2(isEmptyButImages(f), qPrintable(f.cloud->everything().join(QLatin1String(", "))));
    QCOMPARE(f.cloud->ids(QStringLiteral("ensImage")).size(), imported || isDone ? 1 : 0);
}

void MigrationFaults::copyIsResumedNotRepeatedFromTheStart()
{
    Fixture f;
    auto migration = f.create();
    f.link->copyFails = Error{ErrorCode::LinkLost, Retry::AfterWait, {QStringLiteral("127.88.0.9")}, {}};
    QCOMPARE(f.run(*migration).end, Outcome::End::Failed);
    const quint64 epoch = f.link->lastOrder.epoch;
    const QString journal = f.link->lastOrder.journalPath;
    const QList<QJsonObject> errors = f.events("error");
    QCOMPARE(errors.size(), 1);
    QVERIFY(!errors.first().value(QLatin1String("refused")).toBool());
    QVERIFY(errors.first().value(QLatin1String("kept")).toArray().size() >= 5);
    QVERIFY(!migration->resources().isEmpty());
    migration = f.reopen(migration->jobId());
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QCOMPARE(f.link->copies, 2);
    QCOMPARE(f.link->lastOrder.epoch, epoch); // the same copy at both ends
    QCOMPARE(f.link->lastOrder.journalPath, journal);
    QCOMPARE(f.cloud->calls(QStringLiteral("RunInstances")), 1);
}

void MigrationFaults::stopKeepsEverything()
{
    Fixture f;
    auto migration = f.create();
    f.link->duringCopy = [&] { f.stop.request_stop(); };
    QCOMPARE(f.run(*migration).end, Outcome::End::Stopped);
    QVERIFY(migration->summary().state == JobState::Stopped);
    QVERIFY(f.cloud->everything().size() >= 6);
    QVERIFY(f.events("error").isEmpty()); // stopped is not failed
    f.link->duringCopy = {};
    migration = f.reopen(migration->jobId());
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QVERIFY2(isEmptyButImages(f), qPrintable(f.cloud->everything().join(QLatin1String(", "))));
}

void MigrationFaults::releasedInstanceEndsTheJob_data()
{
    QTest::addColumn<bool>("noticedByTheLink");
    QTest::newRow("during the copy") << true;
    QTest::newRow("between two runs") << false;
}

void MigrationFaults::releasedInstanceEndsTheJob()
{
    QFETCH(bool, noticedByTheLink);
    Fixture f;
    auto migration = f.create();
    f.link->copyFails = Error{ErrorCode::LinkLost, Retry::AfterWait, {QStringLiteral("127.88.0.9")}, {}};
    const auto release = [&] {
        for (const QString &id : f.cloud->ids(QStringLiteral("instance")))
            f.cloud->drop(QStringLiteral("instance"), id);
        for (const QString &id : f.cloud->ids(QStringLiteral("disk")))
            f.cloud->drop(QStringLiteral("disk"), id);
    };
    if (noticedByTheLink)
        f.link->duringCopy = release;
    Outcome outcome = f.run(*migration);
    QCOMPARE(outcome.end, Outcome::End::Failed);
    if (!noticedByTheLink) {
        release();
        migration = f.reopen(migration->jobId());
        outcome = f.run(*migration);
        QCOMPARE(outcome.end, Outcome::End::Failed);
    }
    QCOMPARE(int(outcome.error->code), int(ErrorCode::TransitReleased));
    QVERIFY(outcome.error->retry == Retry::Never);
    QCOMPARE(f.cancel(*migration).end, Outcome::End::Finished);
    QVERIFY(f.cloud->everything().isEmpty());
}

void MigrationFaults::lostLinkLooksForBothEnds()
{
    Fixture f;
    auto migration = f.create();
    QStringList hosts;
    const auto locate = [&] {
        const Result<QString> host = f.link->lastOrder.locate();
        hosts.append(host ? *host : QStringLiteral("error"));
    };
    f.link->duringCopy = [&] {
        locate(); // nothing has changed
        QCOMPARE(f.cloud->calls(QStringLiteral("AuthorizeSecurityGroup")), 1);
        const QString id = f.cloud->ids(QStringLiteral("instance")).first();
        f.cloud->change(QStringLiteral("instance"), id, QStringLiteral("PublicIpAddress"),
            QJsonObject{{QStringLiteral("IpAddress"), QJsonArray{QStringLiteral("127.88.0.10")}}});
        f.cloud->sourceAddress = QStringLiteral("203.0.113.8");
        locate();
        locate();
    };
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QCOMPARE(hosts, QStringList({QStringLiteral("127.88.0.9"), QStringLiteral("127.88.0.10"), QStringLiteral("127.88.0.10")}));
    QCOMPARE(f.cloud->calls(QStringLiteral("AuthorizeSecurityGroup")), 2);
    QCOMPARE(f.cloud->lastParameters(QStringLiteral("AuthorizeSecurityGroup")).value(QStringLiteral("Permissions.1.SourceCidrIp")),
        QStringLiteral("203.0.113.8/32"));
    int told = 0;
    for (const QJsonObject &warning : f.events("warning"))
        told += warning.value(QLatin1String("message")).toString().contains(QLatin1String("interrupted")) ? 1 : 0;
    QCOMPARE(told, 1);
}

void MigrationFaults::lostLinkToAReleasedInstanceIsNotWaitedFor()
{
    Fixture f;
    auto migration = f.create();
    std::optional<Error> error;
    f.link->duringCopy = [&] {
        for (const QString &id : f.cloud->ids(QStringLiteral("instance")))
            f.cloud->drop(QStringLiteral("instance"), id);
        const Result<QString> host = f.link->lastOrder.locate();
        error = host ? std::nullopt : std::optional(host.error());
    };
    static_cast<void>(f.run(*migration));
    QVERIFY(error);
    QCOMPARE(int(error->code), int(ErrorCode::TransitReleased));
    QVERIFY(error->retry == Retry::Never);
}

void MigrationFaults::silentReceiverTimesOut()
{
    Fixture f;
    f.link->probesUntilReady = 1 << 30;
    auto migration = f.create();
    const QDateTime begin = f.clock->now();
    const Outcome outcome = f.run(*migration);
    QCOMPARE(outcome.end, Outcome::End::Failed);
    QCOMPARE(int(outcome.error->code), int(ErrorCode::TransitNotReady));
    QVERIFY(begin.secsTo(f.clock->now()) >= 15 * 60);
    f.link->probesUntilReady = 1;
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QCOMPARE(f.cloud->calls(QStringLiteral("RunInstances")), 1);
}

void MigrationFaults::sourceThatChangesDuringTheCopyFails()
{
    Fixture f;
    auto migration = f.create();
    f.link->duringCopy = [&] { f.source.changed = true; };
    const Outcome outcome = f.run(*migration);
    QCOMPARE(outcome.end, Outcome::End::Failed);
    QCOMPARE(int(outcome.error->code), int(ErrorCode::SourceChanged));
    QCOMPARE(f.cloud->calls(QStringLiteral("CreateSnapshot")), 0); // a mixture of two states must not become an image
    QCOMPARE(f.cancel(*migration).end, Outcome::End::Finished);
    QVERIFY(f.cloud->everything().isEmpty());
}

void MigrationFaults::cloudThatCannotBeAskedIsEndured()
{
    Fixture f;
    f.cloud->fail(QStringLiteral("DescribeTaskAttribute"), {Fault::Kind::Silence, {}, 20, 0}); // far more than one call insists
    auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QVERIFY(f.cloud->calls(QStringLiteral("DescribeTaskAttribute")) > 20);
}

void MigrationFaults::failedSnapshotIsMadeAgain()
{
    Fixture f;
    auto migration = f.create();
    f.cloud->onCall = [&](const QString &called) {
        if (called == QLatin1String("DescribeSnapshots") && f.cloud->calls(called) == 0)
            f.cloud->change(QStringLiteral("snapshot"), f.cloud->ids(QStringLiteral("snapshot")).first(), QStringLiteral("next"),
                QStringLiteral("failed"));
    };
    const Outcome outcome = f.run(*migration);
    QCOMPARE(int(outcome.error->code), int(ErrorCode::SnapshotFailed));
    QCOMPARE(f.cloud->ids(QStringLiteral("snapshot")).size(), 1);
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QCOMPARE(f.cloud->calls(QStringLiteral("CreateSnapshot")), 3);
    QVERIFY2(isEmptyButImages(f), qPrintable(f.cloud->everything().join(QLatin1String(", "))));
}

void MigrationFaults::failedExportIsStartedAgain()
{
    Fixture f;
    auto migration = f.create();
    f.cloud->onCall = [&](const QString &called) {
        if (called == QLatin1String("DescribeTaskAttribute") && f.cloud->calls(called) == 0) {
            for (const QString &id : f.cloud->ids(QStringLiteral("task")))
                f.cloud->change(QStringLiteral("task"), id, QStringLiteral("TaskStatus"), QStringLiteral("Failed"));
        }
    };
    const Outcome outcome = f.run(*migration);
    QCOMPARE(int(outcome.error->code), int(ErrorCode::ExportFailed));
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QCOMPARE(f.cloud->calls(QStringLiteral("ExportImage")), 2);
}

void MigrationFaults::failedImportIsStartedAgain()
{
    Fixture f;
    auto migration = f.create();
    f.cloud->onCall = [&](const QString &called) {
        for (const QString &id : called == QLatin1String("DescribeSelfImages") && f.cloud->calls(QStringLiteral("ImportImage")) == 1
                ? f.cloud->ids(QStringLiteral("ensImage"))
                : QStringList())
            f.cloud->change(QStringLiteral("ensImage"), id, QStringLiteral("next"), QStringLiteral("Pack_failed"));
    };
    const Outcome outcome = f.run(*migration);
    QCOMPARE(int(outcome.error->code), int(ErrorCode::ImportFailed));
    QVERIFY(!f.cloud->ids(QStringLiteral("object")).isEmpty()); // kept for the retry
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QCOMPARE(f.cloud->ids(QStringLiteral("ensImage")).size(), 1);
    QCOMPARE(f.cloud->calls(QStringLiteral("ExportImage")), 1);
}

void MigrationFaults::typeSoldOutAtTheLastMomentIsReplaced()
{
    Fixture f;
    f.cloud->fail(QStringLiteral("RunInstances"), {Fault::Kind::Refuse, QStringLiteral("OperationDenied.NoStock"), 1, 0});
    auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QCOMPARE(f.cloud->lastParameters(QStringLiteral("RunInstances")).value(QStringLiteral("InstanceType")), QStringLiteral("ecs.other"));
}

void MigrationFaults::refusedCleanUpIsListedAndFinishedLater()
{
    Fixture f;
    f.cloud->fail(QStringLiteral("DeleteVpc"), {Fault::Kind::Refuse, QStringLiteral("Forbidden.RAM"), 1, 0});
    auto migration = f.create();
    const Outcome outcome = f.run(*migration);
    QCOMPARE(outcome.end, Outcome::End::Failed);
    QCOMPARE(f.cloud->ids(QStringLiteral("vpc")).size(), 1);
    QVERIFY(f.cloud->ids(QStringLiteral("object")).isEmpty()); // the rest went all the same
    const QList<LedgerEntry> left = migration->resources();
    QCOMPARE(left.size(), 2); // the VPC and the image
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QVERIFY2(isEmptyButImages(f), qPrintable(f.cloud->everything().join(QLatin1String(", "))));
}

void MigrationFaults::cancelAfterTheImportKeepsTheImage()
{
    Fixture f;
    f.cloud->fail(QStringLiteral("DeleteInstance"), {Fault::Kind::Refuse, QStringLiteral("Forbidden.RAM"), 1, 0});
    auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Failed);
    QCOMPARE(f.cancel(*migration).end, Outcome::End::Finished);
    QCOMPARE(f.cloud->everything().size(), 1);
    QCOMPARE(f.cloud->ids(QStringLiteral("ensImage")).size(), 1);
}

void MigrationFaults::cancelWorksWithoutTheSource()
{
    Fixture f;
    auto migration = f.create();
    f.link->copyFails = Error{ErrorCode::LinkLost, Retry::AfterWait, {QStringLiteral("127.88.0.9")}, {}};
    QCOMPARE(f.run(*migration).end, Outcome::End::Failed);
    Result<std::unique_ptr<Migration>> bare = Migration::open(f.folder.path(), migration->jobId(), nullptr, f.surroundings);
    QVERIFY(bare);
    QCOMPARE(int((*bare)->run({}, {}).error->code), int(ErrorCode::SourceMissing));
    QCOMPARE(f.cancel(**bare).end, Outcome::End::Finished);
    QVERIFY(f.cloud->everything().isEmpty());
}

void MigrationFaults::damagedLedgerIsNotGuessedAround()
{
    Fixture f;
    auto migration = f.create();
    f.link->duringCopy = [&] { f.stop.request_stop(); };
    QCOMPARE(f.run(*migration).end, Outcome::End::Stopped);
    QFile ledger(f.jobFile(*migration, "ledger.json"));
    QVERIFY(ledger.open(QIODevice::WriteOnly));
    ledger.write("{\"version\":1,\"entries\":[{}]}");
    ledger.close();
    const Result<std::unique_ptr<Migration>> opened = Migration::open(f.folder.path(), migration->jobId(), &f.source, f.surroundings);
    QVERIFY(!opened);
    QCOMPARE(int(opened.error().code), int(ErrorCode::StateUnreadable));
}

QTEST_GUILESS_MAIN(MigrationFaults)
#include "tst_migrationfaults.moc"
