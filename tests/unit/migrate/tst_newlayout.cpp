#include "core/base/files.h"
#include "fixture.h"

#include <QJsonDocument>
#include <QtTest>

using namespace edgelift;
using namespace edgelift::test;

namespace {

Error full() { return {ErrorCode::TargetFilesystemFull, Retry::AfterUserAction, {QStringLiteral("/srv")}, {}}; }

/// The same plan with more room on the data disk.
Plan larger(Plan plan)
{
    plan.disks[1].sizeGiB = 30;
    return plan;
}

QJsonObject record(const Fixture &f, const Migration &migration) { return *readJsonFile(f.jobFile(migration, "job.json")); }

QStringList finishedSteps(const Fixture &f, const Migration &migration)
{
    QStringList names;
    for (const QJsonValue &step : record(f, migration).value(QLatin1String("steps")).toArray())
        names.append(step.toObject().value(QLatin1String("name")).toString());
    return names;
}

/// What is on disk of a job at one moment, to be put back as a kill at that moment leaves it.
class Folder
{
public:
    explicit Folder(QString path)
        : m_path(std::move(path))
    {
        for (const QFileInfo &file : QDir(m_path).entryInfoList(QDir::Files))
            m_files.insert(file.fileName(), *readFile(file.filePath()));
    }
    void putBack() const
    {
        for (const QFileInfo &file : QDir(m_path).entryInfoList(QDir::Files))
            QVERIFY(QFile::remove(file.filePath()));
        for (auto it = m_files.begin(); it != m_files.end(); ++it)
            QVERIFY(writeFileDurably(m_path + QLatin1Char('/') + it.key(), it.value()));
    }

private:
    QString m_path;
    QMap<QString, QByteArray> m_files;
};

/// A job whose copy failed because its target was too small.
struct FailedCopy
{
    FailedCopy()
    {
        migration = f.create();
        f.link->copyFails = full();
        f.link->duringCopy = [this] {
            seen = f.cloud->everything();
            QVERIFY(writeFileDurably(f.jobFile(*migration, "transfer.journal"), "of the old epoch"));
        };
        QCOMPARE(f.run(*migration).end, Outcome::End::Failed);
        f.link->duringCopy = [this] { seen = f.cloud->everything(); };
        epoch = f.link->lastOrder.epoch;
        id = migration->jobId();
        migration = f.reopen(id);
    }
    /// As a process that is killed at this call of an action: the call is done, nothing is written after it.
    void dieAt(const QString &action, int skip)
    {
        f.cloud->onDeath = [this] {
            killed.emplace(QFileInfo(f.jobFile(*migration, "job.json")).path());
            f.stop.request_stop();
        };
        f.cloud->fail(action, {Fault::Kind::Death, {}, 1, skip});
    }
    /// The next process, after a kill.
    void reopen()
    {
        migration.reset();
        if (killed)
            killed->putBack();
        migration = f.reopen(id);
    }
    QString largestDisk() const { return f.cloud->lastParameters(QStringLiteral("RunInstances")).value(QStringLiteral("DataDisk.2.Size")); }
    QString left() const
    {
        return f.cloud->everything().filter(QRegularExpression(QStringLiteral("^(?!ensImage)"))).join(QLatin1Char(' '));
    }

    Fixture f;
    std::unique_ptr<Migration> migration;
    QString id;
    quint64 epoch = 0;
    QStringList seen; ///< in the account, during the last copy
    std::optional<Folder> killed;
};

/// The calls of the run after a change of the layout, as action and number among those of its kind.
QList<std::pair<QString, int>> callsAfterTheChange()
{
    FailedCopy job;
    if (!job.migration->changeLayout(larger(job.f.plan)))
        return {};
    QList<std::pair<QString, int>> calls;
    QHash<QString, int> count;
    std::mutex mutex; // what the service is told comes on a thread of its own
    job.f.cloud->onCall = [&](const QString &action) {
        const std::lock_guard lock(mutex);
        if (action != QLatin1String("heartbeat") && action != QLatin1String("status"))
            calls.append({action, count[action]++});
    };
    return job.f.run(*job.migration).end == Outcome::End::Finished ? calls : decltype(calls)();
}

}

/// A target that was too small: the same job goes on with another layout.
class NewLayout : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theJobGoesOnWithNewDisks();
    void nothingOfTheOldLayoutCountsAsDone();
    void whatElseDiffersIsRefused();
    void theSamePlanKeepsWhatIsCopied();
    void anImageThatIsBeingMadeKeepsItsLayout();
    void jobsAtTheirEndAndRunningOnesAreLeftAlone();
    void aJobWithoutAnInstanceHasNoneToRelease();
    void aConversionThatFailedIsDoneAgain();
    void whatACleanUpTookIsMadeAgain();
    void whoOpenedTheJobBeforeRunsTheNewPlan();
    void aKillBetweenRecordAndPlanGoesOnWithTheOldPlan();
    void aKillAtAnyCallThenRunMakesOneImage();
    void aKillAtAnyCallThenCancelLeavesNothing();
    void anInstanceThatRefusesToGoIsTriedAgain();
    void jobsOfEarlierVersionsKeepTheirInstance();
};

