#include "core/source/tracking/rescantracker.h"

#include "core/source/tracking/epochguard.h"

#include <mutex>

namespace edgelift {

namespace {

class RescanTracker final : public ChangeTracker
{
public:
    RescanTracker(Epoch epoch, EpochGuard guard)
        : m_epoch(std::move(epoch))
        , m_guard(std::move(guard))
    {
        for (const TrackedDisk &disk : m_epoch.disks)
            m_before.append(countedSectors(disk));
    }
    QString backend() const override { return m_epoch.backend; }
    bool online() const override { return false; }
    bool audited() const override { return true; } // there is nothing to miss
    const Epoch &epoch() const override { return m_epoch; }
    quint32 era() const override
    {
        const std::scoped_lock lock(m_mutex);
        return m_era;
    }
    Result<quint32> advanceEra() override
    {
        const std::scoped_lock lock(m_mutex);
        for (qsizetype disk = 0; disk < m_epoch.disks.size(); ++disk)
            m_before[disk] = countedSectors(m_epoch.disks.at(disk));
        return ++m_era;
    }
    Result<std::vector<quint32>> marks(int disk) override
    {
        const std::scoped_lock lock(m_mutex);
        const quint64 blocks = (m_epoch.disks.at(disk).size.count + m_epoch.blockSize.count - 1) / m_epoch.blockSize.count;
        const bool written = countedSectors(m_epoch.disks.at(disk)) != m_before.at(disk);
        return std::vector<quint32>(blocks, written ? m_era : m_era - 1); // the last look, while frozen, should find none of its own era
    }
    Result<> intact() override
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_lost)
            m_lost = m_guard.look([this] { return QList<quint64>(m_epoch.disks.size(), 0); });
        return m_lost ? Result<>(*m_lost) : ok();
    }
    quint64 writtenSectors(int) override { return 0; }

private:
    const Epoch m_epoch;
    mutable std::mutex m_mutex;
    EpochGuard m_guard;
    quint32 m_era = 1;
    QList<qint64> m_before; ///< sectors that the kernel had counted on each disk when the era began
    std::optional<Error> m_lost;
};

}

Result<std::unique_ptr<ChangeTracker>> startRescanTracker(const QList<TrackedDisk> &disks, Bytes blockSize)
{
    if (const Result<> sensible = checkTrackingRequest(disks, blockSize); !sensible)
        return sensible.error();
    Epoch epoch = newEpoch(QStringLiteral("rescan"), blockSize, disks);
    Result<EpochGuard> guard = EpochGuard::start(epoch);
    if (!guard)
        return guard.error();
    return std::unique_ptr<ChangeTracker>(std::make_unique<RescanTracker>(std::move(epoch), guard.take()));
}

}
