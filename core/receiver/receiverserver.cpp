#include "core/receiver/receiverserver.h"

#include "core/base/clock.h"
#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/receiver/filesession.h"
#include "core/receiver/session.h"
#include "core/wire/greeting.h"

#include <QRandomGenerator>

namespace edgelift::receiver {

namespace {

using namespace std::chrono_literals;
constexpr auto handshakeTimeout = 10s;
constexpr auto acceptRound = 1s;
constexpr int mostRefusalsPerSecond = 10; // a stranger must not be able to fill the disk with our log

QString nameOf(wire::Port port) { return port == wire::Port::Control ? QStringLiteral("control") : QStringLiteral("data"); }

}

bool ControlSlot::enter(const std::stop_source &mine)
{
    std::unique_lock lock(m_mutex);
    const quint64 number = ++m_newest;
    if (m_current)
        m_current->request_stop();
    m_left.notify_all(); // those who still wait are too late now
    m_left.wait(lock, mine.get_token(), [&] { return !m_current || number != m_newest; });
    if (mine.stop_requested() || number != m_newest)
        return false;
    m_current = mine;
    return true;
}

void ControlSlot::leave()
{
    const std::lock_guard lock(m_mutex);
    m_current.reset();
    m_left.notify_all();
}

ReceiverServer::ReceiverServer(ReceiverConfig config, TargetDisks &disks, FlushLimits limits)
    : m_config(std::move(config))
    , m_instance(QRandomGenerator::system()->generate64())
    , m_keeper(m_config.stateDir, m_config.job, disks, limits)
{
}

ReceiverServer::~ReceiverServer()
{
    requestStop();
    m_acceptors.clear();
    m_connections.endAll();
}

Result<> ReceiverServer::start()
{
    Result<wire::TlsContext> tls = wire::TlsContext::make(m_config.keys, m_config.peerPin);
    if (!tls)
        return tls.error();
    if (Result<> begun = m_keeper.start(); !begun)
        return begun;
    if (Result<> made = makeFolder(m_config.stateDir + QLatin1String("/mounts")); !made)
        return made;
    Result<wire::TlsListener> control = wire::TlsListener::listen(m_config.listen, m_config.controlPort);
    if (!control)
        return control.error();
    Result<wire::TlsListener> data = wire::TlsListener::listen(m_config.listen, m_config.dataPort);
    if (!data)
        return data.error();
    m_tls = tls.take();
    m_control = control.take();
    m_data = data.take();
    m_acceptors.emplace_back([this] { acceptAll(*m_control, wire::Port::Control); });
    m_acceptors.emplace_back([this] { acceptAll(*m_data, wire::Port::Data); });
    log::info("receiver", QStringLiteral("listening"),
        {{QStringLiteral("address"), m_config.listen}, {QStringLiteral("controlPort"), controlPort()},
            {QStringLiteral("dataPort"), dataPort()}, {QStringLiteral("job"), m_config.job}});
    return ok();
}

Result<> ReceiverServer::wait()
{
    for (std::jthread &acceptor : m_acceptors)
        acceptor.join();
    m_acceptors.clear();
    m_connections.endAll();
    const Result<> flushed = m_keeper.flush();
    if (flushed)
        log::info("receiver", QStringLiteral("ended"));
    else
        log::error("receiver", logLine(flushed.error()));
    return flushed;
}

void ReceiverServer::acceptAll(const wire::TlsListener &listener, wire::Port port)
{
    const std::stop_token stop = m_stop.get_token();
    while (!stop.stop_requested()) {
        Result<wire::TlsListener::Connection> connection = listener.accept(acceptRound, stop);
        if (!connection) { // out of descriptors or memory: what is connected goes on, new ones wait in the kernel
            log::warning("receiver", logLine(connection.error()));
            (void)SystemClock().sleep(acceptRound, stop);
            continue;
        }
        if (!connection->socket)
            continue;
        // std::function wants something that can be copied
        auto shared = std::make_shared<wire::TlsListener::Connection>(connection.take());
        m_connections.add([this, shared, port](Connections::Self &self) { serve(std::move(*shared), port, self); });
    }
}

void ReceiverServer::serve(wire::TlsListener::Connection connection, wire::Port port, Connections::Self &self)
{
    const QString peer = connection.peer;
    Result<std::unique_ptr<wire::TlsSocket>> socket =
        wire::TlsSocket::accept(std::move(connection.socket), peer, *m_tls, handshakeTimeout, self.end.get_token());
    if (!socket)
        return logRefusal(peer, port, socket.error());
    self.trusted = true; // the handshake is the proof; what follows only finds out what the sender wants
    wire::FrameChannel channel(socket.take());
    const Result<wire::Hello> hello = wire::receiveHello(channel, m_config.job, port, handshakeTimeout);
    if (!hello)
        return logRefusal(peer, port, hello.error());
    serveTrusted(channel, hello->port, self);
}

void ReceiverServer::serveTrusted(wire::FrameChannel &channel, wire::Port port, Connections::Self &self)
{
    const std::stop_token stop = self.end.get_token();
    if (port != wire::Port::Control) {
        const Result<std::unique_ptr<TargetKeeper::Writer>> writer = m_keeper.writer(self.end);
        if (!writer)
            return refuseAndLeave(channel, writer.error());
        const Target &target = (*writer)->target();
        if (!wire::answerHello(channel, {0, target.epoch(), quint32(target.disks().size()), target.round(), m_instance}, handshakeTimeout))
            return;
        if (port == wire::Port::Data)
            serveData(channel, **writer, stop);
        else
            serveFiles(channel, **writer, m_keeper.builder(), m_config.stateDir + QLatin1String("/mounts"), stop);
        return;
    }
    if (!m_slot.enter(self.end))
        return;
    const TargetKeeper::Binding bound = m_keeper.binding();
    if (wire::answerHello(channel, {0, bound.epoch, m_keeper.diskCount(), bound.round, m_instance}, handshakeTimeout)) {
        log::info("receiver", QStringLiteral("control session begins"), {{QStringLiteral("peer"), channel.socket().peer()}});
        serveControl(
            channel, m_keeper, [this] { requestStop(); }, stop);
    }
    m_slot.leave();
}

void ReceiverServer::logRefusal(const QString &peer, wire::Port port, const Error &error)
{
    {
        const std::lock_guard lock(m_logMutex);
        const auto now = std::chrono::steady_clock::now();
        if (now - m_logSecond >= 1s) {
            m_logSecond = now;
            m_logLines = 0;
        }
        if (++m_logLines > mostRefusalsPerSecond)
            return;
    }
    log::warning("receiver", QStringLiteral("connection refused"),
        {{QStringLiteral("peer"), peer}, {QStringLiteral("port"), nameOf(port)}, {QStringLiteral("why"), logLine(error)}});
}

}
