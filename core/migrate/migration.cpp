#include "core/migrate/migration.h"

#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/layout/factsjson.h"
#include "core/migrate/bootreport.h"
#include "core/migrate/newjob.h"
#include "core/migrate/newlayout.h"
#include "core/migrate/report.h"
#include "core/migrate/runner.h"

#include <QFile>
#include <QHostAddress>
#include <QJsonDocument>
#include <algorithm>

namespace edgelift {

struct Migration::Parts
{
    const Source *source = nullptr;
    Surroundings surroundings;
    std::unique_ptr<JobStore> store;
    std::unique_ptr<Ledger> ledger;
    TransferTuning tuning;
    LiveTuning live;
    QList<JobWarning> before; ///< to tell in the next run
    std::atomic<bool> running = false;

    Outcome perform(bool cancelling, const std::stop_token &stop, const MigrationObserver &observer);
    Outcome conclude(JobState state, const std::optional<Error> &error, Runner &runner, EventSink &events);
    [[nodiscard]] std::optional<Error> obstacle(bool cancelling) const;
    [[nodiscard]] bool anythingLeft() const; ///< in the account, but for what is kept on purpose
    void forgetSecrets();
    [[nodiscard]] QString imagePath() const;
};

namespace {

int budgetOf(const Plan::Transfer &transfer) { return std::clamp(transfer.freezeSeconds, 1, limits::freezeSecondsMost) * 1000; }

void tune(TransferTuning &tuning, LiveTuning &live, const Plan::Transfer &transfer)
{
    tuning.limitMbps = transfer.limitMbps;
    tuning.compression = transfer.compression;
    tuning.checksum = transfer.checksum;
    tuning.diskMBps = transfer.diskMBps;
    tuning.niceness = transfer.niceness;
    tuning.backOff = transfer.backOff;
    tuning.setSchedule(transfer.schedule);
    live.budgetMs = budgetOf(transfer);
}

}

Migration::Migration(std::unique_ptr<Parts> parts)
    : m_parts(std::move(parts))
{
}

Migration::~Migration() = default;

Result<std::unique_ptr<Migration>> Migration::create(
    const QString &stateDir, const Plan &plan, const Source &source, const Authorization &authorization)
{
    return create(stateDir, plan, source, authorization, realSurroundings());
}

Result<std::unique_ptr<Migration>> Migration::create(
    const QString &stateDir, const Plan &plan, const Source &source, const Authorization &authorization, const Surroundings &surroundings)
{
    if (authorization.code.has_value() == authorization.keys.has_value())
        return Error{ErrorCode::CodeMissing, Retry::AfterUserAction, {}, {}};
    const Result<JobSecrets> secrets = newSecrets(authorization);
    if (!secrets)
        return secrets.error();
    Result<std::unique_ptr<JobStore>> store =
        JobStore::create(stateDir, newRecord(plan, source, surroundings.clock->now()), plan, *secrets);
    if (!store)
        return store.error();
    const Result<> facts = writeJsonFile((*store)->path(QStringLiteral("facts.json")), toJson(source.facts()), privateFile);
    if (!facts)
        return facts.error();
    return open(stateDir, (*store)->record().id, &source, surroundings);
}

Result<std::unique_ptr<Migration>> Migration::open(const QString &stateDir, const QString &jobId, const Source &source)
{
    return open(stateDir, jobId, &source, realSurroundings());
}

Result<std::unique_ptr<Migration>> Migration::openForCleanUp(const QString &stateDir, const QString &jobId)
{
    return open(stateDir, jobId, nullptr, realSurroundings());
}

Result<std::unique_ptr<Migration>> Migration::open(
    const QString &stateDir, const QString &jobId, const Source *source, const Surroundings &surroundings)
{
    auto parts = std::make_unique<Parts>();
    Result<std::unique_ptr<JobStore>> store = JobStore::open(stateDir, jobId);
    if (!store)
        return store.error();
    parts->store = store.take();
    Result<std::unique_ptr<Ledger>> ledger = Ledger::load(parts->store->path(QStringLiteral("ledger.json")));
    if (!ledger)
        return ledger.error();
    parts->ledger = ledger.take();
    const JobRecord record = parts->store->record();
    for (auto it = record.diskIdentities.begin(); source && it != record.diskIdentities.end(); ++it) {
        if (!source->facts().disk(it.key()))
            return Error{ErrorCode::SourceChanged, Retry::AfterUserAction, {it.key()}, QStringLiteral("the source has no such disk")};
    }
    parts->source = source;
    parts->surroundings = surroundings;
    tune(parts->tuning, parts->live, parts->store->plan().transfer);
    parts->live.cutover = parts->store->plan().cutover == Plan::Cutover::Automatic;
    return std::unique_ptr<Migration>(new Migration(std::move(parts)));
}

QList<JobSummary> Migration::list(const QString &stateDir) { return jobSummaries(stateDir); }

QString Migration::jobId() const { return m_parts->store->record().id; }
const TransferTuning &Migration::tuning() const { return m_parts->tuning; }
const LiveTuning &Migration::liveTuning() const { return m_parts->live; }
Plan Migration::plan() const { return m_parts->store->currentPlan(); }

Result<> Migration::setTransfer(const Plan::Transfer &transfer)
{
    const Result<> stored = m_parts->store->setTransfer(transfer);
    if (stored)
        tune(m_parts->tuning, m_parts->live, transfer);
    return stored;
}

Result<> Migration::cutOver()
{
    const JobRecord record = m_parts->store->record();
    if (!m_parts->running || record.phase != phaseName(Phase::Copy))
        return Error{ErrorCode::JobStateWrong, Retry::AfterWait, {record.id, jobStateName(record.state)}, {}};
    m_parts->live.cutover = true;
    return ok();
}

Result<> Migration::changeLayout(const Plan &plan)
{
    if (!m_parts->source)
        return Error{ErrorCode::SourceMissing, Retry::AfterUserAction, {m_parts->store->record().sourceName}, {}};
    return takeLayout(*m_parts->store, plan, m_parts->source->facts());
}

QString Migration::reportPath() const { return m_parts->store->path(QStringLiteral("report.html")); }

JobSummary Migration::summary() const
{
    JobSummary summary = jobSummary(m_parts->store->record(), m_parts->store->plan());
    if (summary.state == JobState::Running && !m_parts->running)
        summary.state = JobState::Stopped; // the process that ran it died
    return summary;
}

QList<LedgerEntry> Migration::resources() const { return m_parts->ledger->living(); }

void Migration::warn(const JobWarning &warning) { m_parts->before.append(warning); }

Outcome Migration::run(const std::stop_token &stop, const MigrationObserver &observer) { return m_parts->perform(false, stop, observer); }

Outcome Migration::cancel(const std::stop_token &stop, const MigrationObserver &observer) { return m_parts->perform(true, stop, observer); }

std::optional<Error> Migration::Parts::obstacle(bool cancelling) const
{
    const JobRecord record = store->record();
    if (cancelling)
        return std::nullopt;
    if (record.state == JobState::Finished || record.state == JobState::Cancelled)
        return Error{ErrorCode::JobStateWrong, Retry::Never, {record.id, jobStateName(record.state)}, {}};
    if (!source)
        return Error{ErrorCode::SourceMissing, Retry::AfterUserAction, {record.sourceName}, {}};
    return std::nullopt;
}

bool Migration::Parts::anythingLeft() const
{
    const QList<LedgerEntry> entries = ledger->living();
    return std::any_of(entries.begin(), entries.end(), [](const LedgerEntry &entry) { return !entry.kept; });
}

Outcome Migration::Parts::perform(bool cancelling, const std::stop_token &stop, const MigrationObserver &observer)
{
    EventSink events(store->record().id, observer, *surroundings.clock);
    const auto refuse = [&](const Error &error) {
        events.error(store->record().phase, error, false, {});
        return Outcome{Outcome::End::Failed, error};
    };
    if (const Result<> locked = store->lock(); !locked)
        return refuse(locked.error());
    const Result<> current = ledger->reload();
    if (const std::optional<Error> error = current ? obstacle(cancelling) : current.error()) {
        store->unlock();
        return refuse(*error);
    }
    const JobState state = store->record().state;
    const bool isOver = state == JobState::Finished || state == JobState::Cancelled;
    if (cancelling && isOver && !anythingLeft()) {
        store->unlock();
        return {Outcome::End::Finished, {}};
    }
    const CopyRecord copied = store->record().copy;
    events.resume(copied.done, copied.total, copied.wire);
    running = true;
    StepContext context({*store, *ledger, source, surroundings, tuning, live, events, stop});
    Runner runner(context);
    Result<> result = store->update([cancelling](JobRecord &record) {
        record.state = JobState::Running;
        record.cancelling = cancelling;
        record.error.reset();
    });
    for (const JobWarning &warning : std::exchange(before, {}))
        context.warn(warning);
    if (result && !cancelling)
        result = runner.run();
    if (result && cancelling && anythingLeft())
        result = runner.cleanUpOnly();
    std::optional<Error> error = result ? std::nullopt : std::optional(result.error());
    JobState after = cancelling && state != JobState::Finished ? JobState::Cancelled : JobState::Finished;
    if (error)
        after = stop.stop_requested() ? JobState::Stopped : JobState::InError;
    const Outcome outcome = conclude(after, error, runner, events);
    running = false;
    store->unlock();
    return outcome;
}

Outcome Migration::Parts::conclude(JobState state, const std::optional<Error> &error, Runner &runner, EventSink &events)
{
    const bool ended = state == JobState::Finished || state == JobState::Cancelled;
    const QString image = state == JobState::Finished ? imagePath() : QString();
    Result<> kept = store->update([&](JobRecord &record) {
        record.state = state;
        record.error = state == JobState::InError ? error : std::nullopt;
        record.ended = ended ? surroundings.clock->now() : QDateTime();
        record.phase = state == JobState::Finished ? phaseName(Phase::Done) : record.phase;
        if (state == JobState::Finished)
            record.values.insert(QStringLiteral("imagePath"), image);
    });
    runner.tell(state, error);
    if (ended)
        forgetSecrets();
    if (const Result<> written = writeReports(*store, *ledger); !written && kept)
        kept = written;
    if (state == JobState::Stopped)
        return {Outcome::End::Stopped, {}};
    if (state == JobState::InError || !kept) {
        const JobRecord record = store->record();
        const Error shown = state == JobState::InError ? *error : kept.error();
        const bool refused =
            (record.phase == phaseName(Phase::Connect) || record.phase == phaseName(Phase::Check)) && ledger->all().isEmpty();
        events.error(record.phase, shown, refused, ledger->living());
        return {Outcome::End::Failed, shown};
    }
    events.phase(Phase::Done);
    const JobRecord record = store->record();
    if (state == JobState::Finished)
        events.finished(
            record.sourceId, record.values.value(QLatin1String("imageId")).toString(), store->path(QStringLiteral("report.html")), image);
    return {Outcome::End::Finished, {}};
}

Result<QJsonObject> Migration::checkBoot(const std::stop_token &stop) { return checkBootOf(*m_parts->store, *m_parts->ledger, stop); }

/// Nothing can be done with them any more, so they need not lie about.
void Migration::Parts::forgetSecrets()
{
    QFile::remove(store->path(QStringLiteral("userdata.sh")));
    if (const Result<> gone = store->setSecrets({}); !gone)
        log::warning("migrate", logLine(gone.error()));
}

/// Where a service on this machine keeps the image as a file (design.md section 3). Anything else has no such place.
QString Migration::Parts::imagePath() const
{
    const JobRecord record = store->record();
    HttpRequest request;
    request.url = QUrl(record.endpoint);
    if (!QHostAddress(request.url.host()).isLoopback())
        return {};
    request.method = "GET";
    request.url.setPath(QLatin1String("/edgelift/v1/images/") + record.values.value(QLatin1String("imageId")).toString());
    const Result<HttpReply> reply = surroundings.transport->send(request, {});
    return reply && reply->status == 200 ? QJsonDocument::fromJson(reply->body).object().value(QLatin1String("path")).toString()
                                         : QString();
}

}
