#pragma once
#include "core/agent/jsonrpc.h"
#include "core/base/fd.h"

#include <QList>
#include <chrono>
#include <memory>

namespace edgelift {

/// A connection to the agent. Blocking; use from one thread. Needs no event loop.
class AgentClient
{
public:
    /// Connects and agrees on the version. Where polkit asks the user for a password, it waits for that. Errors: AgentUnreachable (args:
    /// path; nobody listens, or no answer within `timeout`), PermissionDenied (args: path), AgentVersion.
    static Result<std::unique_ptr<AgentClient>> connect(const QString &path, std::chrono::milliseconds timeout = std::chrono::seconds(10));

    /// Asks and waits for the answer. Notifications that arrive meanwhile are kept for nextNotification().
    /// Errors: those of the method; AgentUnreachable when the agent went away or did not answer in time.
    Result<QJsonObject> call(
        const QString &method, const QJsonObject &params = {}, std::chrono::milliseconds timeout = std::chrono::minutes(5));
    /// The next notification, or nothing when none came within `timeout` or a signal arrived. Error: AgentUnreachable.
    Result<std::optional<rpc::Notification>> nextNotification(std::chrono::milliseconds timeout);

    /// What the agent said about itself: interface, product, sourceDisks, stateDir, pid.
    [[nodiscard]] const QJsonObject &about() const { return m_about; }

private:
    AgentClient(Fd socket, QString path);
    Result<> send(const QByteArray &line, std::chrono::steady_clock::time_point deadline);
    /// True when something was read; false at the deadline or after a signal.
    Result<bool> receive(std::chrono::steady_clock::time_point deadline);
    Error lost(const QString &detail) const;

    Fd m_socket;
    QString m_path;
    qint64 m_lastId = 0;
    rpc::LineBuffer m_buffer;
    QList<rpc::Notification> m_waiting;
    QJsonObject m_about;
};

}
