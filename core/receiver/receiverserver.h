#pragma once
#include "core/receiver/connections.h"
#include "core/receiver/receiverconfig.h"
#include "core/receiver/targetkeeper.h"
#include "core/wire/framechannel.h"
#include "core/wire/messages.h"
#include "core/wire/tlslistener.h"

#include <condition_variable>
#include <optional>

namespace edgelift::receiver {

/// One place for the control session: who comes later takes it, because a sender that connects again knows that its earlier
/// connection is dead long before we do.
class ControlSlot
{
public:
    /// Asks the session before to end and waits until it has. False: a still newer one came, or stop was asked. After true,
    /// leave() must follow.
    [[nodiscard]] bool enter(const std::stop_source &mine);
    void leave();

private:
    std::mutex m_mutex;
    std::condition_variable_any m_left;
    quint64 m_newest = 0;
    std::optional<std::stop_source> m_current;
};

/// The receiver: both ports, all connections, the target disks. Threads of its own; the functions here may be called from any.
class ReceiverServer
{
public:
    /// `disks` must outlive this.
    ReceiverServer(ReceiverConfig config, TargetDisks &disks, FlushLimits limits = {});
    ReceiverServer(const ReceiverServer &) = delete;
    ReceiverServer &operator=(const ReceiverServer &) = delete;
    ~ReceiverServer(); ///< stops and waits

    /// Reads the saved state and listens. Once. Errors: those of TargetState::load, TlsContext::make and TlsListener::listen.
    [[nodiscard]] Result<> start();
    [[nodiscard]] quint16 controlPort() const { return m_control->port(); } ///< after start()
    [[nodiscard]] quint16 dataPort() const { return m_data->port(); }
    void requestStop() { m_stop.request_stop(); }
    /// Blocks until requestStop() or the sender's `shutdown`; then ends every connection and flushes the disks. Error:
    /// TargetWriteFailed.
    [[nodiscard]] Result<> wait();

private:
    void acceptAll(const wire::TlsListener &listener, wire::Port port);
    void serve(wire::TlsListener::Connection connection, wire::Port port, Connections::Self &self);
    void serveTrusted(wire::FrameChannel &channel, wire::Port port, Connections::Self &self);
    void logRefusal(const QString &peer, wire::Port port, const Error &error);

    const ReceiverConfig m_config;
    const quint64 m_instance;
    TargetKeeper m_keeper;
    std::optional<wire::TlsContext> m_tls;
    std::optional<wire::TlsListener> m_control;
    std::optional<wire::TlsListener> m_data;
    ControlSlot m_slot;
    std::stop_source m_stop;
    std::mutex m_logMutex;
    std::chrono::steady_clock::time_point m_logSecond;
    int m_logLines = 0;
    Connections m_connections;
    std::vector<std::jthread> m_acceptors;
};

}
