#pragma once
#include "core/agent/agentserver.h"
#include "core/agent/jobengine.h"
#include "core/agent/sourceholder.h"
#include "tests/unit/layout/samplefacts.h"

#include <QHash>
#include <condition_variable>
#include <deque>
#include <mutex>

namespace edgelift::test {

/// A source of which only the facts exist.
class FakeSource final : public Source
{
public:
    explicit FakeSource(ServerFacts facts = readyServer())
        : m_facts(std::move(facts))
    {
    }
    const ServerFacts &facts() const override { return m_facts; }
    QString diskPath(const QString &) const override { return {}; }
    QString diskIdentity(const QString &diskId) const override { return diskId; }
    Result<> verifyUnchanged() const override { return ok(); }

    /// A server nothing can be said against.
    static ServerFacts readyServer()
    {
        ServerFacts facts = twoDisks();
        facts.os.prettyName = QStringLiteral("Debian GNU/Linux 12");
        facts.os.versionId = QStringLiteral("12");
        facts.os.boot = QStringLiteral("grub2");
        facts.os.rsync = true;
        return facts;
    }

private:
    const ServerFacts m_facts;
};

/// What the jobs of a FakeEngine do and what was asked of them. Thread-safe.
struct FakeState
{
    struct Job
    {
        JobState state = JobState::Ready;
        QDateTime created;
        Plan plan;
        int runs = 0;
        int cancels = 0;
        int cutOvers = 0;
        QList<JobWarning> warned;
        bool interrupted = false;
        bool cancelling = false;
        QString hardwareId;
    };
    std::mutex mutex;
    std::condition_variable changed;
    QHash<QString, Job> jobs;
    std::optional<Error> transferFails; ///< setTransfer() says it
    std::optional<Error> layoutFails; ///< changeLayout() says it
    bool hold = false; ///< run() blocks until release() or a stop
    std::optional<Error> fail; ///< run() ends with it
    bool tellsErrors = true; ///< as Migration does
    int cleanUpsOpened = 0;
    QString reports = QStringLiteral("/reports/"); ///< the folder
    QString image; ///< where the images of finished jobs lie on this machine; empty: elsewhere
    int heldBoots = 0; ///< so many test boots go on until they are stopped
    int boots = 0;

    Plan::Transfer transfer(const QString &job)
    {
        const std::lock_guard lock(mutex);
        return jobs[job].plan.transfer;
    }
    void release()
    {
        const std::lock_guard lock(mutex);
        hold = false;
        changed.notify_all();
    }
};

class FakeJob final : public EngineJob
{
public:
    FakeJob(FakeState &state, QString id)
        : m_state(state)
        , m_id(std::move(id))
    {
    }
    QString id() const override { return m_id; }
    Plan plan() const override
    {
        const std::lock_guard lock(m_state.mutex);
        return m_state.jobs[m_id].plan;
    }
    Result<> setTransfer(const Plan::Transfer &transfer) override
    {
        const std::lock_guard lock(m_state.mutex);
        if (m_state.transferFails)
            return *m_state.transferFails;
        m_state.jobs[m_id].plan.transfer = transfer;
        return ok();
    }
    Result<> changeLayout(const Plan &plan) override
    {
        const std::lock_guard lock(m_state.mutex);
        if (m_state.layoutFails)
            return *m_state.layoutFails;
        m_state.jobs[m_id].plan = plan;
        return ok();
    }
    Result<> cutOver() override
    {
        const std::lock_guard lock(m_state.mutex);
        ++m_state.jobs[m_id].cutOvers;
        return ok();
    }
    void warn(const JobWarning &warning) override
    {
        const std::lock_guard lock(m_state.mutex);
        m_state.jobs[m_id].warned.append(warning);
    }
    QList<LedgerEntry> resources() const override
    {
        LedgerEntry entry;
        entry.id = QStringLiteral("i-1");
        entry.key = QStringLiteral("instance");
        return {entry};
    }
    QString reportPath() const override { return m_state.reports + m_id; }
    Result<QJsonObject> checkBoot(const std::stop_token &stop) override
    {
        std::unique_lock lock(m_state.mutex);
        const bool held = ++m_state.boots <= m_state.heldBoots;
        while (held && !stop.stop_requested())
            m_state.changed.wait_for(lock, std::chrono::milliseconds(20));
        if (stop.stop_requested())
            return Error{ErrorCode::ToolFailed, Retry::AfterWait, {QStringLiteral("qemu")}, {}};
        return QJsonObject{{QStringLiteral("works"), true}};
    }

