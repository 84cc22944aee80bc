#pragma once
#include "core/service/registry.h"
#include "core/service/statestore.h"
#include "core/simcloud/objectstore.h"
#include "core/simcloud/world.h"

#include <QTemporaryDir>
#include <atomic>

namespace edgelift::test {

/// Time stands still until the test moves it.
class FakeClock final : public Clock
{
public:
    [[nodiscard]] QDateTime now() const override { return QDateTime::fromMSecsSinceEpoch(m_now, Qt::UTC); }
    bool sleep(std::chrono::milliseconds, const std::stop_token &) const override { return false; }
    void pass(double seconds) { m_now += qint64(seconds * 1000); }

private:
    std::atomic<qint64> m_now = QDateTime(QDate(2026, 3, 1), QTime(12, 0), Qt::UTC).toMSecsSinceEpoch();
};

/// What happened to instances, without any instance.
struct HostLog
{
    QList<InstanceSpec> launched;
    QStringList running;
    QStringList plugged;
    int addresses = 0;
    bool failLaunch = false;
};

class FakeHost final : public InstanceHost
{
public:
    explicit FakeHost(HostLog &log)
        : m_log(log)
    {
    }
    Result<> launch(const InstanceSpec &spec) override;
    void end(const QString &id, bool force) override;
    void endAll() override { m_log.running.clear(); }
    [[nodiscard]] bool isRunning(const QString &id) const override { return m_log.running.contains(id); }
    Result<> plug(const QString &id, const InstanceDisk &disk) override;
    Result<> unplug(const QString &id, const InstanceDisk &disk) override;
    [[nodiscard]] QString reserveAddress(const QString &wanted) override;
    void releaseAddress(const QString &) override { }

private:
    HostLog &m_log;
};

using Parameters = QMap<QString, QString>;

/// A cloud without a server: calls go through the ActionRegistry. Has the two transit buckets and the service roles.
class SimFixture
{
public:
    explicit SimFixture(double timeScale = 0);
    ~SimFixture();

    ActionReply call(const QString &product, const QString &action, Parameters parameters);
    ActionReply ecs(const char *action, const Parameters &parameters)
    {
        return call(QStringLiteral("ecs"), QLatin1String(action), parameters);
    }
    ActionReply vpc(const char *action, const Parameters &parameters)
    {
        return call(QStringLiteral("vpc"), QLatin1String(action), parameters);
    }
    ActionReply ens(const char *action, const Parameters &parameters)
    {
        return call(QStringLiteral("ens"), QLatin1String(action), parameters);
    }
    /// The refusal's code, or empty for a success.
    QString refusal(const QString &product, const char *action, const Parameters &parameters);
    void stop(); ///< as when the service ends
    void start(); ///< a new service over the same data

    /// A VPC, a vSwitch and a security group in cn-beijing, available.
    void makeNetwork();
    [[nodiscard]] Parameters runParameters(int dataDiskGiB = 20) const;
    QString runInstance(const Parameters &parameters); ///< its id, Running
    QJsonObject first(const char *action, const QString &product, const Parameters &parameters, const QString &outer, const QString &inner);
    /// A finished snapshot of a data disk with `content` at byte `offset`.
    QString makeSnapshot(const QByteArray &content, qint64 offset = 0);
    QString makeImage(const QStringList &snapshots, const QString &name = QStringLiteral("image"));
    void writeToDisk(const QString &diskId, const QByteArray &content, qint64 offset);

    QTemporaryDir folder;
    FakeClock clock;
    HostLog host;
    QString vpcId, vSwitchId, groupId;
    std::unique_ptr<StateStore> state;
    std::unique_ptr<ObjectStore> objects;
    std::unique_ptr<World> world;

private:
    double m_timeScale;
    std::unique_ptr<ActionRegistry> m_registry;
};

}
