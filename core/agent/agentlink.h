#pragma once
#include "core/agent/jsonrpc.h"

#include <QObject>
#include <QPointer>
#include <QTimer>
#include <chrono>
#include <functional>
#include <memory>

namespace edgelift {

/// The agent as a program with an event loop sees it: calls that never block, what happens as signals, and a connection that comes back
/// by itself after the agent was restarted. Lives on one thread. AgentClient is the blocking sister for the command line.
class AgentLink final : public QObject
{
    Q_OBJECT
public:
    /// Called exactly once, unless `context` is gone by then.
    using Reply = std::function<void(const Result<QJsonObject> &)>;

    explicit AgentLink(QObject *parent = nullptr);
    ~AgentLink() override;

    /// Connects, and tries again every second until close(). openChanged() tells. polkit may ask the user for a password, once.
    void open(const QString &path);
    /// Asks again when the user was refused (a closed dialog, say); every ten seconds that happens by itself, without any dialog.
    void authorize();
    void close();
    [[nodiscard]] bool isOpen() const { return m_open; }
    [[nodiscard]] const QString &path() const { return m_path; }
    /// What the agent said about itself: interface, product, sourceDisks, stateDir, pid.
    [[nodiscard]] const QJsonObject &about() const { return m_about; }
    /// Why it is not open; as long as it is, the last reason. AgentUnreachable, AgentVersion or PermissionDenied.
    [[nodiscard]] const Error &trouble() const { return m_trouble; }

    /// Several calls run side by side. Errors: those of the method; AgentUnreachable when the agent is not there, went away or did not
    /// answer in time.
    void call(const QString &method, const QJsonObject &params, QObject *context, Reply reply,
        std::chrono::milliseconds timeout = std::chrono::minutes(5));
    /// From now on event() and ended() tell of this job, beginning with what was missed; again after the agent was restarted.
    void follow(const QString &job);

Q_SIGNALS:
    void openChanged(bool open);
    void troubleChanged();
    void event(const QJsonObject &fields); ///< as MigrationEvent::fields
    void ended(const QString &job, const QString &end); ///< finished, stopped, failed or cancelled

private:
    class Connection;
    Connection *idleConnection();
    void reach(bool interactive);
    void greeted(const Result<QJsonObject> &about);
    void subscribe();
    void lost(const Error &error);

    QString m_path;
    QString m_followed; ///< the job; empty: none
    QJsonObject m_about;
    Error m_trouble;
    bool m_open = false;
    QTimer m_again; ///< until it is tried again
    QPointer<Connection> m_watch; ///< carries the notifications and notices that the agent goes
    QList<Connection *> m_idle;
};

}