    Outcome run(const std::stop_token &stop, const MigrationObserver &observer) override
    {
        tell(observer, MigrationEvent::Kind::Phase,
            {{QStringLiteral("event"), QStringLiteral("phase")}, {QStringLiteral("phase"), QStringLiteral("copy")}});
        for (int done = 1; done <= 3; ++done)
            tell(observer, MigrationEvent::Kind::Progress,
                {{QStringLiteral("event"), QStringLiteral("progress")}, {QStringLiteral("bytesDone"), done},
                    {QStringLiteral("bytesTotal"), 3}});
        std::unique_lock lock(m_state.mutex);
        ++m_state.jobs[m_id].runs;
        m_state.jobs[m_id].state = JobState::Running;
        const std::stop_callback wake(stop, [this] { m_state.changed.notify_all(); });
        while (m_state.hold && !stop.stop_requested())
            m_state.changed.wait_for(lock, std::chrono::milliseconds(20));
        if (stop.stop_requested()) {
            m_state.jobs[m_id].state = JobState::Stopped;
            return {Outcome::End::Stopped, {}};
        }
        if (m_state.fail) {
            m_state.jobs[m_id].state = JobState::InError;
            const bool tells = m_state.tellsErrors;
            lock.unlock();
            if (tells)
                tell(observer, MigrationEvent::Kind::Error,
                    {{QStringLiteral("event"), QStringLiteral("error")}, {QStringLiteral("name"), QStringLiteral("told")}});
            return {Outcome::End::Failed, m_state.fail};
        }
        m_state.jobs[m_id].state = JobState::Finished;
        lock.unlock();
        tell(observer, MigrationEvent::Kind::Finished,
            {{QStringLiteral("event"), QStringLiteral("finished")}, {QStringLiteral("imageId"), QStringLiteral("m-1")},
                {QStringLiteral("imagePath"), m_state.image}});
        return {};
    }
    Outcome cancel(const std::stop_token &, const MigrationObserver &observer) override
    {
        tell(observer, MigrationEvent::Kind::Phase,
            {{QStringLiteral("event"), QStringLiteral("phase")}, {QStringLiteral("phase"), QStringLiteral("cleanup")}});
        const std::lock_guard lock(m_state.mutex);
        ++m_state.jobs[m_id].cancels;
        m_state.jobs[m_id].state = JobState::Cancelled;
        return {};
    }

private:
    void tell(const MigrationObserver &observer, MigrationEvent::Kind kind, QJsonObject fields) const
    {
        fields.insert(QStringLiteral("job"), m_id);
        observer({kind, fields});
    }
    FakeState &m_state;
    const QString m_id;
};

class FakeEngine final : public JobEngine
{
public:
    FakeState state;
    std::optional<Error> trackingProblem; ///< nothing: writes can be followed

