#include "app/wizard/demo/demoworld.h"

#include "app/wizard/demo/demochild.h"
#include "core/base/files.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTimer>

namespace edgelift::wizard {

namespace {

constexpr const char *diskFiles[] = {"server/system.img", "server/data.img", "server/backups.img"};
constexpr int agentPatienceMs = 60000; // a migration that is stopped tells the cloud and writes its report

Error toolMissing(const QString &program) { return {ErrorCode::ToolMissing, Retry::AfterUserAction, {program}, {}}; }

/// The builder's scripts are part of this program; bash wants files.
Result<> unpackScripts(const QString &folder)
{
    if (const Result<> made = makeFolder(folder); !made)
        return made;
    for (const char *name : {"sample-server.sh", "lib.sh", "embedgrub.py"}) {
        QFile packed(QLatin1String(":/sample/") + QLatin1String(name));
        if (!packed.open(QIODevice::ReadOnly))
            return Error{ErrorCode::Internal, Retry::Never, {}, QStringLiteral("no resource %1").arg(packed.fileName())};
        if (const Result<> written = writeFileDurably(folder + QLatin1Char('/') + QLatin1String(name), packed.readAll()); !written)
            return written;
    }
    return ok();
}

}

DemoWorld::DemoWorld(Options options, QObject *parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_folder(m_options.folder)
{
}

DemoWorld::~DemoWorld()
{
    m_failed = true; // nobody is told any more
    m_machine.reset();
    m_ctl.reset();
    m_builder.reset();
    m_agent.reset(); // before the cloud: its migration can then still say goodbye
    m_cloud.reset();
}

QString DemoWorld::describe(Step step)
{
    switch (step) {
    case Step::SampleServer:
        return tr("Building the sample server…");
    case Step::Cloud:
        return tr("Starting a simulated cloud…");
    case Step::Agent:
        return tr("Starting the agent…");
    case Step::Code:
        return tr("Creating an activation code…");
    case Step::Ready:
        return tr("The demonstration is ready.");
    }
    return {};
}

QStringList DemoWorld::sourceDisks() const
{
    QStringList disks;
    for (const char *file : diskFiles)
        disks.append(path(file));
    return disks;
}

QString DemoWorld::expectedLine() const
{
    const Result<QByteArray> line = readFile(path("server/expected"), 4096);
    return line ? QString::fromUtf8(*line).trimmed() : QString();
}

QString DemoWorld::program(const char *name) const
{
    return (m_options.binDir.isEmpty() ? QCoreApplication::applicationDirPath() : m_options.binDir) + QLatin1Char('/')
        + QLatin1String(name);
}

void DemoWorld::setStep(Step step)
{
    m_step = step;
    Q_EMIT stepChanged(step);
}

void DemoWorld::fail(const Error &error)
{
    if (!std::exchange(m_failed, true))
        Q_EMIT failed(error);
}

void DemoWorld::start()
{
    if (m_folder.isEmpty()) {
        m_ownFolder = std::make_unique<QTemporaryDir>(QStringLiteral("/var/tmp/edgelift-demo-XXXXXX"));
        m_folder = m_ownFolder->path();
    }
    if (m_ownFolder && !m_ownFolder->isValid())
        return fail({ErrorCode::FileUnwritable, Retry::AfterUserAction, {QStringLiteral("/var/tmp")}, m_ownFolder->errorString()});
    buildServer();
}

void DemoWorld::buildServer()
{
    setStep(Step::SampleServer);
    if (const Result<> unpacked = unpackScripts(path("scripts")); !unpacked)
        return fail(unpacked.error());
    QProcessEnvironment environment = plainEnvironment();
    environment.insert(QStringLiteral("FILLER_MIB"), QString::number(m_options.fillerMiB));
    environment.insert(QStringLiteral("TMPDIR"), m_folder); // so that nothing stays elsewhere even if it is killed
    m_builder = std::make_unique<DemoChild>();
    connect(m_builder.get(), &DemoChild::ended, this, [this](bool well) {
        if (!well)
            return fail({ErrorCode::ToolFailed, Retry::AfterUserAction, {QStringLiteral("sample-server.sh")}, m_builder->complaints()});
        startCloud();
    });
    m_builder->start(QStringLiteral("bash"), {path("scripts/sample-server.sh"), QStringLiteral("--several"), path("server")}, environment);
}

std::unique_ptr<DemoChild> DemoWorld::launch(
    const char *name, const QStringList &arguments, const std::function<void(const QJsonObject &)> &said)
{
    const QString file = program(name);
    if (!QFileInfo(file).isExecutable()) {
        fail(toolMissing(file));
        return nullptr;
    }
    auto child = std::make_unique<DemoChild>();
    connect(child.get(), &DemoChild::line, this, [said](const QByteArray &line) {
        const QJsonObject object = QJsonDocument::fromJson(line).object();
        if (!object.isEmpty())
            said(object);
    });
    connect(child.get(), &DemoChild::ended, this, [this, name, child = child.get()] {
        fail({ErrorCode::ToolFailed, Retry::AfterUserAction, {QLatin1String(name)}, child->complaints()});
    });
    child->start(file, arguments, plainEnvironment());
    return child;
}

void DemoWorld::startCloud()
{
    setStep(Step::Cloud);
    const QStringList arguments{QStringLiteral("--simulated-cloud"), QStringLiteral("--data-dir"), path("cloud"),
        QStringLiteral("--listen"), QStringLiteral("127.0.0.1:0")};
    m_cloud = launch("edgelift-service", arguments, [this](const QJsonObject &line) {
        if (!line.value(QLatin1String("ready")).toBool() || m_agent)
            return;
        m_endpoint = line.value(QLatin1String("endpoint")).toString();
        startAgent();
    });
}

void DemoWorld::startAgent()
{
    setStep(Step::Agent);
    QStringList arguments{QStringLiteral("--state-dir"), path("state"), QStringLiteral("--socket"), path("agent.sock")};
    for (const QString &disk : sourceDisks())
        arguments += {QStringLiteral("--source-disk"), disk};
    m_agent = launch("edgelift-agent", arguments, [this](const QJsonObject &line) {
        if (line.value(QLatin1String("ready")).toBool() && !m_ctl)
            makeCode();
    });
    if (m_agent)
        m_agent->setPatience(agentPatienceMs);
}

void DemoWorld::makeCode()
{
    setStep(Step::Code);
    const Result<QJsonObject> keys = readJsonFile(path("cloud/credentials.json"));
    if (!keys)
        return fail(keys.error());
    if (!QFileInfo(program("edgeliftctl")).isExecutable())
        return fail(toolMissing(program("edgeliftctl")));
    QProcessEnvironment environment = plainEnvironment();
    environment.insert(QStringLiteral("ALIBABA_CLOUD_ACCESS_KEY_ID"), keys->value(QLatin1String("accessKeyId")).toString());
    environment.insert(QStringLiteral("ALIBABA_CLOUD_ACCESS_KEY_SECRET"), keys->value(QLatin1String("accessKeySecret")).toString());
    m_ctl = std::make_unique<DemoChild>();
    const auto code = std::make_shared<QString>();
    connect(m_ctl.get(), &DemoChild::line, this, [code](const QByteArray &line) { *code = QString::fromUtf8(line); });
    connect(m_ctl.get(), &DemoChild::ended, this, [this, code](bool well) {
        if (!well || code->isEmpty())
            return fail({ErrorCode::ToolFailed, Retry::AfterUserAction, {QStringLiteral("edgeliftctl")}, m_ctl->complaints()});
        setStep(Step::Ready);
        Q_EMIT ready(path("agent.sock"), *code, m_endpoint);
    });
    m_ctl->start(program("edgeliftctl"),
        {QStringLiteral("--endpoint"), m_endpoint, QStringLiteral("code"), QStringLiteral("create"), QStringLiteral("--quota"),
            QStringLiteral("100"), QStringLiteral("--days"), QStringLiteral("1")},
        environment);
}

}
