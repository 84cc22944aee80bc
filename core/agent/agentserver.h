#pragma once
#include "core/agent/gatekeeper.h"
#include "core/agent/jsonrpc.h"

#include <QObject>
#include <chrono>
#include <functional>
#include <memory>

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

    explicit AgentServer(Handler handler, Gatekeeper gatekeeper = {}, QObject *parent = nullptr);
    ~AgentServer() override;

    /// Makes the socket with the gatekeeper's mode and group; its folder must exist. A socket file that nobody listens on any more is
    /// replaced.
    /// Errors: JobStateWrong (another agent answers there), FileUnwritable.
    Result<> listen(const QString &path);

    static constexpr int connectionLimit = 64; ///< more are closed at once
    static constexpr int strangerLimit = 16; ///< of those polkit has not permitted yet: they must not lock the others out
    static constexpr std::chrono::seconds greetingTime{10}; ///< a stranger who does not say what it wants is closed
    static constexpr qint64 backlogLimit = 16 << 20; ///< bytes a client may leave unread before it is closed

private:
    class Connection;
    struct Parts;
    void admit();
    std::unique_ptr<Parts> m_parts;
};

}
