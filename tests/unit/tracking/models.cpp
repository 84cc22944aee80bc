#include "tests/unit/tracking/models.h"

#include "core/source/tracking/blockevent.h"
#include "core/source/tracking/epochguard.h"
#include "core/source/tracking/marksobject.h"
#include "core/source/tracking/marktable.h"
#include "core/source/tracking/perfring.h"
#include "core/source/tracking/tracefs.h"

#include <mutex>
#include <thread>

namespace edgelift::test {

namespace {

using namespace std::chrono_literals;

class Model : public ChangeTracker
{
public:
    Model(const QString &name, Bytes blockSize, const TrackedDisk &disk)
        : m_epoch(newEpoch(name, blockSize, {disk}))
    {
    }
    QString backend() const override { return m_epoch.backend; }
    bool online() const override { return true; }
    const Epoch &epoch() const override { return m_epoch; }
    quint32 era() const override { return m_era; }
    quint64 writtenSectors(int) override { return 0; }
    bool audited() const override { return true; }

protected:
    const Epoch m_epoch;
    std::atomic<quint32> m_era = 1;
};

class RingModel final : public Model
{
public:
    RingModel(const TrackedDisk &disk, Bytes blockSize, const RingRules &rules)
        : Model(QStringLiteral("ring model"), blockSize, disk)
        , m_rules(rules)
        , m_table(m_epoch)
    {
    }
    Result<> start()
    {
        const Result<TraceEvent> event = readTraceEvent("block/block_rq_complete");
        if (!event)
            return event.error();
        const Result<BlockEventFormat> format = BlockEventFormat::parse(event->format);
        if (!format)
            return format.error();
        m_format = *format;
        for (unsigned processor = 0; processor < std::thread::hardware_concurrency(); ++processor) {
            Result<PerfRing> ring = PerfRing::open(int(processor), event->id, m_rules.ringPages);
            if (!ring)
                return ring.error();
            m_rings.push_back(ring.take());
        }
        m_reader = std::jthread([this](const std::stop_token &stop) {
            while (!stop.stop_requested()) {
                std::this_thread::sleep_for(40ms);
                const std::scoped_lock lock(m_mutex);
                read();
            }
        });
        return ok();
    }
    Result<quint32> advanceEra() override
    {
        const std::scoped_lock lock(m_mutex);
        if (m_rules.drains)
            drain();
        return ++m_era;
    }
    Result<std::vector<quint32>> marks(int) override
    {
        const std::scoped_lock lock(m_mutex);
        if (m_rules.drains)
            drain();
        return m_table.marks(0);
    }
    Result<> intact() override
    {
        const std::scoped_lock lock(m_mutex);
        drain(); // to count; the marks have been looked at already
        for (const PerfRing &ring : m_rings) {
            if (m_rules.heedsLosses && (ring.lost() > 0 || m_hidden))
                return trackingLost(QStringLiteral("-"), QStringLiteral("events were lost"));
        }
        return ok();
    }

private:
    void read()
    {
        for (PerfRing &ring : m_rings)
            ring.drain([this](std::span<const uchar> record) {
                if (const Result<BlockEvent> event = m_format.decode(record))
                    (void)m_table.take(*event, m_era);
            });
    }
    void drain()
    {
        for (PerfRing &ring : m_rings) {
            const qint64 wanted = ring.count();
            for (int patience = 0; ring.taken() + ring.lost() < wanted && patience < 1000; ++patience) {
                read();
                std::this_thread::sleep_for(20us);
            }
            m_hidden = m_hidden || ring.taken() + ring.lost() < wanted;
        }
        read();
    }

    RingRules m_rules;
    MarkTable m_table;
    BlockEventFormat m_format;
    std::vector<PerfRing> m_rings;
    bool m_hidden = false; ///< events were counted, but neither recorded nor called lost
    std::mutex m_mutex;
    std::jthread m_reader;
};

class ArrayModel final : public Model
{
public:
    ArrayModel(const TrackedDisk &disk, Bytes blockSize, const ArrayRules &rules)
        : Model(QStringLiteral("array model"), blockSize, disk)
        , m_rules(rules)
    {
    }
    Result<> start()
    {
        Result<std::unique_ptr<MarksObject>> object = MarksObject::load(m_rules.program, m_epoch, true);
        if (!object)
            return object.error();
        m_object = object.take();
        Result<EpochGuard> guard = EpochGuard::start(m_epoch);
        if (!guard)
            return guard.error();
        m_guard.emplace(guard.take());
        const TrackedDisk &disk = m_epoch.disks.first();
        const std::optional<Error> problem = m_guard->settle([this] { return seen(); });
        if (problem || !m_guard->settled())
            return problem ? *problem : trackingLost(disk.path, QStringLiteral("the disk is too busy"));
        return ok();
    }
    Result<quint32> advanceEra() override
    {
        if (m_publisher.joinable())
            m_publisher.join();
        const quint32 next = m_era + 1;
        if (m_rules.grace) {
            (void)m_object->publish(next);
        } else { // it is published at once; what the call waits for, nobody waits for
            m_publisher = std::jthread([this, next] { (void)m_object->publish(next); });
            std::this_thread::sleep_for(300us);
        }
        m_era = next;
        return next;
    }
    Result<std::vector<quint32>> marks(int) override
    {
        if (m_rules.grace)
            (void)m_object->publish(m_era);
        return m_object->marks(0);
    }
    Result<> intact() override // only what no rule here is about: events that the kernel kept from everybody
    {
        const std::optional<Error> problem = m_guard->look([this] { return seen(); });
        return problem ? Result<>(*problem) : ok();
    }

private:
    Result<QList<quint64>> seen() const
    {
        const Result<marks_disk> about = m_object->disk(0);
        if (!about)
            return about.error();
        return QList<quint64>{std::max({about->written[0], about->written[1], about->written[2]})};
    }

    ArrayRules m_rules;
    std::unique_ptr<MarksObject> m_object;
    std::optional<EpochGuard> m_guard;
    std::jthread m_publisher;
};

}

Result<std::unique_ptr<ChangeTracker>> startRingModel(const TrackedDisk &disk, Bytes blockSize, const RingRules &rules)
{
    auto model = std::make_unique<RingModel>(disk, blockSize, rules);
    if (const Result<> started = model->start(); !started)
        return started.error();
    return std::unique_ptr<ChangeTracker>(std::move(model));
}

Result<std::unique_ptr<ChangeTracker>> startArrayModel(const TrackedDisk &disk, Bytes blockSize, const ArrayRules &rules)
{
    auto model = std::make_unique<ArrayModel>(disk, blockSize, rules);
    if (const Result<> started = model->start(); !started)
        return started.error();
    return std::unique_ptr<ChangeTracker>(std::move(model));
}

}