void NewLayout::theJobGoesOnWithNewDisks()
{
    FailedCopy job;
    const QStringList before = job.seen;
    QVERIFY(job.migration->changeLayout(larger(job.f.plan)));
    QVERIFY(job.migration->plan() == larger(job.f.plan));
    QCOMPARE(job.f.run(*job.migration).end, Outcome::End::Finished);
    QCOMPARE(job.largestDisk(), QStringLiteral("30"));
    QVERIFY(job.f.link->lastOrder.epoch != job.epoch);
    for (const char *once : {"CreateVpc", "CreateVSwitch", "CreateSecurityGroup", "AuthorizeSecurityGroup", "PUTObject"})
        QVERIFY2(job.f.cloud->calls(QLatin1String(once)) == 1, once);
    QCOMPARE(job.f.cloud->calls(QStringLiteral("RunInstances")), 2);
    for (const QString &thing : job.seen.filter(QRegularExpression(QStringLiteral("^(instance|disk) "))))
        QVERIFY2(!before.contains(thing), qPrintable(thing)); // none of the old ones was there any more
    QCOMPARE(job.seen.filter(QStringLiteral("instance ")).size(), 1);
    QCOMPARE(job.seen.size(), before.size());
    QVERIFY(!QFile::exists(job.f.jobFile(*job.migration, "transfer.journal")));
    QCOMPARE(job.left(), QString());
    QCOMPARE(job.f.events("warning").last().value(QLatin1String("id")).toString(), QStringLiteral("layout-changed"));
    const QJsonObject report = *readJsonFile(job.f.jobFile(*job.migration, "report.json"));
    QVERIFY(QJsonDocument(report).toJson().contains("another layout"));
    QCOMPARE(report.value(QLatin1String("plan"))
                 .toObject()
                 .value(QLatin1String("disks"))
                 .toArray()
                 .at(1)
                 .toObject()
                 .value(QLatin1String("sizeGiB"))
                 .toInt(),
        30);
}

void NewLayout::nothingOfTheOldLayoutCountsAsDone()
{
    FailedCopy job;
    job.migration.reset();
    QJsonObject before = *readJsonFile(job.f.folder.path() + QLatin1String("/jobs/") + job.id + QLatin1String("/job.json"));
    QJsonObject values = before.value(QLatin1String("values")).toObject();
    for (const char *name : {"filesDone", "copyNotes", "liveFiles"})
        values.insert(QLatin1String(name), QJsonArray{QStringLiteral("file-data/whole")});
    before.insert(QLatin1String("values"), values);
    QVERIFY(writeJsonFile(job.f.folder.path() + QLatin1String("/jobs/") + job.id + QLatin1String("/job.json"), before));
    job.migration = job.f.reopen(job.id);
    QVERIFY(job.migration->changeLayout(larger(job.f.plan)));
    const QJsonObject after = record(job.f, *job.migration);
    const QJsonObject copy = after.value(QLatin1String("copy")).toObject();
    QCOMPARE(copy.value(QLatin1String("bytesDone")).toString(), QStringLiteral("0"));
    QCOMPARE(copy.value(QLatin1String("wireBytes")), before.value(QLatin1String("copy")).toObject().value(QLatin1String("wireBytes")));
    const QStringList kept = after.value(QLatin1String("values")).toObject().keys();
    for (const char *name : {"filesDone", "copyNotes", "liveFiles", "disks", "instanceId", "transitAddress", "targetImage"})
        QVERIFY2(!kept.contains(QLatin1String(name)), name);
    QCOMPARE(after.value(QLatin1String("values")).toObject().value(QLatin1String("dataDisksGiB")).toArray(), QJsonArray{30});
    QCOMPARE(finishedSteps(job.f, *job.migration),
        QStringList({QStringLiteral("connect.session"), QStringLiteral("connect.account"), QStringLiteral("transit.bundle")}));
}

void NewLayout::whatElseDiffersIsRefused()
{
    FailedCopy job;
    const QJsonObject before = record(job.f, *job.migration);
    Plan plan = larger(job.f.plan);
    plan.image.bucket = QStringLiteral("another");
    const Result<> taken = job.migration->changeLayout(plan);
    QVERIFY(!taken);
    QCOMPARE(int(taken.error().code), int(ErrorCode::PlanChangeRefused));
    QCOMPARE(taken.error().args, QStringList({job.id, QStringLiteral("image.bucket")}));
    QCOMPARE(record(job.f, *job.migration), before);
    QVERIFY(job.migration->plan() == job.f.plan);
}

