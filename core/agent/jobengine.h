#pragma once
#include "core/migrate/cloudoptions.h"
#include "core/migrate/migration.h"
#include "core/migrate/newcode.h"

namespace edgelift {

/// What the agent asks of one migration. Semantics are those of Migration.
class EngineJob
{
public:
    virtual ~EngineJob() = default;
    [[nodiscard]] virtual QString id() const = 0;
    [[nodiscard]] virtual Plan plan() const = 0;
    /// Any thread, also while it runs.
    virtual Result<> setTransfer(const Plan::Transfer &transfer) = 0;
    virtual Result<> cutOver() = 0; ///< any thread
    virtual Result<> changeLayout(const Plan &plan) = 0; ///< before run()
    virtual void warn(const JobWarning &warning) = 0; ///< before run()
    virtual Outcome run(const std::stop_token &stop, const MigrationObserver &observer) = 0;
    virtual Outcome cancel(const std::stop_token &stop, const MigrationObserver &observer) = 0;
    [[nodiscard]] virtual QList<LedgerEntry> resources() const = 0;
    [[nodiscard]] virtual QString reportPath() const = 0;
    virtual Result<QJsonObject> checkBoot(const std::stop_token &stop) = 0;
};

/// core/migrate as the agent sees it. Thread-safe.
class JobEngine
{
public:
    virtual ~JobEngine() = default;
    /// Follows the writes of a machine that runs for a moment, to see that it can be done: the "snapshot driver". Writes one file of 1 MiB
    /// in the state folder and removes it. Blocks for about a second. Errors: LiveSourceUnsupported (no tracker works here; a migration
    /// would compare everything in its final moment), those of LiveCopy::start().
    virtual Result<> testTracking(const Source &source, const std::stop_token &stop) = 0;
    virtual Result<std::unique_ptr<EngineJob>> create(const Plan &plan, const Source &source, const Authorization &authorization) = 0;
    virtual Result<std::unique_ptr<EngineJob>> open(const QString &jobId, const Source &source) = 0;
    virtual Result<std::unique_ptr<EngineJob>> openForCleanUp(const QString &jobId) = 0;
    [[nodiscard]] virtual QList<JobSummary> list() const = 0; ///< the newest first
    /// Registers the source with the service of the code; "s-…".
    virtual Result<QString> importSource(const Source &source, const Authorization &authorization, const std::stop_token &stop) = 0;
    /// What the account offers; see edgelift::cloudOptions().
    virtual Result<CloudOptions> cloudOptions(
        const Source &source, const Authorization &authorization, const QString &transitRegion, const std::stop_token &stop) = 0;
    /// Whether the cloud can be reached, and this machine's clock against it; see edgelift::cloudChecks() and knownAddresses().
    virtual QList<Check> cloudChecks(const Authorization &authorization, const QString &transitRegion, const std::stop_token &stop) = 0;
    /// An activation code in its printed form; see createActivationCode().
    virtual Result<Secret> createCode(const NewCode &wanted, const std::stop_token &stop) = 0;
};

/// The real one, with its jobs below `stateDir`.
class MigrationEngine final : public JobEngine
{
public:
    explicit MigrationEngine(QString stateDir)
        : m_stateDir(std::move(stateDir))
    {
    }
    Result<> testTracking(const Source &source, const std::stop_token &stop) override;
    Result<std::unique_ptr<EngineJob>> create(const Plan &plan, const Source &source, const Authorization &authorization) override;
    Result<std::unique_ptr<EngineJob>> open(const QString &jobId, const Source &source) override;
    Result<std::unique_ptr<EngineJob>> openForCleanUp(const QString &jobId) override;
    [[nodiscard]] QList<JobSummary> list() const override;
    Result<QString> importSource(const Source &source, const Authorization &authorization, const std::stop_token &stop) override;
    Result<CloudOptions> cloudOptions(
        const Source &source, const Authorization &authorization, const QString &transitRegion, const std::stop_token &stop) override;
    QList<Check> cloudChecks(const Authorization &authorization, const QString &transitRegion, const std::stop_token &stop) override;
    Result<Secret> createCode(const NewCode &wanted, const std::stop_token &stop) override;

private:
    const QString m_stateDir;
};

}
