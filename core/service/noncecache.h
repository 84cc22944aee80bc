#pragma once
#include <QDateTime>
#include <QHash>
#include <QString>
#include <mutex>

namespace edgelift {

/// Remembers the nonces of verified requests for as long as a replay would pass the time window. Thread-safe. Only requests with a
/// right signature get here, so a stranger cannot fill it.
class NonceCache
{
public:
    /// Signatures are accepted this long before and after their time; a nonce is kept for both together.
    static constexpr qint64 windowSeconds = 15 * 60;

    /// True for the first use of this key's nonce, false for a replay.
    [[nodiscard]] bool takeOnce(const QString &accessKeyId, const QString &nonce, const QDateTime &now);

private:
    std::mutex m_mutex;
    QHash<QString, qint64> m_seen; ///< key and nonce → second of first use
    qint64 m_swept = 0;
};

}
