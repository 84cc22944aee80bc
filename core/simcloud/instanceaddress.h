#pragma once
#include "core/base/fd.h"

#include <QHash>
#include <QString>
#include <memory>
#include <mutex>

namespace edgelift {

/// Loopback addresses 127.88.x.y for instances, one each, told apart from those of other simulated clouds on this machine by a lock
/// every process can see (an abstract socket named after the address, gone with the process). Thread-safe.
class InstanceAddresses
{
public:
    /// `wanted` when it is free, else any; empty when there is none. Free means: not held by anybody and nothing listens on its
    /// ports 8080 and 8703.
    [[nodiscard]] QString reserve(const QString &wanted);
    void release(const QString &address);

private:
    std::mutex m_mutex;
    QHash<QString, std::shared_ptr<Fd>> m_held;
};

}
