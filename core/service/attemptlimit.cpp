#include "core/service/attemptlimit.h"

namespace edgelift {

bool AttemptLimit::allows(const QString &address, const QDateTime &now)
{
    const qint64 oldest = now.toSecsSinceEpoch() - windowSeconds;
    const std::lock_guard lock(m_mutex);
    m_failures.removeIf([oldest](const auto &entry) { return entry.value().last() < oldest; });
    return m_failures.value(address).size() < most || m_failures.value(address).first() < oldest;
}

void AttemptLimit::failed(const QString &address, const QDateTime &now)
{
    const std::lock_guard lock(m_mutex);
    QList<qint64> &times = m_failures[address];
    times.append(now.toSecsSinceEpoch());
    if (times.size() > most)
        times.removeFirst();
}

}