    Result<> testTracking(const Source &, const std::stop_token &) override { return trackingProblem ? Result<>(*trackingProblem) : ok(); }
    Result<std::unique_ptr<EngineJob>> create(const Plan &plan, const Source &, const Authorization &) override
    {
        const std::lock_guard lock(state.mutex);
        const QString id = QStringLiteral("j-%1").arg(state.jobs.size() + 1);
        state.jobs[id].created = QDateTime::fromSecsSinceEpoch(1000 + state.jobs.size(), Qt::UTC);
        state.jobs[id].plan = plan;
        return std::unique_ptr<EngineJob>(std::make_unique<FakeJob>(state, id));
    }
    Result<std::unique_ptr<EngineJob>> open(const QString &jobId, const Source &) override
    {
        return std::unique_ptr<EngineJob>(std::make_unique<FakeJob>(state, jobId));
    }
    Result<std::unique_ptr<EngineJob>> openForCleanUp(const QString &jobId) override
    {
        const std::lock_guard lock(state.mutex);
        ++state.cleanUpsOpened;
        return std::unique_ptr<EngineJob>(std::make_unique<FakeJob>(state, jobId));
    }
    QList<JobSummary> list() const override
    {
        auto &held = const_cast<FakeState &>(state);
        const std::lock_guard lock(held.mutex);
        QList<JobSummary> out;
        for (auto it = held.jobs.begin(); it != held.jobs.end(); ++it) {
            JobSummary summary;
            summary.id = it.key();
            summary.state = it->state;
            summary.created = it->created;
            summary.interrupted = it->interrupted;
            summary.cancelling = it->cancelling;
            summary.hardwareId = it->hardwareId;
            out.append(summary);
        }
        std::sort(out.begin(), out.end(), [](const JobSummary &a, const JobSummary &b) { return a.created > b.created; });
        return out;
    }
    Result<QString> importSource(const Source &, const Authorization &authorization, const std::stop_token &) override
    {
        return authorization.keys ? QStringLiteral("s-keys") : QStringLiteral("s-code");
    }
    NewCode lastCode;
    Result<Secret> createCode(const NewCode &wanted, const std::stop_token &) override
    {
        lastCode = wanted;
        return Secret("EL1-CODE");
    }
    QList<Check> reached; ///< what cloudChecks() finds
    std::optional<Authorization> reachedWith;
    QList<Check> cloudChecks(const Authorization &authorization, const QString &, const std::stop_token &) override
    {
        reachedWith = authorization;
        return reached;
    }
    CloudOptions options; ///< what the account offers
    std::optional<Error> optionsFail;
    Result<CloudOptions> cloudOptions(const Source &, const Authorization &, const QString &transitRegion, const std::stop_token &) override
    {
        if (optionsFail)
            return *optionsFail;
        options.transitRegion = transitRegion;
        return options;
    }
};

/// Remembers what it was told. Thread-safe.
class FakeOutlet final : public EventOutlet
{
public:
    void notify(const QString &method, const QJsonObject &params) override
    {
        const std::lock_guard lock(m_mutex);
        m_told.append({method, params});
        m_changed.notify_all();
    }
    /// "phase progress … ended:finished", once the end was told; what was there after ten seconds otherwise.
    QString untilEnded()
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait_for(
            lock, std::chrono::seconds(10), [this] { return !m_told.isEmpty() && m_told.last().first == QLatin1String("ended"); });
        return words();
    }
    QString now()
    {
        const std::lock_guard lock(m_mutex);
        return words();
    }
    QList<QPair<QString, QJsonObject>> told()
    {
        const std::lock_guard lock(m_mutex);
        return m_told;
    }

private:
    QString words() const
    {
        QStringList out;
        for (const auto &[method, params] : m_told)
            out.append(method == QLatin1String("ended") ? QStringLiteral("ended:") + params.value(QLatin1String("end")).toString()
                                                        : params.value(QLatin1String("event")).toString());
        return out.join(QLatin1Char(' '));
    }
    std::mutex m_mutex;
    std::condition_variable m_changed;
    QList<QPair<QString, QJsonObject>> m_told;
};

inline Result<std::unique_ptr<Source>> openFake(const QStringList &, const std::stop_token &)
{
    return std::unique_ptr<Source>(std::make_unique<FakeSource>());
}

}
