#pragma once
#include "core/cloud/serviceclient.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace edgelift {

/// Tells the service every `period` that the server is there and how its job stands, on a thread of its own until destroyed. What
/// fails is logged and tried again at the next beat: a migration does not depend on it.
class Heartbeat
{
public:
    using Status = std::function<JobStatus()>; ///< called on the heartbeat's thread
    Heartbeat(const ServiceClient &service, Secret sessionToken, std::chrono::seconds period, Status status);
    /// The next beat is now. Any thread.
    void nudge();
    /// The last word, sent on this thread; no beat follows.
    void finish(const JobStatus &status);

private:
    void beat(const std::stop_token &stop);

    const ServiceClient &m_service;
    const Secret m_sessionToken;
    const std::chrono::seconds m_period;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    const Status m_status;
    bool m_news = false;
    std::jthread m_thread; // last: it uses everything above
};

}
