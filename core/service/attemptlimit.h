#pragma once
#include <QDateTime>
#include <QHash>
#include <QString>
#include <mutex>

namespace edgelift {

/// Counts failed attempts by address: after `most` of them within `window` an address is refused until the window has passed.
/// Thread-safe; lives in memory.
class AttemptLimit
{
public:
    static constexpr int most = 20;
    static constexpr qint64 windowSeconds = 600;

    [[nodiscard]] bool allows(const QString &address, const QDateTime &now);
    void failed(const QString &address, const QDateTime &now);

private:
    std::mutex m_mutex;
    QHash<QString, QList<qint64>> m_failures; ///< seconds, oldest first
};

}
