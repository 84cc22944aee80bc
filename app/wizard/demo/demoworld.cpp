#include "app/wizard/demo/demoworld.h"

#include "app/wizard/demo/demochild.h"
#include "app/wizard/demo/receiverprocess.h"
#include "core/base/files.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStorageInfo>
#include <unistd.h>

namespace edgelift::wizard {

namespace {

constexpr const char *diskFiles[] = {"server/system.img", "server/data.img", "server/backups.img"};
constexpr qint64 needed = qint64(5) << 29; ///< 2.5 GiB: server, transit disks, snapshots, archive and image at the same time, and some room
constexpr int agentPatienceMs = 60000; // a migration that is stopped tells the cloud and writes its report

Error noResource(const QString &name) { return {ErrorCode::Internal, Retry::Never, {}, QStringLiteral("no resource %1").arg(name)}; }

/// The builder's scripts are part of this program; bash wants files.
Result<> unpackScripts(const QString &folder)
{
    if (const Result<> made = makeFolder(folder); !made)
        return made;
    for (const char *name : {"sample-server.sh", "lib.sh", "embedgrub.py"}) {
        const QString packed = QLatin1String(":/sample/") + QLatin1String(name);
        const QString path = folder + QLatin1Char('/') + QLatin1String(name);
        if (!QFile::exists(packed))
            return noResource(packed);
        if (!QFile::copy(packed, path)) // not durably: it is not kept, and the first window must not wait
            return Error{ErrorCode::FileUnwritable, Retry::AfterUserAction, {path}, {}};
    }
    return ok();
}

}

DemoWorld::DemoWorld(Options options, QObject *parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_folder(m_options.folder)
    , m_faults(m_options.linkMbps)
{
}

DemoWorld::~DemoWorld()
{
    m_failed = true; // nobody is told any more
    m_machine.stop();
    m_ctl.reset();
    m_builder.reset();
    m_agent.reset(); // before the cloud: its migration can then still say goodbye
    m_cloud.reset();
    m_keeper.reset(); // last: it waits for the others
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
        return tr("The demonstration is ready. The activation code is in its field already.");
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

bool DemoWorld::killReceiver() { return m_cloud && killReceivers(m_cloud->pid()); }

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
    if (::geteuid() != 0)
        return fail({ErrorCode::PermissionDenied, Retry::AfterUserAction, {QStringLiteral("edgelift --demo")}, {}});
    for (const char *name : {"edgelift-service", "edgelift-agent", "edgeliftctl"}) {
        if (!QFileInfo(program(name)).isExecutable())
            return fail({ErrorCode::ToolMissing, Retry::AfterUserAction, {program(name)}, {}});
    }
    if (const Result<> made = makeOwnFolder(); !made)
        return fail(made.error());
    if (const QStorageInfo storage(m_folder); storage.isValid() && storage.bytesAvailable() < needed)
        return fail({ErrorCode::NoSpace, Retry::AfterUserAction, {m_folder}, QStringLiteral("%1 bytes are needed").arg(needed)});
    m_machine.setFolder(m_folder);
    buildServer();
}

Result<> DemoWorld::makeOwnFolder()
{
    if (!m_folder.isEmpty())
        return ok();
    QFile keeper(QStringLiteral(":/demo/demokeeper.sh"));
    if (!keeper.open(QIODevice::ReadOnly))
        return noResource(keeper.fileName());
    m_ownFolder = std::make_unique<QTemporaryDir>(QStringLiteral("/var/tmp/edgelift-demo-XXXXXX"));
    m_folder = m_ownFolder->path();
    if (!m_ownFolder->isValid())
        return Error{ErrorCode::FileUnwritable, Retry::AfterUserAction, {QStringLiteral("/var/tmp")}, m_ownFolder->errorString()};
    QProcessEnvironment environment = plainEnvironment();
    environment.insert(QStringLiteral("DEMO_FOLDER"), m_folder);
    m_keeper = std::make_unique<DemoChild>();
    m_keeper->start(QStringLiteral("bash"), {QStringLiteral("-c"), QString::fromUtf8(keeper.readAll())}, environment);
    return ok();
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
    auto child = std::make_unique<DemoChild>();
    connect(child.get(), &DemoChild::line, this, [said](const QByteArray &line) {
        const QJsonObject object = QJsonDocument::fromJson(line).object();
        if (!object.isEmpty())
            said(object);
    });
    connect(child.get(), &DemoChild::ended, this, [this, name, child = child.get()] {
        fail({ErrorCode::ToolFailed, Retry::AfterUserAction, {QLatin1String(name)}, child->complaints()});
    });
    child->start(program(name), arguments, plainEnvironment());
    return child;
}

void DemoWorld::startCloud()
{
    setStep(Step::Cloud);
    m_machine.setExpected(expectedLine());
    if (const Result<> begun = m_faults.begin(path("cloud")); !begun)
        return fail(begun.error());
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
    m_agent->setPatience(agentPatienceMs);
}

void DemoWorld::makeCode()
{
    setStep(Step::Code);
    const Result<QJsonObject> keys = readJsonFile(path("cloud/credentials.json"));
    if (!keys)
        return fail(keys.error());
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
