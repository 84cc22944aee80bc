#include "core/agent/jobengine.h"
#include "core/layout/defaultplan.h"
#include "core/migrate/cloudchecks.h"
#include "core/migrate/cloudsession.h"
#include "core/migrate/live/livecopy.h"
#include "core/migrate/naming.h"

namespace edgelift {

namespace {

class MigrationJob final : public EngineJob
{
public:
    explicit MigrationJob(std::unique_ptr<Migration> migration)
        : m_migration(std::move(migration))
    {
    }
    QString id() const override { return m_migration->jobId(); }
    Plan plan() const override { return m_migration->plan(); }
    Result<> setTransfer(const Plan::Transfer &transfer) override { return m_migration->setTransfer(transfer); }
    Result<> cutOver() override { return m_migration->cutOver(); }
    Result<> changeLayout(const Plan &plan) override { return m_migration->changeLayout(plan); }
    void warn(const JobWarning &warning) override { m_migration->warn(warning); }
    Outcome run(const std::stop_token &stop, const MigrationObserver &observer) override { return m_migration->run(stop, observer); }
    Outcome cancel(const std::stop_token &stop, const MigrationObserver &observer) override { return m_migration->cancel(stop, observer); }
    QList<LedgerEntry> resources() const override { return m_migration->resources(); }
    QString reportPath() const override { return m_migration->reportPath(); }
    Result<QJsonObject> checkBoot(const std::stop_token &stop) override { return m_migration->checkBoot(stop); }

private:
    const std::unique_ptr<Migration> m_migration;
};

Result<std::unique_ptr<EngineJob>> wrapped(Result<std::unique_ptr<Migration>> migration)
{
    if (!migration)
        return migration.error();
    return std::unique_ptr<EngineJob>(std::make_unique<MigrationJob>(migration.take()));
}

SourceDescription described(const ServerFacts &facts)
{
    SourceDescription source;
    source.name = facts.sourceName;
    source.machineId = naming::machineId(facts); // as the migration names it: a code is used up once for both
    source.hostName = facts.os.hostName;
    source.platform = naming::ecsPlatform(facts.os);
    source.architecture = facts.os.architecture;
    const Plan plan = defaultPlan(facts);
    for (const Plan::Disk &disk : plan.disks) {
        if (disk.role == Plan::Role::System)
            source.systemDiskGiB = disk.sizeGiB;
        else
            source.dataDisksGiB.append(disk.sizeGiB);
    }
    return source;
}

}

Result<> MigrationEngine::testTracking(const Source &source, const std::stop_token &stop)
{
    QStringList disks;
    for (const DiskFacts &disk : source.facts().disks)
        disks.append(disk.id);
    const Result<std::unique_ptr<LiveCopy>> live =
        LiveCopy::start(source, {disks, disks}, realSurroundings().live, m_stateDir, longestFreeze, stop);
    if (!live)
        return live.error();
    return (*live)->rescan() ? Result<>(Error{ErrorCode::LiveSourceUnsupported, Retry::AfterUserAction, {}, {}}) : ok();
}

Result<std::unique_ptr<EngineJob>> MigrationEngine::create(const Plan &plan, const Source &source, const Authorization &authorization)
{
    return wrapped(Migration::create(m_stateDir, plan, source, authorization));
}

Result<std::unique_ptr<EngineJob>> MigrationEngine::open(const QString &jobId, const Source &source)
{
    return wrapped(Migration::open(m_stateDir, jobId, source));
}

Result<std::unique_ptr<EngineJob>> MigrationEngine::openForCleanUp(const QString &jobId)
{
    return wrapped(Migration::openForCleanUp(m_stateDir, jobId));
}

QList<JobSummary> MigrationEngine::list() const { return Migration::list(m_stateDir); }

Result<QString> MigrationEngine::importSource(const Source &source, const Authorization &authorization, const std::stop_token &stop)
{
    const SourceDescription description = described(source.facts());
    const Result<std::unique_ptr<CloudSession>> session =
        CloudSession::open(realSurroundings(), authorization, description, {}, QStringLiteral("cn-beijing"), stop);
    if (!session)
        return session.error();
    const QString given = (*session)->facts().sourceId;
    return given.isEmpty() ? naming::sourceId(description.machineId) : given; // with an AccessKey nobody registers it
}

Result<CloudOptions> MigrationEngine::cloudOptions(
    const Source &source, const Authorization &authorization, const QString &transitRegion, const std::stop_token &stop)
{
    return edgelift::cloudOptions(realSurroundings(), authorization, described(source.facts()), transitRegion, stop);
}

QList<Check> MigrationEngine::cloudChecks(const Authorization &authorization, const QString &transitRegion, const std::stop_token &stop)
{
    return edgelift::cloudChecks(realSurroundings(), knownAddresses(authorization, transitRegion), stop);
}

Result<Secret> MigrationEngine::createCode(const NewCode &wanted, const std::stop_token &stop)
{
    return createActivationCode(realSurroundings(), wanted, stop);
}

}