void NewLayout::theSamePlanKeepsWhatIsCopied()
{
    FailedCopy job;
    QVERIFY(job.migration->changeLayout(job.f.plan));
    QCOMPARE(job.f.run(*job.migration).end, Outcome::End::Finished);
    QCOMPARE(job.f.link->lastOrder.epoch, job.epoch);
    QCOMPARE(job.f.cloud->calls(QStringLiteral("RunInstances")), 1);
}

void NewLayout::anImageThatIsBeingMadeKeepsItsLayout()
{
    Fixture f;
    f.cloud->fail(QStringLiteral("CreateImage"), {Fault::Kind::Refuse, QStringLiteral("Forbidden.RAM"), 1, 0});
    auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Failed);
    const Result<> taken = migration->changeLayout(larger(f.plan));
    QVERIFY(!taken);
    QCOMPARE(int(taken.error().code), int(ErrorCode::LayoutSettled));
    QVERIFY(migration->plan() == f.plan);
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QCOMPARE(f.link->copies, 1);
}

void NewLayout::jobsAtTheirEndAndRunningOnesAreLeftAlone()
{
    FailedCopy job;
    std::optional<Error> whileItRuns;
    job.f.link->duringCopy = [&] {
        const auto other = Migration::open(job.f.folder.path(), job.id, &job.f.source, job.f.surroundings);
        const Result<> taken = (*other)->changeLayout(larger(job.f.plan));
        whileItRuns = taken ? std::nullopt : std::optional(taken.error());
    };
    QCOMPARE(job.f.run(*job.migration).end, Outcome::End::Finished);
    QVERIFY(whileItRuns && whileItRuns->code == ErrorCode::JobRunning);
    QCOMPARE(int(job.migration->changeLayout(larger(job.f.plan)).error().code), int(ErrorCode::JobStateWrong));
    QVERIFY(job.migration->plan() == job.f.plan);
}

void NewLayout::aJobWithoutAnInstanceHasNoneToRelease()
{
    Fixture f;
    f.cloud->fail(QStringLiteral("CreateSecurityGroup"), {Fault::Kind::Refuse, QStringLiteral("Forbidden.RAM"), 1, 0});
    auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Failed);
    QVERIFY(migration->changeLayout(larger(f.plan)));
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QCOMPARE(f.cloud->calls(QStringLiteral("CreateVpc")), 1);
    QCOMPARE(f.cloud->calls(QStringLiteral("DeleteInstance")), 1); // the clean-up at the end
    for (const QJsonObject &warning : f.events("warning"))
        QVERIFY(warning.value(QLatin1String("id")).toString() != QLatin1String("layout-changed"));
}

void NewLayout::aConversionThatFailedIsDoneAgain()
{
    Fixture f;
    f.link->convertFails = {Error{ErrorCode::TargetWriteFailed, Retry::AfterUserAction, {QStringLiteral("x")}, {}}};
    auto migration = f.create();
    QCOMPARE(f.run(*migration).end, Outcome::End::Failed);
    QVERIFY(migration->changeLayout(larger(f.plan)));
    QCOMPARE(f.run(*migration).end, Outcome::End::Finished);
    QCOMPARE(f.link->copies, 2); // the disks that were complete are not there any more
    QCOMPARE(f.link->conversions, 2);
}

void NewLayout::whatACleanUpTookIsMadeAgain()
{
    FailedCopy job;
    job.f.cloud->fail(QStringLiteral("DeleteVpc"), {Fault::Kind::Refuse, QStringLiteral("Forbidden.RAM"), 1, 0});
    QCOMPARE(job.f.cancel(*job.migration).end, Outcome::End::Failed);
    QVERIFY(job.migration->changeLayout(larger(job.f.plan)));
    QCOMPARE(job.f.run(*job.migration).end, Outcome::End::Finished);
    QCOMPARE(job.f.cloud->calls(QStringLiteral("CreateVpc")), 1);
    QCOMPARE(job.f.cloud->calls(QStringLiteral("CreateSecurityGroup")), 2);
    QCOMPARE(job.f.cloud->calls(QStringLiteral("AuthorizeSecurityGroup")), 2); // the new group would let nobody in
    QCOMPARE(job.left(), QString());
}

void NewLayout::whoOpenedTheJobBeforeRunsTheNewPlan()
{
    FailedCopy job;
    const auto other = Migration::open(job.f.folder.path(), job.id, &job.f.source, job.f.surroundings);
    QVERIFY((*other)->changeLayout(larger(job.f.plan)));
    QCOMPARE(job.f.run(*job.migration).end, Outcome::End::Finished);
    QCOMPARE(job.largestDisk(), QStringLiteral("30"));
}

