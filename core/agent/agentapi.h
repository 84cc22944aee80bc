#pragma once
#include "core/agent/jobmanager.h"
#include "core/source/promptwork.h"

#include <QMap>
#include <mutex>

namespace edgelift {

class Params;

/// The agent's methods. Every parameter is checked here, whoever sent it: clients are only trusted to be root or the agent's user.
/// Thread-safe. Secrets come in parameters (the code, the AccessKey) and are hidden from the log before anything else happens.
class AgentApi
{
public:
    struct Setting
    {
        QString stateDir;
        QString logPath; ///< empty: standard error
        std::function<void()> quit; ///< asks the program to end; called on any thread
        WorkPlace place{}; ///< where prompts are answered: this machine
    };
    /// All must outlive this.
    AgentApi(JobManager &jobs, SourceHolder &source, JobEngine &engine, Setting setting);

    /// Errors: RequestMalformed (unknown method, wrong parameters), those of the method.
    Result<QJsonObject> handle(const rpc::Request &request, const std::shared_ptr<EventOutlet> &outlet);
    /// Ends inspections and imports that are under way with an error; for the program's end.
    void requestStop() { m_stop.request_stop(); }
    [[nodiscard]] static QStringList methods();

private:
    using Outlet = std::shared_ptr<EventOutlet>;
    using Method = Result<QJsonObject> (AgentApi::*)(Params &, const Outlet &);
    static const QMap<QString, Method> &table();

    Result<QJsonObject> version(Params &params, const Outlet &outlet);
    Result<QJsonObject> inspect(Params &params, const Outlet &outlet);
    Result<QJsonObject> check(Params &params, const Outlet &outlet);
    Result<QJsonObject> fix(Params &params, const Outlet &outlet);
    Result<QJsonObject> codeCreate(Params &params, const Outlet &outlet);
    Result<QJsonObject> import(Params &params, const Outlet &outlet);
    Result<QJsonObject> cloudOptions(Params &params, const Outlet &outlet);
    Result<QJsonObject> checkCloud(Params &params, const Outlet &outlet);
    Result<QJsonObject> planNew(Params &params, const Outlet &outlet);
    Result<QJsonObject> planValidate(Params &params, const Outlet &outlet);
    Result<QJsonObject> planShow(Params &params, const Outlet &outlet);
    Result<QJsonObject> migrate(Params &params, const Outlet &outlet);
    Result<QJsonObject> status(Params &params, const Outlet &outlet);
    Result<QJsonObject> subscribe(Params &params, const Outlet &outlet);
    Result<QJsonObject> pause(Params &params, const Outlet &outlet);
    Result<QJsonObject> cutover(Params &params, const Outlet &outlet);
    Result<QJsonObject> resume(Params &params, const Outlet &outlet);
    Result<QJsonObject> cancel(Params &params, const Outlet &outlet);
    Result<QJsonObject> modify(Params &params, const Outlet &outlet);
    Result<QJsonObject> report(Params &params, const Outlet &outlet);
    Result<QJsonObject> reportBoot(Params &params, const Outlet &outlet);
    Result<QJsonObject> resources(Params &params, const Outlet &outlet);
    Result<QJsonObject> reportRead(Params &params, const Outlet &outlet);
    Result<QJsonObject> diagnostics(Params &params, const Outlet &outlet);
    Result<QJsonObject> diagnosticsList(Params &params, const Outlet &outlet);
    Result<QJsonObject> diagnosticsRead(Params &params, const Outlet &outlet);
    Result<QJsonObject> shutdown(Params &params, const Outlet &outlet);

    /// A plan that came with a request, judged for this server: it may be used, or `refusal` is the answer.
    struct Judged
    {
        Plan plan;
        std::shared_ptr<const Source> source;
        QJsonArray problems; ///< it may be used with; for people
        std::optional<QJsonObject> refusal;
    };
    Result<Judged> judge(const QJsonObject &given); ///< errors: those of SourceHolder::get()
    Result<> testTracking(const std::stop_token &stop);
    QStringList trackedDisks();

    JobManager &m_jobs;
    SourceHolder &m_source;
    JobEngine &m_engine;
    const Setting m_setting;
    std::mutex m_trackedMutex;
    QStringList m_trackedDisks; ///< ids of the disks that the snapshot driver was last tested on; guarded by m_trackedMutex
    std::stop_source m_stop;
};

}
