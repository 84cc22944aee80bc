#pragma once
#include "core/base/clock.h"
#include "core/simcloud/diskstore.h"
#include "core/simcloud/instancehost.h"
#include "core/simcloud/instancelinks.h"

#include <QJsonObject>
#include <QThreadPool>
#include <QUrl>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

namespace edgelift {

class ObjectStore;
class StateStore;

struct WorldSettings
{
    QString dataDir; ///< the service's DIR, absolute
    QUrl endpoint; ///< where the service answers
    double timeScale = 1.0; ///< factor on every delay of the simulated cloud; 0: states change at once
};

/// What the simulated ECS, VPC and ENS share: the state, time, objects, disk files and running instances. Thread-safe.
/// Everything that must survive a restart is in the state; what takes time is either a due date in a record (see settle())
/// or a piece of work on the pool, which start() begins again from its record after a restart.
class World
{
public:
    using Work = std::function<void(const std::stop_token &)>;

    /// Without `host` instances are processes of this machine (InstanceLauncher, needs root). Everything given by reference must
    /// outlive the World.
    World(StateStore &state, ObjectStore &objects, const Clock &clock, WorldSettings settings, std::unique_ptr<InstanceHost> host = {});
    ~World();
    World(const World &) = delete;
    World &operator=(const World &) = delete;

    /// After a (re)start: launches the instances that were running, takes up unfinished copies, exports and imports, and from then on
    /// releases instances whose AutoReleaseTime has come. Once.
    void start();
    /// Stops work and instances; the state keeps saying "Running" so that the next start() brings them back. Idempotent.
    void stop();

    StateStore &state() { return m_state; }
    ObjectStore &objects() { return m_objects; }
    DiskStore &disks() { return m_disks; }
    InstanceHost &host() { return *m_host; }
    InstanceLinks &links() { return m_links; }
    const WorldSettings &settings() const { return m_settings; }
    [[nodiscard]] QString path(const QString &relative) const; ///< below the data dir

    [[nodiscard]] QDateTime now() const { return m_clock.now(); }
    /// `seconds` × timeScale from now, in ms since 1970: how records note when something happens.
    [[nodiscard]] qint64 due(double seconds) const;
    /// The record with "status" replaced by what was due: {"status":"Pending","next":{"status":"Running","at":ms}} becomes Running.
    [[nodiscard]] QJsonObject settle(QJsonObject record) const;

    /// Runs `work` on the pool unless work of this name runs already. Work asks its token and takes the state's lock only briefly.
    void run(const QString &name, Work work);
    void cancel(const QString &name); ///< stops work of this name, if any; returns at once
    [[nodiscard]] bool stopping() const { return m_stop.stop_requested(); } ///< work that ends now keeps its record for the next start
    /// How far the work on `id` is, in percent. Kept in memory only: after a restart the work begins anew.
    void setProgress(const QString &id, int percent);
    [[nodiscard]] int progress(const QString &id) const;
    void waitForWork(); ///< until the pool is idle: for tests

private:
    void watch(const std::stop_token &stop);

    StateStore &m_state;
    ObjectStore &m_objects;
    const Clock &m_clock;
    const WorldSettings m_settings;
    DiskStore m_disks;
    std::unique_ptr<InstanceHost> m_host;
    InstanceLinks m_links;
    mutable std::mutex m_workMutex;
    std::map<QString, std::stop_source> m_running; ///< work on the pool by name
    std::map<QString, int> m_progress;
    std::stop_source m_stop;
    QThreadPool m_pool;
    std::jthread m_watcher;
};

}
