#include "fixture.h"

#include "core/layout/defaultplan.h"

#include <QFile>
#include <QtTest>

namespace edgelift::test {

namespace {

constexpr quint64 diskBytes = 4 << 20;

DiskFacts disk(const QString &id)
{
    DiskFacts facts;
    facts.id = id;
    facts.name = id + QLatin1String(".img");
    facts.size = Bytes{diskBytes};
    return facts;
}

VolumeFacts volume(const QString &disk, const QString &mount, bool system)
{
    VolumeFacts facts;
    facts.id = disk + QLatin1String("/whole");
    facts.kind = VolumeFacts::Kind::WholeDisk;
    facts.disk = disk;
    facts.segments = {{disk, {0}, {diskBytes}}};
    facts.size = Bytes{diskBytes};
    facts.fs = FsType::Ext4;
    facts.used = Bytes{1 << 20};
    facts.mountPoint = mount;
    facts.system = system;
    return facts;
}

}

FakeSource::FakeSource(const QString &folder)
    : m_folder(folder)
{
    m_facts.sourceName = QStringLiteral("web01");
    m_facts.bootMode = BootMode::Bios;
    m_facts.os.id = QStringLiteral("debian");
    m_facts.os.versionId = QStringLiteral("12");
    m_facts.os.prettyName = QStringLiteral("Debian <b>12</b>"); // reports must escape it
    m_facts.os.architecture = QStringLiteral("x86_64");
    m_facts.os.hostName = QStringLiteral("web01");
    m_facts.os.boot = QStringLiteral("grub2");
    m_facts.os.cloudInit = true;
    m_facts.os.kernels = {{QStringLiteral("6.1"), QStringLiteral("/boot/initrd.img-6.1"), true, true}};
    for (const char *id : {"file-system", "file-data"}) {
        m_facts.disks.append(disk(QLatin1String(id)));
        QFile file(diskPath(QLatin1String(id)));
        if (!file.open(QIODevice::WriteOnly) || !file.resize(diskBytes))
            qFatal("the fake disk cannot be made");
    }
    m_facts.volumes = {volume(QStringLiteral("file-system"), QStringLiteral("/"), true),
        volume(QStringLiteral("file-data"), QStringLiteral("/srv"), false)};
    m_facts.fstab = {{QStringLiteral("UUID=1"), QStringLiteral("/"), QStringLiteral("ext4"), QStringLiteral("defaults")}};
}

Result<> FakeSource::verifyUnchanged() const
{
    return changed ? Result<>(Error{ErrorCode::SourceChanged, Retry::Never, {QStringLiteral("file-system")}, {}}) : ok();
}

Result<> FakeLink::probe(const ReceiverPeer &peer, const std::stop_token &)
{
    lastPeer = peer;
    if (--probesUntilReady > 0)
        return Error{ErrorCode::ReceiverUnreachable, Retry::AfterWait, {peer.address.host, QStringLiteral("8080")}, {}};
    return ok();
}

Outcome FakeLink::copy(const ReceiverPeer &, const CopyOrder &order, const TransferTuning &,
    const std::function<void(const TransferProgress &)> &observer, const std::stop_token &stop)
{
    ++copies;
    lastOrder = order;
    TransferProgress progress = said;
    progress.total = Bytes{8 << 20};
    progress.wire = Bytes{1 << 20};
    for (int i = 0; i <= 8; ++i) {
        progress.done = Bytes{quint64(i) << 20};
        observer(progress);
    }
    if (duringCopy)
        duringCopy();
    if (stop.stop_requested())
        return {Outcome::End::Stopped, {}};
    if (const std::optional<Error> error = std::exchange(copyFails, {}))
        return {Outcome::End::Failed, error};
    return {};
}

Result<QJsonObject> FakeLink::convert(const ReceiverPeer &, const ConvertOrder &order, const std::stop_token &)
{
    ++conversions;
    lastConvert = order;
    return convertFails.isEmpty() ? Result<QJsonObject>(converted) : Result<QJsonObject>(convertFails.takeFirst());
}

Result<> FakeLink::shutdown(const ReceiverPeer &, const std::stop_token &)
{
    ++shutdowns;
    return ok();
}

Fixture::Fixture()
{
    const QString bundle = folder.filePath(QStringLiteral("receiver-bundle.tar.gz"));
    QFile file(bundle);
    if (!file.open(QIODevice::WriteOnly) || file.write("a bundle") < 0)
        qFatal("the fake bundle cannot be made");
    surroundings = {clock, cloud, link, {folder.filePath(QStringLiteral("nowhere")), bundle}};
    plan = defaultPlan(source.facts());
    plan.image.namePrefix = QStringLiteral("web");
    cloud->onDeath = [this] { stop.request_stop(); };
}

std::unique_ptr<Migration> Fixture::create(const std::optional<Credentials> &keys)
{
    Authorization authorization;
    if (keys)
        authorization.keys = keys;
    else
        authorization.code =
            ActivationCode{QUrl(QStringLiteral("http://127.0.0.1:9")), {}, QStringLiteral("at-1"), Secret("activation-code-secret")};
    Result<std::unique_ptr<Migration>> made = Migration::create(folder.path(), plan, source, authorization, surroundings);
    return made ? made.take() : nullptr;
}

std::unique_ptr<Migration> Fixture::reopen(const QString &jobId)
{
    cloud->revive();
    stop = std::stop_source();
    Result<std::unique_ptr<Migration>> opened = Migration::open(folder.path(), jobId, &source, surroundings);
    return opened ? opened.take() : nullptr;
}

Outcome Fixture::run(Migration &migration)
{
    return migration.run(stop.get_token(), [this](const MigrationEvent &event) {
        const std::lock_guard lock(m_mutex);
        m_events.append(event.fields);
    });
}

Outcome Fixture::cancel(Migration &migration)
{
    return migration.cancel(stop.get_token(), [this](const MigrationEvent &event) {
        const std::lock_guard lock(m_mutex);
        m_events.append(event.fields);
    });
}

QList<QJsonObject> Fixture::events(const char *kind) const
{
    const std::lock_guard lock(m_mutex);
    QList<QJsonObject> out;
    for (const QJsonObject &event : m_events) {
        if (event.value(QLatin1String("event")).toString() == QLatin1String(kind))
            out.append(event);
    }
    return out;
}

QString Fixture::jobFile(const Migration &migration, const char *name) const
{
    return folder.path() + QLatin1String("/jobs/") + migration.jobId() + QLatin1Char('/') + QLatin1String(name);
}

void Fixture::dieAt(const QString &action) { cloud->fail(action, {Fault::Kind::Death, {}, 1, 0}); }

}
