#include "core/migrate/heartbeat.h"

#include "core/base/errortext.h"
#include "core/base/log.h"

namespace edgelift {

Heartbeat::Heartbeat(const ServiceClient &service, Secret sessionToken, std::chrono::seconds period)
    : m_service(service)
    , m_sessionToken(std::move(sessionToken))
    , m_period(period)
    , m_thread([this](const std::stop_token &stop) { beat(stop); })
{
}

Heartbeat::~Heartbeat()
{
    // The last status is worth an attempt: it says how the job ended.
    m_thread.request_stop();
    m_changed.notify_all();
    if (m_thread.joinable())
        m_thread.join();
    if (m_news) {
        std::stop_source limit;
        std::jthread timer([&limit](const std::stop_token &done) {
            std::mutex mutex;
            std::unique_lock lock(mutex);
            std::condition_variable_any never;
            never.wait_for(lock, done, std::chrono::seconds(5), [] { return false; });
            limit.request_stop();
        });
        if (const Result<> sent = m_service.reportStatus(m_sessionToken, m_status, limit.get_token()); !sent)
            log::info("migrate", QStringLiteral("the service did not take the last status: ") + logLine(sent.error()));
        timer.request_stop();
    }
}

void Heartbeat::set(const JobStatus &status)
{
    const std::lock_guard lock(m_mutex);
    m_status = status;
    m_news = true;
    m_changed.notify_all();
}

void Heartbeat::beat(const std::stop_token &stop)
{
    while (!stop.stop_requested()) {
        std::unique_lock lock(m_mutex);
        m_changed.wait_for(lock, stop, m_period, [this] { return m_news; });
        if (stop.stop_requested())
            return;
        const JobStatus status = m_status;
        m_news = false;
        lock.unlock();
        Result<> sent = m_service.heartbeat(m_sessionToken, stop);
        if (sent && !status.job.isEmpty())
            sent = m_service.reportStatus(m_sessionToken, status, stop);
        if (!sent && !stop.stop_requested())
            log::info("migrate", QStringLiteral("the service did not hear us: ") + logLine(sent.error()));
    }
}

}