void NewLayout::aKillBetweenRecordAndPlanGoesOnWithTheOldPlan()
{
    FailedCopy job;
    const QByteArray plan = *readFile(job.f.jobFile(*job.migration, "plan.json"));
    QVERIFY(job.migration->changeLayout(larger(job.f.plan)));
    QVERIFY(writeFileDurably(job.f.jobFile(*job.migration, "plan.json"), plan)); // it was not written yet
    job.reopen();
    QCOMPARE(job.f.run(*job.migration).end, Outcome::End::Finished);
    QCOMPARE(job.largestDisk(), QStringLiteral("20"));
    QVERIFY(job.f.link->lastOrder.epoch != job.epoch); // from the beginning, on disks of their own
    QCOMPARE(job.f.cloud->calls(QStringLiteral("RunInstances")), 2);
    QCOMPARE(job.left(), QString());
}

void NewLayout::aKillAtAnyCallThenRunMakesOneImage()
{
    const QList<std::pair<QString, int>> calls = callsAfterTheChange();
    QVERIFY(calls.size() > 40);
    int kills = 0;
    for (const auto &[action, number] : calls) {
        FailedCopy job;
        QVERIFY(job.migration->changeLayout(larger(job.f.plan)));
        job.dieAt(action, number);
        const Outcome first = job.f.run(*job.migration);
        kills += job.killed ? 1 : 0;
        job.reopen();
        const Outcome second = job.killed ? job.f.run(*job.migration) : first;
        const QByteArray where = (action + QLatin1Char('#') + QString::number(number)).toUtf8();
        QVERIFY2(second.end == Outcome::End::Finished, where + (second.error ? second.error->detail.toUtf8() : QByteArray()));
        QVERIFY2(job.largestDisk() == QLatin1String("30"), where);
        QVERIFY2(job.f.link->lastOrder.epoch != job.epoch, where);
        QVERIFY2(job.seen.filter(QStringLiteral("instance ")).size() == 1, where + job.seen.join(QLatin1Char(' ')).toUtf8());
        QVERIFY2(job.left().isEmpty(), where + job.left().toUtf8());
        QVERIFY2(job.f.cloud->ids(QStringLiteral("ensImage")).size() == 1, where);
    }
    QVERIFY2(kills > calls.size() * 9 / 10, qPrintable(QString::number(kills)));
}

void NewLayout::aKillAtAnyCallThenCancelLeavesNothing()
{
    for (const auto &[action, number] : callsAfterTheChange()) {
        FailedCopy job;
        QVERIFY(job.migration->changeLayout(larger(job.f.plan)));
        job.dieAt(action, number);
        static_cast<void>(job.f.run(*job.migration));
        job.reopen();
        const QByteArray where = (action + QLatin1Char('#') + QString::number(number)).toUtf8();
        if (job.migration->summary().state != JobState::Finished)
            QVERIFY2(job.f.cancel(*job.migration).end == Outcome::End::Finished, where);
        QVERIFY2(job.left().isEmpty(), where + job.left().toUtf8());
    }
}

void NewLayout::anInstanceThatRefusesToGoIsTriedAgain()
{
    FailedCopy job;
    QVERIFY(job.migration->changeLayout(larger(job.f.plan)));
    job.f.cloud->fail(QStringLiteral("DeleteInstance"), {Fault::Kind::Refuse, QStringLiteral("Forbidden.RAM"), 1, 0});
    QCOMPARE(job.f.run(*job.migration).end, Outcome::End::Failed);
    QCOMPARE(job.f.cloud->calls(QStringLiteral("RunInstances")), 1); // no second one beside it
    job.reopen();
    QCOMPARE(job.f.run(*job.migration).end, Outcome::End::Finished);
    QCOMPARE(job.largestDisk(), QStringLiteral("30"));
    QCOMPARE(job.left(), QString());
}

void NewLayout::jobsOfEarlierVersionsKeepTheirInstance()
{
    FailedCopy job;
    const QString file = job.f.jobFile(*job.migration, "job.json");
    QJsonObject object = *readJsonFile(file);
    QJsonArray steps = object.value(QLatin1String("steps")).toArray();
    for (qsizetype i = 0; i < steps.size(); ++i) {
        if (steps.at(i).toObject().value(QLatin1String("name")) == QLatin1String("transit.renew"))
            steps.removeAt(i--);
    }
    object.insert(QLatin1String("steps"), steps);
    QVERIFY(writeJsonFile(file, object));
    job.migration.reset();
    job.migration = job.f.reopen(job.id);
    QCOMPARE(job.f.run(*job.migration).end, Outcome::End::Finished);
    QCOMPARE(job.f.cloud->calls(QStringLiteral("RunInstances")), 1);
    QCOMPARE(job.f.link->lastOrder.epoch, job.epoch);
}

QTEST_GUILESS_MAIN(NewLayout)
#include "tst_newlayout.moc"
