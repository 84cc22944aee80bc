#pragma once
#include "core/receiver/targetdisks.h"

#include <QHash>
#include <QList>
#include <condition_variable>
#include <mutex>

namespace edgelift::receiver::test {

/// What happened to a disk and what shall happen to it. Thread-safe; shared by a test and the medium it watches.
class Faults
{
public:
    struct Write
    {
        quint64 offset = 0;
        quint64 length = 0;
    };

    void failWrites(int number); ///< errno; 0: work again
    void failSyncs(int number);
    void holdSyncs(); ///< syncs block from now on
    void releaseSyncs();
    /// False when none began within five seconds.
    bool waitForSync();
    int syncs() const;
    QList<Write> writes() const;
    QList<Write> zeros() const;

    // used by the medium
    int onWrite(quint64 offset, quint64 length);
    int onZero(quint64 offset, quint64 length);
    int onSync();

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    QList<Write> m_writes;
    QList<Write> m_zeros;
    int m_writeError = 0;
    int m_syncError = 0;
    bool m_held = false;
    int m_begun = 0;
    int m_syncs = 0;
};

/// Plain files in `folder` (virtio-<serial>), watched and made to fail by `faults`.
class FakeDisks final : public TargetDisks
{
public:
    explicit FakeDisks(const QString &folder)
        : m_real(folder, QStringLiteral("/nonexistent"))
    {
    }
    Result<std::unique_ptr<Medium>> open(const QString &serial) override;
    Faults faults;

private:
    AttachedDisks m_real;
};

}
