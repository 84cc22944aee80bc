#include "core/service/noncecache.h"

namespace edgelift {

bool NonceCache::takeOnce(const QString &accessKeyId, const QString &nonce, const QDateTime &now)
{
    const qint64 second = now.toSecsSinceEpoch();
    const std::lock_guard lock(m_mutex);
    if (second - m_swept > 60) {
        m_swept = second;
        m_seen.removeIf([second](const auto &entry) { return entry.value() < second - 2 * windowSeconds; });
    }
    const QString id = accessKeyId + QLatin1Char('\n') + nonce;
    if (m_seen.contains(id))
        return false;
    m_seen.insert(id, second);
    return true;
}

}
