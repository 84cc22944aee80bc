#pragma once
#include "core/base/fd.h"
#include "core/simcloud/linkconnection.h"

#include <QString>
#include <functional>
#include <list>
#include <map>
#include <thread>

namespace edgelift {

/// The way to one instance of the simulated cloud: takes connections at the address the cloud shows and passes them on to the address
/// where the instance listens, as slowly as it is told, or not at all. Never looks into what passes. Runs on a thread of its own.
class InstanceLink
{
public:
    /// How the way is at this moment.
    struct Quality
    {
        qint64 bytesPerSecond = 0; ///< in each direction, all connections together; 0: unlimited
        bool down = false; ///< connections break, and new ones are refused
    };
    /// Asked a few times a second, on the link's thread.
    using Ask = std::function<Quality()>;

    /// Both addresses are numeric IPv4. Ports: those of the receiver, 8080 and 8703.
    InstanceLink(QString shown, QString real, Ask ask);
    ~InstanceLink(); ///< breaks what is connected

private:
    using Clock = std::chrono::steady_clock;
    void run(const std::stop_token &stop);
    void listen();
    void pass(Clock::time_point now);
    void acceptOne(quint16 port);

    const QString m_shown;
    const QString m_real;
    const Ask m_ask;
    TokenBucket m_there; ///< to the instance
    TokenBucket m_back;
    std::map<quint16, Fd> m_listeners; ///< by port
    bool m_complained = false; ///< that a port cannot be had; it is tried again
    std::list<LinkConnection> m_connections; ///< the one whose turn it is first
    std::jthread m_thread;
};

}
