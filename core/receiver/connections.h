#pragma once
#include <QString>
#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <stop_token>
#include <thread>

namespace edgelift::receiver {

/// The threads of all connections, one each. Those that have not proved who they are are limited in number: when the limit is
/// reached, the one that has been waiting longest is cut off, so strangers who connect and say nothing never keep the sender
/// (whose handshake takes a fraction of a second) out.
class Connections
{
public:
    static constexpr int mostStrangers = 64;

    /// What a connection's thread knows about itself.
    struct Self
    {
        std::stop_source end; ///< asked by anybody: the connection must go
        std::atomic<bool> trusted{false}; ///< set by the thread once the peer has proved who it is
    };

    Connections() = default;
    Connections(const Connections &) = delete;
    Connections &operator=(const Connections &) = delete;
    ~Connections() { endAll(); }

    /// Runs `serve` on a thread of its own. Any thread.
    void add(std::function<void(Self &)> serve);
    /// Asks all to end and waits for them. add() does nothing afterwards.
    void endAll();

private:
    struct Entry
    {
        Self self;
        std::atomic<bool> done{false};
        std::thread thread;
    };
    void reap();
    void makeRoom();

    std::mutex m_mutex;
    std::list<Entry> m_entries; // oldest first
    bool m_ended = false;
};

}
