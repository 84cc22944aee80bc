#include "core/simcloud/world.h"

#include "core/base/log.h"
#include "core/service/statestore.h"
#include "core/simcloud/ecsdisks.h"
#include "core/simcloud/ecsexport.h"
#include "core/simcloud/ecsinstances.h"
#include "core/simcloud/ecssnapshots.h"
#include "core/simcloud/ensimport.h"
#include "core/simcloud/instancelauncher.h"

#include <algorithm>

namespace edgelift {

World::World(StateStore &state, ObjectStore &objects, const Clock &clock, WorldSettings settings, std::unique_ptr<InstanceHost> host)
    : m_state(state)
    , m_objects(objects)
    , m_clock(clock)
    , m_settings(std::move(settings))
    , m_disks(m_settings.dataDir + QStringLiteral("/ecs"))
    , m_host(host ? std::move(host) : std::make_unique<InstanceLauncher>())
    , m_links(m_settings.dataDir, *m_host)
{
    m_pool.setMaxThreadCount(4); // waits for disks mostly; a long export must not keep a small instance from starting
}

World::~World() { stop(); }

void World::start()
{
    {
        const std::lock_guard lock(m_state.mutex());
        releaseExpired(*this); // while the service was away
        resumeDisks(*this);
        resumeSnapshots(*this);
        resumeInstances(*this);
        resumeExports(*this);
        resumeImports(*this);
    }
    m_watcher = std::jthread([this](const std::stop_token &stop) { watch(stop); });
}

void World::stop()
{
    m_stop.request_stop();
    {
        const std::lock_guard lock(m_workMutex);
        for (auto &[name, source] : m_running)
            source.request_stop();
    }
    if (m_watcher.joinable()) {
        m_watcher.request_stop();
        m_watcher.join();
    }
    m_pool.waitForDone();
    m_host->endAll();
    m_links.closeAll();
}

QString World::path(const QString &relative) const { return m_settings.dataDir + QLatin1Char('/') + relative; }

qint64 World::due(double seconds) const { return now().toMSecsSinceEpoch() + qint64(seconds * 1000 * m_settings.timeScale); }

QJsonObject World::settle(QJsonObject record) const
{
    const QJsonObject next = record.value(QLatin1String("next")).toObject();
    if (next.isEmpty() || next.value(QLatin1String("at")).toInteger() > now().toMSecsSinceEpoch())
        return record;
    record.insert(QStringLiteral("status"), next.value(QLatin1String("status")));
    record.remove(QStringLiteral("next"));
    return record;
}

void World::run(const QString &name, Work work)
{
    const std::lock_guard lock(m_workMutex);
    if (stopping() || m_running.contains(name))
        return;
    const std::stop_token stop = m_running[name].get_token();
    m_pool.start([this, name, stop, work = std::move(work)] {
        try {
            work(stop);
        } catch (const StateWriteFailed &failure) { // the record still says "in progress": the next start tries again
            log::error("simcloud", QStringLiteral("state not written"),
                {{QStringLiteral("work"), name}, {QStringLiteral("reason"), QString::fromUtf8(failure.what())}});
        }
        const std::lock_guard done(m_workMutex);
        m_running.erase(name);
    });
}

void World::cancel(const QString &name)
{
    const std::lock_guard lock(m_workMutex);
    if (const auto found = m_running.find(name); found != m_running.end())
        found->second.request_stop();
}

void World::waitForWork() { m_pool.waitForDone(); }

void World::setProgress(const QString &id, int percent)
{
    const std::lock_guard lock(m_workMutex);
    m_progress[id] = std::clamp(percent, 0, 100);
}

int World::progress(const QString &id) const
{
    const std::lock_guard lock(m_workMutex);
    const auto found = m_progress.find(id);
    return found == m_progress.end() ? 0 : found->second;
}

void World::watch(const std::stop_token &stop)
{
    while (m_clock.sleep(std::chrono::seconds(1), stop)) {
        try {
            releaseExpired(*this);
        } catch (const StateWriteFailed &failure) {
            log::error("simcloud", QStringLiteral("state not written"), {{QStringLiteral("reason"), QString::fromUtf8(failure.what())}});
        }
    }
}

}
