#include "core/receiver/acknowledger.h"

#include "core/wire/greeting.h"

namespace edgelift::receiver {

namespace {

using namespace std::chrono_literals;
constexpr auto lookAgain = 10ms; ///< while something is unconfirmed
constexpr auto sendTimeout = 60s;
constexpr auto farewell = 3s;

}

Acknowledger::Acknowledger(wire::FrameChannel &channel)
    : m_channel(channel)
    , m_thread([this](const std::stop_token &stop) { run(stop); })
{
}

Acknowledger::~Acknowledger() { (void)abandon(); }

void Acknowledger::wrote(quint64 sequence, const BlockWriter::Written &written)
{
    const std::lock_guard lock(m_mutex);
    m_pending.push_back({sequence, written.disk, written.ticket});
    m_fresh = true;
    m_changed.notify_all();
}

Result<> Acknowledger::finish()
{
    {
        const std::lock_guard lock(m_mutex);
        m_finishing = true;
        for (const Pending &pending : m_pending) {
            if (pending.disk)
                pending.disk->flusher().hurry();
        }
        m_changed.notify_all();
    }
    if (m_thread.joinable())
        m_thread.join();
    return m_error ? Result<>(*m_error) : ok();
}

std::optional<Error> Acknowledger::abandon()
{
    m_thread.request_stop();
    if (m_thread.joinable())
        m_thread.join();
    return m_error;
}

/// The highest sequence such that it and all before it are durable, taken off the list.
std::optional<quint64> Acknowledger::takeDurable()
{
    std::optional<quint64> upTo;
    while (!m_pending.empty()) {
        const Pending &first = m_pending.front();
        if (first.disk && first.disk->flusher().durable() < first.ticket)
            break;
        upTo = first.sequence;
        m_pending.pop_front();
    }
    return upTo;
}

std::optional<Error> Acknowledger::failedSync()
{
    if (m_pending.empty())
        return std::nullopt;
    TargetDisk &disk = *m_pending.front().disk;
    const int number = disk.flusher().failure();
    return number ? std::optional(disk.failed(ErrorCode::TargetWriteFailed, number)) : std::nullopt;
}

/// Tells the peer from here, because the session may be waiting for a frame that never comes (the sender waits for us). The peer
/// then closes, which wakes the session; one that does not close is cut off.
void Acknowledger::fail(std::unique_lock<std::mutex> &lock, const Error &error, const std::stop_token &stop)
{
    m_error = error;
    lock.unlock();
    if (error.code == ErrorCode::TargetWriteFailed) {
        wire::refuse(m_channel, error);
        m_channel.socket().finishSending();
        lock.lock();
        m_changed.wait_for(lock, stop, farewell, [] { return false; }); // until the session ends this thread
        lock.unlock();
    }
    m_channel.socket().interrupt();
}

void Acknowledger::run(const std::stop_token &stop)
{
    std::unique_lock lock(m_mutex);
    while (!stop.stop_requested()) {
        if (const std::optional<quint64> upTo = takeDurable()) {
            lock.unlock();
            const Result<quint64> sent = m_channel.send(wire::FrameType::Ack, {wire::encode(wire::AckMessage{*upTo})}, sendTimeout);
            lock.lock();
            if (!sent)
                return fail(lock, sent.error(), stop);
            continue;
        }
        if (const std::optional<Error> failed = failedSync())
            return fail(lock, *failed, stop);
        if (m_pending.empty() && m_finishing)
            return;
        if (m_pending.empty()) {
            m_changed.wait(lock, stop, [this] { return !m_pending.empty() || m_finishing; });
            continue;
        }
        m_fresh = false;
        m_changed.wait_for(lock, stop, lookAgain, [this] { return m_fresh; });
        if (!m_fresh) // the sender pauses, perhaps because it waits for us
            m_pending.front().disk->flusher().hurry();
    }
}

}
