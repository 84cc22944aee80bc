#include "tests/support/livemigration.h"

#include "core/agent/agentclient.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>
#include <csignal>

namespace edgelift::test {

namespace {

constexpr int lookEveryMs = 40;
constexpr int mayBeStoppedMs = 20000;

QString text(const QJsonObject &object, const char *key) { return object.value(QLatin1String(key)).toString(); }

QString endOf(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    file.seek(std::max<qint64>(0, file.size() - 900));
    return QString::fromUtf8(file.readAll());
}

}

LiveMigration::LiveMigration(NetworkPair &pair, QStringList disks)
    : simulation(pair)
    , network(pair)
    , m_disks(std::move(disks))
{
}

LiveMigration::~LiveMigration()
{
    m_ctl.kill();
    m_ctl.waitForFinished(5000);
    m_agent.terminate();
    if (!m_agent.waitForFinished(20000))
        killAgent();
}

bool LiveMigration::startAgent()
{
    simulation.prepare(m_agent, "edgelift-agent",
        QStringList{
            QStringLiteral("--state-dir"), simulation.stateDir(), QStringLiteral("--socket"), simulation.path(QStringLiteral("agent.sock"))}
            + sourceDisks(m_disks));
    m_agent.setProcessChannelMode(QProcess::MergedChannels);
    m_agent.start();
    QByteArray said;
    for (QElapsedTimer time; !said.contains("\"ready\":true");) {
        if (!time.isValid())
            time.start();
        if (time.elapsed() > 30000 || m_agent.state() == QProcess::NotRunning)
            return false;
        m_agent.waitForReadyRead(200);
        said += m_agent.readAllStandardOutput();
    }
    return true;
}

void LiveMigration::killAgent()
{
    m_agent.kill();
    m_agent.waitForFinished(10000);
}

pid_t LiveMigration::receiver() const
{
    const QList<pid_t> found = network.inCloud("edgelift-receiver");
    return found.isEmpty() ? 0 : found.last();
}

bool LiveMigration::killReceiver()
{
    const QList<pid_t> found = network.inCloud("edgelift-receiver");
    for (const pid_t pid : found)
        ::kill(pid, SIGKILL);
    return !found.isEmpty();
}

QString LiveMigration::begin(int limitMbps, const QStringList &serviceArguments)
{
    if (!simulation.startService(serviceArguments))
        return QStringLiteral("the service did not start: ") + simulation.serviceOutput();
    if (!startAgent())
        return QStringLiteral("the agent did not start: ") + QString::fromUtf8(m_agent.readAll());
    const QString plan = simulation.makePlan(m_disks, [limitMbps](QJsonObject &object) {
        QJsonObject transfer = object.value(QLatin1String("transfer")).toObject();
        transfer.insert(QLatin1String("limitMbps"), limitMbps);
        object.insert(QLatin1String("transfer"), transfer);
    });
    simulation.prepare(m_ctl, "edgeliftctl",
        simulation.ctlOptions() + sourceDisks(m_disks)
            + QStringList{QStringLiteral("migrate"), QStringLiteral("--plan"), plan, QStringLiteral("--code-file"), simulation.makeCode(),
                QStringLiteral("--json")});
    m_ctl.setStandardOutputFile(simulation.path(QStringLiteral("events")));
    m_ctl.setStandardErrorFile(simulation.path(QStringLiteral("complaints")));
    m_ctl.start();
    if (!until([](const Now &) { return true; }, 30))
        return QStringLiteral("there is no job: ") + endOf(simulation.path(QStringLiteral("complaints")))
            + endOf(simulation.path(QStringLiteral("events")));
    return {};
}

std::optional<LiveMigration::Now> LiveMigration::look()
{
    auto client = AgentClient::connect(simulation.path(QStringLiteral("agent.sock")), std::chrono::seconds(3));
    const Result<QJsonObject> status =
        client ? (*client)->call(QStringLiteral("status"), {}, std::chrono::seconds(5)) : Result<QJsonObject>(client.error());
    if (!status || status->value(QLatin1String("jobs")).toArray().isEmpty())
        return std::nullopt;
    const QJsonObject job = status->value(QLatin1String("jobs")).toArray().first().toObject();
    const QJsonObject progress = status->value(QLatin1String("progress")).toObject();
    Now now{text(job, "state"), text(job, "phase"), text(job.value(QLatin1String("error")).toObject(), "name"), 0, 0};
    if (text(progress, "phase") == QLatin1String("copy")) {
        now.done = progress.value(QLatin1String("bytesDone")).toDouble();
        now.total = progress.value(QLatin1String("bytesTotal")).toDouble();
    }
    keepBooks(now);
    m_last = now;
    return now;
}

void LiveMigration::keepBooks(const Now &now)
{
    const bool inCopy = now.phase == QLatin1String("copy");
    if (inCopy && !m_copying) {
        m_copying = true;
        m_wireAtBegin = network.sentBySource();
        m_copyTime.start();
    }
    // What the job asks of the cloud after the copy is a few kilobytes: nothing beside the disks.
    if (inCopy || (m_copying && m_copySeconds == 0 && now.phase == QLatin1String("finalize"))) {
        m_copyWire = network.sentBySource() - m_wireAtBegin;
        if (!inCopy)
            m_copySeconds = double(m_copyTime.elapsed()) / 1000;
    } else if (m_copying && m_copySeconds == 0 && now.phase != QLatin1String("transit") && now.phase != QLatin1String("check")
        && now.phase != QLatin1String("connect")) {
        m_copySeconds = double(m_copyTime.elapsed()) / 1000;
    }
}

bool LiveMigration::until(const std::function<bool(const Now &)> &isSo, int seconds)
{
    QElapsedTimer time;
    for (time.start(); time.elapsed() < seconds * 1000LL;) {
        if (const std::optional<Now> now = look(); now && isSo(*now))
            return true;
        QTest::qWait(lookEveryMs);
    }
    return false;
}

bool LiveMigration::untilPercent(double percent, int seconds)
{
    return until([percent](const Now &now) { return now.phase == QLatin1String("copy") && now.percent() >= percent; }, seconds);
}

bool LiveMigration::untilOver(int seconds)
{
    // An agent that was just started needs a moment until its job runs again.
    QElapsedTimer stopped;
    return until(
        [&stopped](const Now &now) {
            if (now.state != QLatin1String("Stopped"))
                stopped.invalidate();
            else if (!stopped.isValid())
                stopped.start();
            return now.state != QLatin1String("Running") && (!stopped.isValid() || stopped.elapsed() > mayBeStoppedMs);
        },
        seconds);
}

QString LiveMigration::difference() const
{
    const QString images = simulation.dataDir() + QLatin1String("/ens/images/");
    const QStringList ids = QDir(images).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    QFile file(images + ids.value(0) + QLatin1String("/image.json"));
    if (ids.size() != 1 || !file.open(QIODevice::ReadOnly))
        return QStringLiteral("%1 images").arg(ids.size());
    const QJsonArray disks = QJsonDocument::fromJson(file.readAll()).object().value(QLatin1String("disks")).toArray();
    if (disks.size() != m_disks.size())
        return QStringLiteral("an image of %1 disks").arg(disks.size());
    for (int i = 0; i < disks.size(); ++i) {
        const QString path = images + ids.first() + QLatin1Char('/') + text(disks.at(i).toObject(), "path");
        if (!runTool(supportScript(QStringLiteral("compare-disk.sh")), {m_disks.at(i), path}))
            return QStringLiteral("disk %1 differs").arg(i);
    }
    return {};
}

QString LiveMigration::instanceAddress() const
{
    QFile file(simulation.dataDir() + QLatin1String("/state/instances.json"));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QJsonObject items = QJsonDocument::fromJson(file.readAll()).object().value(QLatin1String("items")).toObject();
    return items.isEmpty() ? QString() : text(items.begin().value().toObject(), "address");
}

QString LiveMigration::agentLog() const { return endOf(simulation.stateDir() + QLatin1String("/agent.log")); }

}
