#include "core/agent/agentapi.h"

#include "core/agent/apijson.h"
#include "core/agent/params.h"
#include "core/layout/defaultplan.h"
#include "core/layout/factsjson.h"
#include "core/layout/planfile.h"
#include "core/layout/targetplan.h"

#include <algorithm>
#include <unistd.h>

namespace edgelift {

namespace {

const QString key(const char *name) { return QString::fromLatin1(name); }

Result<QJsonObject> jobReply(const Result<QString> &job)
{
    if (!job)
        return job.error();
    return QJsonObject{{key("job"), *job}};
}

/// A method whose one parameter is a job and whose answer is that job's id.
template <class Ask>
Result<QJsonObject> withJob(Params &params, const Ask &ask)
{
    const QString job = params.job();
    if (const auto problem = params.problem())
        return *problem;
    return jobReply(ask(job));
}

QJsonObject refusal(const Error &error, const QJsonArray &problems)
{
    return {{key("refused"), true}, {key("error"), rpc::toJson(error)}, {key("problems"), problems}};
}

/// Why this plan cannot be carried out on this server: the server's own shortcomings first, then the plan's.
std::optional<Error> obstacle(const Plan &plan, const ServerFacts &facts, const QList<Problem> &problems)
{
    for (const Check &check : readinessChecks(facts)) {
        if (check.severity == Check::Severity::Blocker)
            return check.error.value_or(Error{});
    }
    const auto blocker = std::find_if(
        problems.begin(), problems.end(), [](const Problem &problem) { return problem.severity == Problem::Severity::Blocker; });
    if (blocker != problems.end())
        return asError(*blocker);
    if (const Result<> unchanged = requireFeasibleLayout(plan, facts); !unchanged)
        return unchanged.error();
    return std::nullopt;
}

}

AgentApi::AgentApi(JobManager &jobs, SourceHolder &source, JobEngine &engine, Setting setting)
    : m_jobs(jobs)
    , m_source(source)
    , m_engine(engine)
    , m_setting(std::move(setting))
{
}

const QMap<QString, AgentApi::Method> &AgentApi::table()
{
    static const QMap<QString, Method> methods{{key("version"), &AgentApi::version}, {key("inspect"), &AgentApi::inspect},
        {key("check"), &AgentApi::check}, {key("fix"), &AgentApi::fix}, {key("code.create"), &AgentApi::codeCreate},
        {key("import"), &AgentApi::import}, {key("cloud.options"), &AgentApi::cloudOptions}, {key("check.cloud"), &AgentApi::checkCloud},
        {key("plan.new"), &AgentApi::planNew}, {key("plan.validate"), &AgentApi::planValidate}, {key("plan.show"), &AgentApi::planShow},
        {key("migrate"), &AgentApi::migrate}, {key("status"), &AgentApi::status}, {key("subscribe"), &AgentApi::subscribe},
        {key("pause"), &AgentApi::pause}, {key("resume"), &AgentApi::resume}, {key("retry"), &AgentApi::resume},
        {key("cancel"), &AgentApi::cancel}, {key("clean"), &AgentApi::cancel}, {key("modify"), &AgentApi::modify},
        {key("cutover"), &AgentApi::cutover}, {key("report"), &AgentApi::report}, {key("report.boot"), &AgentApi::reportBoot},
        {key("report.read"), &AgentApi::reportRead}, {key("resources"), &AgentApi::resources}, {key("diagnostics"), &AgentApi::diagnostics},
        {key("diagnostics.list"), &AgentApi::diagnosticsList}, {key("diagnostics.read"), &AgentApi::diagnosticsRead},
        {key("shutdown"), &AgentApi::shutdown}};
    return methods;
}

QStringList AgentApi::methods() { return table().keys(); }

Result<QJsonObject> AgentApi::handle(const rpc::Request &request, const std::shared_ptr<EventOutlet> &outlet)
{
    const Method method = table().value(request.method);
    if (!method)
        return Error{ErrorCode::RequestMalformed, Retry::Never,
            {QStringLiteral("There is no method “%1”. Near it: “%2”.").arg(request.method, nearest(request.method, methods()))}, {}};
    try {
        Params params(request.params);
        return (this->*method)(params, outlet);
    } catch (const std::exception &e) { // a mistake in one method must not end the agent
        return Error{ErrorCode::Internal, Retry::Never, {}, request.method + QLatin1String(": ") + QString::fromUtf8(e.what())};
    }
}

Result<AgentApi::Judged> AgentApi::judge(const QJsonObject &given)
{
    QList<Error> fileProblems;
    const Result<Plan> plan = planFromJson(given, &fileProblems);
    if (!plan) {
        QJsonArray problems;
        for (const Error &error : fileProblems)
            problems.append(apijson::fileProblem(error));
        return Judged{{}, {}, problems, refusal(plan.error(), problems)};
    }
    const Result<std::shared_ptr<const Source>> source = m_source.get(m_stop.get_token());
    if (!source)
        return source.error();
    const QList<Problem> problems = edgelift::check(*plan, (*source)->facts());
    Judged judged{*plan, *source, apijson::array(problems), {}};
    if (const std::optional<Error> error = obstacle(*plan, (*source)->facts(), problems))
        judged.refusal = refusal(*error, judged.problems);
    return judged;
}

Result<QJsonObject> AgentApi::version(Params &params, const Outlet &)
{
    params.object().integer(key("interface"), 0, 0, 1 << 20);
    (void)params.optionalBoolean(key("interactive")); // for the server, which asked for permission
    if (const auto problem = params.problem())
        return *problem;
    return QJsonObject{{key("interface"), rpc::interfaceVersion}, {key("product"), QStringLiteral(EDGELIFT_VERSION)},
        {key("pid"), qint64(::getpid())}, {key("stateDir"), m_setting.stateDir},
        {key("sourceDisks"), QJsonArray::fromStringList(m_source.disks())}};
}

Result<QJsonObject> AgentApi::planNew(Params &params, const Outlet &)
{
    const QString region = params.object().string(key("region"), Plan().image.region);
    if (const auto problem = params.problem())
        return *problem;
    const Result<std::shared_ptr<const Source>> source = m_source.get(m_stop.get_token());
    if (!source)
        return source.error();
    const Plan plan = defaultPlan((*source)->facts(), region);
    return QJsonObject{{key("plan"), toJson(plan)}, {key("problems"), apijson::array(edgelift::check(plan, (*source)->facts()))}};
}

Result<QJsonObject> AgentApi::planValidate(Params &params, const Outlet &)
{
    const QJsonObject given = params.object().object(key("plan"));
    if (const auto problem = params.problem())
        return *problem;
    const Result<Judged> judged = judge(given);
    if (!judged)
        return judged.error();
    return judged->refusal.value_or(QJsonObject{{key("problems"), judged->problems}});
}

Result<QJsonObject> AgentApi::planShow(Params &params, const Outlet &)
{
    const QString job = params.job();
    if (const auto problem = params.problem())
        return *problem;
    const Result<Plan> plan = m_jobs.plan(job);
    if (!plan)
        return plan.error();
    return QJsonObject{{key("plan"), toJson(*plan)}};
}

Result<QJsonObject> AgentApi::migrate(Params &params, const Outlet &)
{
    const QJsonObject given = params.object().object(key("plan"));
    const Result<Authorization> authorization = params.authorization();
    if (const auto problem = params.problem())
        return *problem;
    if (!authorization)
        return authorization.error();
    const Result<Judged> judged = judge(given);
    if (!judged || judged->refusal)
        return judged ? Result<QJsonObject>(*judged->refusal) : judged.error();
    const Result<QString> job = m_jobs.start(judged->plan, judged->source, *authorization);
    if (!job)
        return job.error();
    return QJsonObject{{key("job"), *job}, {key("problems"), judged->problems}};
}

Result<QJsonObject> AgentApi::status(Params &params, const Outlet &)
{
    const QString job = params.job();
    if (const auto problem = params.problem())
        return *problem;
    if (!job.isEmpty()) {
        const Result<JobSummary> summary = m_jobs.summary(job);
        if (!summary)
            return summary.error();
        return QJsonObject{{key("jobs"), apijson::array(QList{*summary})}, {key("progress"), m_jobs.progress()}};
    }
    return QJsonObject{{key("jobs"), apijson::array(m_jobs.list())}, {key("progress"), m_jobs.progress()}};
}

Result<QJsonObject> AgentApi::subscribe(Params &params, const Outlet &outlet)
{
    return withJob(params, [&](const QString &job) { return m_jobs.subscribe(job, outlet); });
}

Result<QJsonObject> AgentApi::pause(Params &params, const Outlet &)
{
    return withJob(params, [this](const QString &job) { return m_jobs.pause(job); });
}

Result<QJsonObject> AgentApi::cutover(Params &params, const Outlet &)
{
    return withJob(params, [this](const QString &job) { return m_jobs.cutOver(job); });
}

/// With a plan: it has passed the same rules as one that begins a migration.
Result<QJsonObject> AgentApi::resume(Params &params, const Outlet &)
{
    const bool changed = params.object().has(key("plan"));
    const QJsonObject given = params.object().object(key("plan"));
    const QString job = params.job();
    if (const auto problem = params.problem())
        return *problem;
    if (!changed)
        return jobReply(m_jobs.resume(job));
    const Result<Judged> judged = judge(given);
    if (!judged || judged->refusal)
        return judged ? Result<QJsonObject>(*judged->refusal) : judged.error();
    const Result<QString> resumed = m_jobs.resume(job, judged->plan);
    if (!resumed)
        return resumed.error();
    return QJsonObject{{key("job"), *resumed}, {key("problems"), judged->problems}};
}

Result<QJsonObject> AgentApi::cancel(Params &params, const Outlet &)
{
    return withJob(params, [this](const QString &job) { return m_jobs.cancel(job); });
}

Result<QJsonObject> AgentApi::modify(Params &params, const Outlet &)
{
    const QString job = params.job();
    const TuningChange change{params.optionalInteger(key("limitMbps"), 0, limits::limitMbpsMost),
        params.optionalInteger(key("compression"), 0, limits::compressionMost), params.optionalBoolean(key("checksum")),
        params.optionalInteger(key("diskMBps"), 0, limits::diskMBpsMost), params.optionalInteger(key("niceness"), 0, limits::nicenessMost),
        params.optionalBoolean(key("backOff")), params.optionalSchedule(key("schedule")),
        params.optionalInteger(key("freezeSeconds"), 1, limits::freezeSecondsMost)};
    if (const auto problem = params.problem())
        return *problem;
    return jobReply(m_jobs.modify(job, change));
}

Result<QJsonObject> AgentApi::resources(Params &params, const Outlet &)
{
    const QString job = params.job();
    if (const auto problem = params.problem())
        return *problem;
    QJsonArray out;
    for (const JobSummary &each : m_jobs.list()) {
        if (!job.isEmpty() && each.id != job)
            continue;
        const Result<QList<LedgerEntry>> entries = m_jobs.resources(each.id);
        if (!entries)
            return entries.error();
        out.append(
            QJsonObject{{key("job"), each.id}, {key("state"), jobStateName(each.state)}, {key("resources"), apijson::array(*entries)}});
    }
    if (!job.isEmpty() && out.isEmpty())
        return Error{ErrorCode::JobUnknown, Retry::Never, {job}, {}};
    return QJsonObject{{key("jobs"), out}};
}

Result<QJsonObject> AgentApi::shutdown(Params &params, const Outlet &)
{
    if (const auto problem = params.problem())
        return *problem;
    m_setting.quit();
    return QJsonObject{};
}

}
