#include "core/receiver/flusher.h"

namespace edgelift::receiver {

Flusher::Flusher(Medium &medium, FlushLimits limits)
    : m_medium(medium)
    , m_limits(limits)
    , m_thread([this](const std::stop_token &stop) { run(stop); })
{
}

Flusher::~Flusher()
{
    m_thread.request_stop();
    m_thread.join();
}

quint64 Flusher::wrote(quint64 bytes)
{
    const std::lock_guard lock(m_mutex);
    if (m_written == m_durable)
        m_oldest = std::chrono::steady_clock::now();
    const bool first = m_written++ == m_durable;
    m_unsynced += bytes;
    if (first || m_unsynced >= m_limits.unsynced.count)
        m_work.notify_one();
    return m_written;
}

quint64 Flusher::durable() const
{
    const std::lock_guard lock(m_mutex);
    return m_durable;
}

int Flusher::failure() const
{
    const std::lock_guard lock(m_mutex);
    return m_failure;
}

void Flusher::hurry()
{
    const std::lock_guard lock(m_mutex);
    if (m_written == m_durable)
        return;
    m_hurry = true;
    m_work.notify_one();
}

int Flusher::flush()
{
    std::unique_lock lock(m_mutex);
    const quint64 wanted = m_written;
    if (m_durable < wanted) {
        m_hurry = true;
        m_work.notify_one();
    }
    m_done.wait(lock, [&] { return m_durable >= wanted || m_failure != 0; });
    return m_failure;
}

void Flusher::run(const std::stop_token &stop)
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        if (!m_work.wait(lock, stop, [this] { return m_written > m_durable && m_failure == 0; }))
            return;
        m_work.wait_until(lock, stop, m_oldest + m_limits.age, [this] { return m_hurry || m_unsynced >= m_limits.unsynced.count; });
        if (stop.stop_requested())
            return;
        const quint64 upTo = m_written;
        m_unsynced = 0;
        m_hurry = false;
        m_oldest = std::chrono::steady_clock::now(); // what is written from here on waits for the next sync
        lock.unlock();
        const int failed = m_medium.sync();
        lock.lock();
        if (failed)
            m_failure = failed;
        else
            m_durable = upTo;
        m_done.notify_all();
    }
}

}
