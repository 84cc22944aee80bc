#include "core/migrate/heartbeat.h"

#include "core/base/errortext.h"
#include "core/base/log.h"

namespace edgelift {

Heartbeat::Heartbeat(const ServiceClient &service, Secret sessionToken, std::chrono::seconds period, Status status)
    : m_service(service)
    , m_sessionToken(std::move(sessionToken))
    , m_period(period)
    , m_status(std::move(status))
    , m_thread([this](const std::stop_token &stop) { beat(stop); })
{
}

void Heartbeat::nudge()
{
    const std::lock_guard lock(m_mutex);
    m_news = true;
    m_changed.notify_all();
}

void Heartbeat::finish(const JobStatus &status)
{
    m_thread.request_stop();
    m_thread.join();
    if (const Result<> sent = m_service.reportStatus(m_sessionToken, status, {}); !sent)
        log::info("migrate", QStringLiteral("the service did not take the last status: ") + logLine(sent.error()));
}

void Heartbeat::beat(const std::stop_token &stop)
{
    while (!stop.stop_requested()) {
        std::unique_lock lock(m_mutex);
        m_changed.wait_for(lock, stop, m_period, [this] { return m_news; });
        if (stop.stop_requested())
            return;
        m_news = false;
        lock.unlock();
        const Result<QString> heard = m_service.heartbeat(m_sessionToken, stop);
        Result<> sent = heard ? ok() : Result<>(heard.error());
        if (sent)
            sent = m_service.reportStatus(m_sessionToken, m_status(), stop);
        if (!sent && !stop.stop_requested())
            log::info("migrate", QStringLiteral("the service did not hear us: ") + logLine(sent.error()));
    }
}

}
