#pragma once
#include "core/source/tracking/epochguard.h"
#include "core/source/tracking/marktable.h"

#include <mutex>
#include <thread>

namespace edgelift {

/// What the backends have in common that read events from the kernel's buffers: the marks are made when an event is read, with the era of
/// that moment, which can only be later than right. So the buffers are drained before the era rises and before marks are given.
///
/// A backend calls start() when its buffers fill, and stop() first in its destructor: a thread of this class drains until then. The
/// virtual functions are called by one thread at a time.
class BufferedTracker : public ChangeTracker
{
public:
    BufferedTracker(Epoch epoch, EpochGuard guard);

    QString backend() const final { return m_epoch.backend; }
    bool online() const final { return true; }
    bool audited() const final { return m_audited; }
    const Epoch &epoch() const final { return m_epoch; }
    quint32 era() const final;
    Result<quint32> advanceEra() final;
    Result<std::vector<quint32>> marks(int disk) final;
    Result<> intact() final;
    quint64 writtenSectors(int disk) final;

protected:
    /// As the interface says: a backend that cannot be drained until then is lost.
    static constexpr std::chrono::seconds drainLimit{2};

    void start();
    void stop() { m_reader = {}; }
    void lose(const Error &error);
    [[nodiscard]] bool isLost() const { return m_lost.has_value(); }
    void take(const BlockEvent &event);

    /// Takes every event that was counted before the call, or loses.
    virtual void drain() = 0;
    /// Loses when something says that not all events were taken. After drain().
    virtual void compareCounts() = 0;
    /// Sleeps until a buffer should be read, a tenth of a second at most. Without the lock.
    virtual void waitForEvents() = 0;

private:
    [[nodiscard]] Result<QList<quint64>> seen();
    void lookAtDisks();

    const Epoch m_epoch;
    mutable std::mutex m_mutex;
    EpochGuard m_guard;
    MarkTable m_table;
    quint32 m_era = 1;
    std::optional<Error> m_lost;
    bool m_audited = false; ///< set before anybody else has this object
    std::jthread m_reader;
};

}
