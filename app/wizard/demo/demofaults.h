#pragma once
#include "core/base/result.h"

#include <QDateTime>
#include <QObject>
#include <QTimer>
#include <chrono>

namespace edgelift::wizard {

/// What the simulated cloud of a demonstration is told to do wrong (its faults.json), and how fast the link to its instances is. What is
/// set before begin() counts from then on; every change takes effect within half a second. GUI thread.
class DemoFaults final : public QObject
{
    Q_OBJECT
public:
    explicit DemoFaults(int linkMbps, QObject *parent = nullptr);

    /// For the cloud with this data directory, before it starts. Errors, here and below: those of writeJsonFile.
    Result<> begin(const QString &dataDir);

    /// In 10^6 bits a second; 0: unlimited.
    Result<> setLinkSpeed(int mbps);
    [[nodiscard]] int linkSpeed() const { return m_linkMbps; }

    /// The link breaks now and comes back by itself; asked again, the time begins anew.
    Result<> dropNetwork(std::chrono::seconds time);
    [[nodiscard]] int secondsDown() const; ///< left, rounded up; 0: the link works

    /// All instance types in all zones, until restocked.
    Result<> setSoldOut(bool soldOut);
    [[nodiscard]] bool isSoldOut() const { return m_soldOut; }

Q_SIGNALS:
    void changed(); ///< also each second while the link is down
    void failed(const edgelift::Error &error); ///< the link was to come back and could not be told so

private:
    Result<> write();
    void tick();

    QString m_dataDir; ///< empty: not begun
    int m_linkMbps;
    bool m_soldOut = false;
    QDateTime m_downUntil; ///< invalid: the link works
    QTimer m_seconds;
};

}
