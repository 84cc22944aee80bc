#include "simfixture.h"

#include "core/simcloud/ecs.h"
#include "core/simcloud/ens.h"
#include "core/simcloud/vpc.h"

#include <QFile>
#include <QJsonArray>

namespace edgelift::test {

Result<> FakeHost::launch(const InstanceSpec &spec)
{
    if (m_log.failLaunch)
        return Error{ErrorCode::PermissionDenied, Retry::Never, {}, QStringLiteral("planned")};
    m_log.launched += spec;
    m_log.running += spec.id;
    return ok();
}

void FakeHost::end(const QString &id, bool) { m_log.running.removeAll(id); }

Result<> FakeHost::plug(const QString &, const InstanceDisk &disk)
{
    m_log.plugged += disk.serial;
    return ok();
}

Result<> FakeHost::unplug(const QString &, const InstanceDisk &disk)
{
    m_log.plugged.removeAll(disk.serial);
    return ok();
}

QString FakeHost::reserveAddress(const QString &wanted)
{
    return wanted.isEmpty() ? QStringLiteral("127.88.0.%1").arg(++m_log.addresses) : wanted;
}

SimFixture::SimFixture(double timeScale)
    : m_timeScale(timeScale)
{
    start();
    for (const Bucket &bucket : {Bucket{QStringLiteral("edgelift-transit"), QStringLiteral("cn-beijing"), clock.now(), false},
             Bucket{QStringLiteral("edgelift-transit-sg"), QStringLiteral("ap-southeast-1"), clock.now(), false},
             Bucket{QStringLiteral("secret"), QStringLiteral("cn-beijing"), clock.now(), true}}) {
        if (!objects->putBucket(bucket))
            qFatal("no bucket");
    }
    for (const char *role : {"AliyunECSImageExportDefaultRole", "AliyunENSImportRole"})
        state->put(QStringLiteral("roles"), QLatin1String(role), {{QStringLiteral("name"), QLatin1String(role)}});
}

SimFixture::~SimFixture() { stop(); }

void SimFixture::stop()
{
    if (world)
        world->stop();
    m_registry.reset();
    world.reset();
    objects.reset();
    state.reset();
}

void SimFixture::start()
{
    state = StateStore::open(folder.filePath(QStringLiteral("state"))).take();
    objects = ObjectStore::open(folder.path(), clock).take();
    world =
        std::make_unique<World>(*state, *objects, clock, WorldSettings{folder.path(), {}, m_timeScale}, std::make_unique<FakeHost>(host));
    m_registry = std::make_unique<ActionRegistry>();
    registerEcs(*m_registry, *world);
    registerVpc(*m_registry, *world);
    registerEns(*m_registry, *world);
    world->start();
}

ActionReply SimFixture::call(const QString &product, const QString &action, Parameters parameters)
{
    if (product != QLatin1String("ens") && !parameters.contains(QStringLiteral("RegionId")))
        parameters.insert(QStringLiteral("RegionId"), QStringLiteral("cn-beijing"));
    const ActionHandler *handler = m_registry->find(product, action);
    if (handler == nullptr)
        qFatal("no handler for %s", qPrintable(action));
    return (*handler)({product, action, parameters.value(QStringLiteral("RegionId")), parameters, QStringLiteral("1234567890123456"),
        QStringLiteral("LTAItest"), clock.now(), QStringLiteral("request")});
}

QString SimFixture::refusal(const QString &product, const char *action, const Parameters &parameters)
{
    const ActionReply reply = call(product, QLatin1String(action), parameters);
    return reply.status == 200 ? QString() : reply.body.value(QLatin1String("Code")).toString();
}

QJsonObject SimFixture::first(
    const char *action, const QString &product, const Parameters &parameters, const QString &outer, const QString &inner)
{
    return call(product, QLatin1String(action), parameters).body.value(outer).toObject().value(inner).toArray().first().toObject();
}

void SimFixture::makeNetwork()
{
    vpcId =
        vpc("CreateVpc", {{QStringLiteral("CidrBlock"), QStringLiteral("192.168.0.0/16")}}).body.value(QLatin1String("VpcId")).toString();
    clock.pass(1);
    vSwitchId = vpc("CreateVSwitch",
        {{QStringLiteral("VpcId"), vpcId}, {QStringLiteral("ZoneId"), QStringLiteral("cn-beijing-h")},
            {QStringLiteral("CidrBlock"), QStringLiteral("192.168.1.0/24")}})
                    .body.value(QLatin1String("VSwitchId"))
                    .toString();
    clock.pass(1);
    groupId = ecs("CreateSecurityGroup", {{QStringLiteral("VpcId"), vpcId}, {QStringLiteral("SecurityGroupName"), QStringLiteral("group")}})
                  .body.value(QLatin1String("SecurityGroupId"))
                  .toString();
}

Parameters SimFixture::runParameters(int dataDiskGiB) const
{
    return {{QStringLiteral("ImageId"), QStringLiteral("aliyun_3_x64_20G_alibase_20250629.vhd")},
        {QStringLiteral("InstanceType"), QStringLiteral("ecs.t6-c1m1.large")}, {QStringLiteral("VSwitchId"), vSwitchId},
        {QStringLiteral("SecurityGroupId"), groupId}, {QStringLiteral("InstanceName"), QStringLiteral("transit")},
        {QStringLiteral("InternetMaxBandwidthOut"), QStringLiteral("100")},
        {QStringLiteral("SystemDisk.Category"), QStringLiteral("cloud_efficiency")},
        {QStringLiteral("SystemDisk.Size"), QStringLiteral("20")},
        {QStringLiteral("DataDisk.1.Category"), QStringLiteral("cloud_efficiency")},
        {QStringLiteral("DataDisk.1.Size"), QString::number(dataDiskGiB)},
        {QStringLiteral("UserData"), QString::fromLatin1(QByteArray("#!/bin/sh\necho hello\n").toBase64())}};
}

QString SimFixture::runInstance(const Parameters &parameters)
{
    const ActionReply reply = ecs("RunInstances", parameters);
    world->waitForWork();
    clock.pass(2);
    return reply.body.value(QLatin1String("InstanceIdSets")).toObject().value(QLatin1String("InstanceIdSet")).toArray().first().toString();
}

void SimFixture::writeToDisk(const QString &diskId, const QByteArray &content, qint64 offset)
{
    QFile file(world->disks().diskPath(diskId));
    if (!file.open(QIODevice::ReadWrite) || !file.seek(offset) || file.write(content) != content.size())
        qFatal("disk not written");
}

QString SimFixture::makeSnapshot(const QByteArray &content, qint64 offset)
{
    if (vSwitchId.isEmpty())
        makeNetwork();
    const QString instance = runInstance(runParameters());
    const QString disk = first("DescribeDisks", QStringLiteral("ecs"),
        {{QStringLiteral("InstanceId"), instance}, {QStringLiteral("DiskType"), QStringLiteral("data")}}, QStringLiteral("Disks"),
        QStringLiteral("Disk"))
                             .value(QLatin1String("DiskId"))
                             .toString();
    writeToDisk(disk, content, offset);
    const QString snapshot = ecs("CreateSnapshot", {{QStringLiteral("DiskId"), disk}}).body.value(QLatin1String("SnapshotId")).toString();
    world->waitForWork();
    clock.pass(1);
    return snapshot;
}

QString SimFixture::makeImage(const QStringList &snapshots, const QString &name)
{
    Parameters parameters{{QStringLiteral("ImageName"), name}};
    for (int n = 0; n < snapshots.size(); ++n) {
        const QString prefix = QStringLiteral("DiskDeviceMapping.%1.").arg(n + 1);
        parameters.insert(prefix + QStringLiteral("SnapshotId"), snapshots.at(n));
        parameters.insert(prefix + QStringLiteral("DiskType"), n == 0 ? QStringLiteral("system") : QStringLiteral("data"));
        parameters.insert(prefix + QStringLiteral("Device"), QStringLiteral("/dev/xvd") + QLatin1Char(char('a' + n)));
    }
    const QString id = ecs("CreateImage", parameters).body.value(QLatin1String("ImageId")).toString();
    clock.pass(2);
    return id;
}

}
