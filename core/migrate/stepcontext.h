#pragma once
#include "core/migrate/cloudsession.h"
#include "core/migrate/eventsink.h"
#include "core/migrate/jobstore.h"
#include "core/migrate/ledger.h"

#include <functional>

namespace edgelift {

/// What a step sees: the job on disk, the account, the source, and how to wait, warn and make things. Lives for one run; used by
/// one thread.
class StepContext
{
public:
    struct Parts
    {
        JobStore &store;
        Ledger &ledger;
        const Source *source; ///< null in a clean-up without the source
        const Surroundings &surroundings;
        const TransferTuning &tuning;
        const LiveTuning &live;
        EventSink &events;
        std::stop_token stop;
    };
    explicit StepContext(const Parts &parts)
        : m_parts(parts)
    {
    }

    JobStore &store() const { return m_parts.store; }
    Ledger &ledger() const { return m_parts.ledger; }
    const Source &source() const { return *m_parts.source; }
    const Plan &plan() const { return m_parts.store.plan(); }
    const Surroundings &surroundings() const { return m_parts.surroundings; }
    const Clock &clock() const { return *m_parts.surroundings.clock; }
    const TransferTuning &tuning() const { return m_parts.tuning; }
    const LiveTuning &liveTuning() const { return m_parts.live; }
    EventSink &events() const { return m_parts.events; }
    const std::stop_token &stop() const { return m_parts.stop; }
    [[nodiscard]] const QString &jobId() const { return m_jobId; }
    [[nodiscard]] const QString &region() const { return plan().image.transitRegion; }
    [[nodiscard]] Tags tags() const;

    /// The account; there is one from the first step of every run on.
    const CloudSession &cloud() const { return *m_session; }
    bool hasCloud() const { return m_session != nullptr; }
    void setCloud(std::unique_ptr<CloudSession> session) { m_session = std::move(session); }

    /// Results of earlier steps. set… is durable when it returns.
    [[nodiscard]] QString text(const char *name) const { return value(name).toString(); }
    [[nodiscard]] QJsonValue value(const char *name) const;
    Result<> set(const QJsonObject &values);
    Result<> setText(const char *name, const QString &text) { return set({{QLatin1String(name), text}}); }

    /// An event, a line in the report, a line in the log.
    void warn(const JobWarning &warning);

    /// Asks until the answer is true. Pauses grow from half a second to ten. A cloud that cannot be asked is endured for ten minutes,
    /// every other error ends the waiting. CloudTimedOut (args: `what`) after `limit`.
    Result<> poll(const QString &what, std::chrono::seconds limit, const std::function<Result<bool>()> &isDone);

    /// The one way things are made: the intent is on disk before `create` is called with its client token, the id after. When an
    /// earlier run never saw the answer, the thing is looked for by its tag and name first. Gives the id.
    Result<QString> obtain(const LedgerEntry &wanted, const std::function<Result<QString>(const QString &clientToken)> &create);
    /// An entry for obtain().
    [[nodiscard]] LedgerEntry wanted(ResourceKind kind, const QString &key, const QString &name) const;

private:
    Parts m_parts;
    QString m_jobId = m_parts.store.record().id;
    std::unique_ptr<CloudSession> m_session;
};

}
