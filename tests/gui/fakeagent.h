#pragma once
#include "core/agent/agentserver.h"

#include <QTemporaryDir>
#include <functional>
#include <map>
#include <mutex>

namespace edgelift::test {

/// An agent of the test's own: a real AgentServer on a real socket, which answers what the test says and tells what the test wants.
/// All calls are for the test's thread; answers may be functions, called on the server's threads.
class FakeAgent
{
public:
    using Answer = std::function<Result<QJsonObject>(const QJsonObject &params)>;

    FakeAgent();

    /// Starts to listen; again after stop() as another process would (another pid).
    void start();
    /// Goes away, with all connections.
    void stop();
    [[nodiscard]] QString path() const { return m_folder.filePath(QStringLiteral("agent.sock")); }

    void answer(const QString &method, const QJsonObject &reply);
    void answer(const QString &method, const Error &error);
    void answer(const QString &method, const Answer &answer);
    /// The one job there is; "status" tells of it. An empty object: no job.
    void setJob(const QJsonObject &job);
    [[nodiscard]] int callCount() const; ///< of all methods so far
    void hold() { m_holding = true; } ///< some question will not be answered
    [[nodiscard]] bool isHolding() const { return m_holding; }
    /// The parameters of every call of `method` so far.
    [[nodiscard]] QList<QJsonObject> calls(const QString &method) const;

    void tell(QJsonObject event); ///< to everybody who follows; "job" is put in; kept for those who come later, but progress
    void end(const QString &how); ///< "ended"

private:
    Result<QJsonObject> handle(const rpc::Request &request, const std::shared_ptr<EventOutlet> &outlet);
    Result<QJsonObject> subscribe(const std::shared_ptr<EventOutlet> &outlet);
    QString jobId() const; ///< with m_mutex held

    QTemporaryDir m_folder;
    mutable std::mutex m_mutex; ///< of all below but the server
    std::map<QString, Answer> m_answers;
    QJsonObject m_job;
    std::map<QString, QList<QJsonObject>> m_calls;
    QList<std::pair<QString, QJsonObject>> m_told;
    QList<std::shared_ptr<EventOutlet>> m_outlets;
    int m_pid = 1000;
    int m_callCount = 0;
    bool m_holding = false; ///< of the test's thread
    std::unique_ptr<AgentServer> m_server;
};

/// A job as "status" tells it.
[[nodiscard]] QJsonObject fakeJob(const QString &state, const QString &phase);
/// A progress event of the copy. Bytes; `speed` in bytes a second, 0: not steady, no remaining time.
[[nodiscard]] QJsonObject fakeProgress(qint64 done, qint64 total, qint64 wire, double speed);

}
