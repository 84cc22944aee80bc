#pragma once
#include "core/agent/jsonrpc.h"

#include <QObject>
#include <functional>
#include <memory>
#include <sys/types.h>

namespace edgelift {

/// Where notifications for one connection go. Thread-safe; what is sent after the connection ended is dropped.
class EventOutlet
{
public:
    virtual ~EventOutlet() = default;
    virtual void notify(const QString &method, const QJsonObject &params) = 0;
};

/// The agent's socket. Lives on one thread with an event loop; requests are answered on a thread pool, those of one connection one
/// after another. The destructor closes all connections and waits for requests being answered.
class AgentServer final : public QObject
{
    Q_OBJECT
public:
    /// Answers a request; called on pool threads, several at once. May keep the outlet.
    using Handler = std::function<Result<QJsonObject>(const rpc::Request &, const std::shared_ptr<EventOutlet> &)>;
    /// May this user talk to the agent? The default: root, and the user the agent runs as.
    using Admission = std::function<bool(uid_t)>;

    explicit AgentServer(Handler handler, Admission admission = {}, QObject *parent = nullptr);
    ~AgentServer() override;

    /// Makes the socket with mode 0600; its folder must exist. A socket file that nobody listens on any more is replaced.
    /// Errors: JobStateWrong (another agent answers there), FileUnwritable.
    Result<> listen(const QString &path);

    static constexpr int connectionLimit = 64; ///< more are closed at once
    static constexpr qint64 backlogLimit = 16 << 20; ///< bytes a client may leave unread before it is closed

private:
    class Connection;
    struct Parts;
    void admit();
    std::unique_ptr<Parts> m_parts;
};

}
