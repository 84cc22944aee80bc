#include "tests/support/simulation.h"

#include <QCryptographicHash>
#include <QDir>
#include <QDirIterator>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <csignal>
#include <optional>
#include <unistd.h>

namespace edgelift::test {

namespace {

QString binary(const char *name) { return QLatin1String(EDGELIFT_BIN_DIR "/") + QLatin1String(name); }

QList<QJsonObject> jsonLines(const QByteArray &output)
{
    QList<QJsonObject> lines;
    for (const QByteArray &line : output.split('\n')) {
        const QJsonDocument document = QJsonDocument::fromJson(line);
        if (document.isObject())
            lines.append(document.object());
    }
    return lines;
}

QJsonObject jsonFile(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

}

QJsonObject CtlResult::last(const QString &event) const
{
    for (auto it = events.rbegin(); it != events.rend(); ++it) {
        if (it->value(QLatin1String("event")).toString() == event)
            return *it;
    }
    return {};
}

QString CtlResult::describe() const
{
    return QStringLiteral("exit code %1\n%2\n%3")
        .arg(exitCode)
        .arg(QString::fromUtf8(output.right(3000)), QString::fromUtf8(errors.right(3000)));
}

Simulation::Simulation()
    : m_folder(QDir::tempPath() + QLatin1String("/edgelift-test-XXXXXX"))
{
}

Simulation::Simulation(const NetworkPair &network)
    : Simulation()
{
    m_network = &network;
}

Simulation::~Simulation() { stopService(); }

void Simulation::prepareIn(QProcess &process, const QString &space, const char *program, const QStringList &arguments) const
{
    process.setProgram(m_network ? QStringLiteral("nsenter") : binary(program)); // which becomes the program: the same pid
    process.setArguments(m_network ? QStringList{QStringLiteral("--net=/run/netns/") + space, binary(program)} + arguments : arguments);
}

void Simulation::prepare(QProcess &process, const char *program, const QStringList &arguments) const
{
    const QJsonObject keys = jsonFile(dataDir() + QLatin1String("/credentials.json"));
    QProcessEnvironment variables = QProcessEnvironment::systemEnvironment();
    variables.insert(QStringLiteral("ALIBABA_CLOUD_ACCESS_KEY_ID"), keys.value(QLatin1String("accessKeyId")).toString());
    variables.insert(QStringLiteral("ALIBABA_CLOUD_ACCESS_KEY_SECRET"), keys.value(QLatin1String("accessKeySecret")).toString());
    process.setProcessEnvironment(variables);
    prepareIn(process, m_network ? m_network->source() : QString(), program, arguments);
}

QStringList Simulation::ctlOptions() const
{
    return {QStringLiteral("--endpoint"), m_endpoint, QStringLiteral("--state-dir"), stateDir(), QStringLiteral("--socket"),
        path(QStringLiteral("agent.sock"))};
}

bool Simulation::startService(const QStringList &moreArguments)
{
    m_service = std::make_unique<QProcess>();
    m_service->setProcessChannelMode(QProcess::ForwardedErrorChannel);
    const QString listen = m_network ? QStringLiteral("127.88.255.254:0") : QStringLiteral("127.0.0.1:0");
    prepareIn(*m_service, m_network ? m_network->cloud() : QString(), "edgelift-service",
        QStringList{QStringLiteral("--simulated-cloud"), QStringLiteral("--data-dir"), dataDir(), QStringLiteral("--listen"),
            m_endpoint.isEmpty() ? listen : QString(m_endpoint).remove(QLatin1String("http://"))}
            + moreArguments);
    m_service->start();
    QElapsedTimer time;
    time.start();
    m_serviceOutput.clear();
    while (time.elapsed() < 20000 && m_service->state() != QProcess::NotRunning) {
        m_service->waitForReadyRead(200);
        m_serviceOutput += QString::fromUtf8(m_service->readAllStandardOutput());
        const QList<QJsonObject> lines = jsonLines(m_serviceOutput.toUtf8());
        if (!lines.isEmpty() && lines.first().value(QLatin1String("ready")).toBool()) {
            m_endpoint = lines.first().value(QLatin1String("endpoint")).toString();
            return true;
        }
    }
    return false;
}

void Simulation::stopService()
{
    if (!m_service)
        return;
    m_service->terminate();
    if (!m_service->waitForFinished(15000))
        killService();
    m_service.reset();
}

void Simulation::killService()
{
    if (!m_service)
        return;
    m_service->kill();
    m_service->waitForFinished(5000);
    m_service.reset();
}

CtlResult Simulation::ctl(const QStringList &arguments, const QMap<QString, QString> &environment, int timeoutSeconds,
    const std::function<void(QProcess &, const QList<QJsonObject> &)> &whileRunning)
{
    QProcess process;
    prepare(process, "edgeliftctl", ctlOptions() + arguments);
    QProcessEnvironment variables = process.processEnvironment();
    for (auto it = environment.begin(); it != environment.end(); ++it)
        variables.insert(it.key(), it.value());
    process.setProcessEnvironment(variables);
    process.start();
    process.closeWriteChannel();
    CtlResult result;
    QElapsedTimer time;
    time.start();
    while (!process.waitForFinished(100) && process.state() != QProcess::NotRunning) {
        result.output += process.readAllStandardOutput();
        result.errors += process.readAllStandardError();
        if (whileRunning)
            whileRunning(process, jsonLines(result.output));
        if (time.elapsed() > timeoutSeconds * 1000) {
            process.kill();
            process.waitForFinished(5000);
            result.errors += "\n(killed by the test after its time-out)";
            break;
        }
    }
    result.output += process.readAllStandardOutput();
    result.errors += process.readAllStandardError();
    result.events = jsonLines(result.output);
    result.exitCode = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    return result;
}

QString Simulation::makeCode(int quota, int days)
{
    const CtlResult made = ctl({QStringLiteral("code"), QStringLiteral("create"), QStringLiteral("--quota"), QString::number(quota),
        QStringLiteral("--days"), QString::number(days)});
    const QString file = path(QStringLiteral("code-%1").arg(++m_files));
    QFile out(file);
    if (made.exitCode != 0 || !out.open(QIODevice::WriteOnly)) {
        qWarning("code create: %s", qPrintable(made.describe()));
        return {};
    }
    out.write(made.output);
    return file;
}

QString Simulation::makePlan(const QStringList &disks, const std::function<void(QJsonObject &)> &edit)
{
    const CtlResult made = ctl(sourceDisks(disks) + QStringList{QStringLiteral("plan"), QStringLiteral("new")});
    QJsonObject plan = QJsonDocument::fromJson(made.output).object();
    const QString file = path(QStringLiteral("plan-%1.json").arg(++m_files));
    QFile out(file);
    if (made.exitCode != 0 || plan.isEmpty() || !out.open(QIODevice::WriteOnly)) {
        qWarning("plan new: %s", qPrintable(made.describe()));
        return {};
    }
    if (edit)
        edit(plan);
    out.write(QJsonDocument(plan).toJson());
    return file;
}

CtlResult Simulation::migrate(const QStringList &disks, const QString &plan, const QStringList &more,
    const std::function<void(QProcess &, const QList<QJsonObject> &)> &whileRunning)
{
    return ctl(sourceDisks(disks)
            + QStringList{QStringLiteral("migrate"), QStringLiteral("--plan"), plan, QStringLiteral("--code-file"), makeCode(),
                QStringLiteral("--json")}
            + more,
        {}, 240, whileRunning);
}

QStringList Simulation::leftovers() const
{
    QStringList found;
    for (const char *collection : {"instances", "disks", "snapshots", "images", "vpcs", "vswitches", "securitygroups"}) {
        const QJsonObject entries =
            jsonFile(dataDir() + QStringLiteral("/state/%1.json").arg(QLatin1String(collection))).value(QLatin1String("items")).toObject();
        for (const QString &id : entries.keys()) {
            if (entries.value(id).toObject().value(QLatin1String("ImageOwnerAlias")).toString() != QLatin1String("system"))
                found.append(QLatin1String(collection) + QLatin1Char('/') + id);
        }
    }
    QDirIterator objects(dataDir() + QLatin1String("/oss"), QDir::Files, QDirIterator::Subdirectories);
    while (objects.hasNext()) {
        const QString object = objects.next();
        if (!object.contains(QLatin1String("/edgelift/receiver-"))) // the bundle stays for the next migration
            found.append(object);
    }
    return found;
}

QStringList sourceDisks(const QStringList &disks)
{
    QStringList arguments;
    for (const QString &disk : disks)
        arguments += {QStringLiteral("--source-disk"), disk};
    return arguments;
}

std::optional<QByteArray> runTool(const QString &program, const QStringList &arguments, int timeoutSeconds)
{
    QProcess process;
    process.start(program, arguments);
    if (process.waitForFinished(timeoutSeconds * 1000) && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0)
        return process.readAllStandardOutput();
    qWarning("%s %s: %s%s", qPrintable(program), qPrintable(arguments.join(QLatin1Char(' '))),
        process.readAllStandardOutput().right(2000).constData(), process.readAllStandardError().right(2000).constData());
    return std::nullopt;
}

QString supportScript(const QString &name) { return QLatin1String(EDGELIFT_SOURCE_DIR "/tests/support/") + name; }

QByteArray fileHash(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QByteArray::number(file.size()));
    constexpr qint64 piece = 65536; // a hole may become zeros and the reverse: the same content
    for (qint64 at = ::lseek(file.handle(), 0, SEEK_DATA); at >= 0; at = ::lseek(file.handle(), at, SEEK_DATA)) {
        at -= at % piece;
        file.seek(at);
        const QByteArray bytes = file.read(piece);
        if (bytes.count('\0') != bytes.size())
            hash.addData(QByteArray::number(at) + ':' + bytes);
        at += piece;
    }
    return hash.result();
}

}
