#include "app/service/service.h"

#include "core/base/files.h"
#include "core/base/log.h"
#include "core/service/accesskeys.h"
#include "core/service/accesstokens.h"
#include "core/service/agentcalls.h"
#include "core/service/registry.h"
#include "core/service/rpcfront.h"
#include "core/service/smc.h"
#include "core/service/sourceservers.h"
#include "core/simcloud/simaccount.h"
#include "core/simcloud/simcloud.h"

#include <QFile>
#include <QHostAddress>
#include <QJsonDocument>
#include <QRegularExpression>

namespace edgelift {

namespace {

Error usage(const QString &what) { return {ErrorCode::UsageWrong, Retry::AfterUserAction, {what}, {}}; }

ServerReply notFound()
{
    ServerReply reply;
    reply.status = 404;
    reply.body = R"({"Code":"InvalidAction.NotFound","Message":"There is nothing at this address."})";
    return reply;
}

constexpr QLatin1String imageFiles("/edgelift/v1/images/");

/// Where a simulated ENS image lies: for programs on this machine only, others could do nothing with it.
ServerReply imageFile(const QString &path, const ServerRequest &request)
{
    if (path.isEmpty() || request.method != "GET" || !QHostAddress(request.remoteAddress).isLoopback())
        return notFound();
    ServerReply reply;
    reply.body = QJsonDocument(QJsonObject{{QStringLiteral("path"), path}}).toJson(QJsonDocument::Compact);
    return reply;
}

}

Result<CloudAccount> cloudAccount(const QString &dataDir)
{
    QJsonObject stored;
    if (const QString path = dataDir + QLatin1String("/cloud.json"); QFile::exists(path)) {
        const Result<QJsonObject> content = readJsonFile(path);
        if (!content)
            return content.error();
        stored = *content;
    }
    const auto value = [&stored](const char *variable, const char *key) {
        const QString set = qEnvironmentVariable(variable);
        return set.isEmpty() ? stored.value(QLatin1String(key)).toString() : set;
    };
    CloudAccount account;
    account.keys.accessKeyId = value("ALIBABA_CLOUD_ACCESS_KEY_ID", "accessKeyId");
    account.keys.accessKeySecret = Secret(value("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "accessKeySecret").toUtf8());
    account.roleArn = value("ALIBABA_CLOUD_ROLE_ARN", "roleArn");
    account.stsEndpoint = QUrl(value("ALIBABA_CLOUD_STS_ENDPOINT", "stsEndpoint"));
    if (account.keys.accessKeyId.isEmpty() || account.keys.accessKeySecret.isEmpty())
        return usage(QStringLiteral("Without --simulated-cloud an AccessKey pair is needed: ALIBABA_CLOUD_ACCESS_KEY_ID and "
                                    "ALIBABA_CLOUD_ACCESS_KEY_SECRET, or %1/cloud.json.")
                         .arg(dataDir));
    static const QRegularExpression arn(QStringLiteral("\\Aacs:ram::(\\d+):role/\\S+\\z"));
    const QRegularExpressionMatch match = arn.match(account.roleArn);
    if (!match.hasMatch())
        return usage(QStringLiteral(
            "Without --simulated-cloud ALIBABA_CLOUD_ROLE_ARN is needed: acs:ram::<account>:role/<name>, the role that agents work with."));
    account.accountId = match.captured(1);
    return account;
}

Service::Service(DataLock lock, ApiShapes shapes, std::chrono::seconds clockAhead)
    : m_clock(clockAhead)
    , m_lock(std::move(lock))
    , m_shapes(std::move(shapes))
{
}

Service::~Service()
{
    if (m_server)
        m_server->stop();
    if (m_cloud)
        m_cloud->stop();
}

Result<std::unique_ptr<Service>> Service::start(const Settings &settings)
{
    Result<DataLock> lock = DataLock::take(settings.dataDir);
    if (!lock)
        return lock.error();
    const QString logFile = settings.dataDir + QLatin1String("/service.log");
    if (!log::openFile(logFile)) // after the lock: the file is the owner's
        return Error{ErrorCode::FileUnwritable, Retry::AfterUserAction, {logFile}, {}};
    const Result<ApiShapes> shapes = ApiShapes::builtIn();
    if (!shapes)
        return shapes.error();
    std::unique_ptr<Service> service(new Service(lock.take(), *shapes, settings.clockAhead));
    try {
        if (const Result<> opened = service->open(settings); !opened)
            return opened.error();
        service->serve();
    } catch (const StateWriteFailed &problem) {
        return Error{ErrorCode::FileUnwritable, Retry::AfterUserAction, {settings.dataDir}, QString::fromLocal8Bit(problem.what())};
    }
    return service;
}

Result<> Service::open(const Settings &settings)
{
    Result<std::unique_ptr<StateStore>> state = StateStore::open(settings.dataDir + QLatin1String("/state"));
    if (!state)
        return state.error();
    m_state = state.take();
    Result<std::unique_ptr<HttpServer>> server = HttpServer::bind(settings.http); // early: the cloud must know its address
    if (!server)
        return server.error();
    m_server = server.take();
    Credentials root;
    if (settings.simulatedCloud) {
        const Result<Credentials> made = rootKey(settings.dataDir);
        if (!made)
            return made.error();
        root = *made;
    } else if (settings.account) {
        root = settings.account->keys;
    } else {
        return usage(QStringLiteral("There is neither a simulated cloud nor an account of the real one."));
    }
    m_tokens = std::make_unique<AccessTokens>(*m_state, m_clock);
    m_sources = std::make_unique<SourceServers>(*m_state, m_clock);
    m_registry = std::make_unique<ActionRegistry>();
    registerSmc(*m_registry, *m_tokens, *m_sources);
    return openCloud(settings, root);
}

Result<> Service::openCloud(const Settings &settings, const Credentials &root)
{
    const QString account = settings.simulatedCloud ? simulatedAccount : settings.account->accountId;
    m_keys = std::make_unique<AccessKeyStore>(root, account, *m_state, m_clock);
    m_front = std::make_unique<RpcFront>(*m_registry, m_shapes, *m_keys, m_clock);
    if (!settings.simulatedCloud) {
        m_sts = std::make_unique<StsIssuer>(*settings.account, m_clock);
        m_agents = std::make_unique<AgentCalls>(*m_tokens, *m_sources, *m_sts, m_clock, AgentCalls::Settings{{}, account});
        return ok();
    }
    const WorldSettings world{settings.dataDir, m_server->endpoint(), settings.timeScale};
    Result<std::unique_ptr<SimCloud>> cloud = SimCloud::open(*m_state, *m_keys, m_clock, world);
    if (!cloud)
        return cloud.error();
    m_cloud = cloud.take();
    m_cloud->registerActions(*m_registry);
    m_agents = std::make_unique<AgentCalls>(
        *m_tokens, *m_sources, m_cloud->issuer(), m_clock, AgentCalls::Settings{m_server->endpoint(), account});
    return ok();
}

ServerReply Service::answer(const ServerRequest &request)
{
    if (AgentCalls::takes(request))
        return m_agents->answer(request);
    if (isRpc(request))
        return m_front->answer(request);
    if (m_cloud && request.path.startsWith(imageFiles))
        return imageFile(m_cloud->imageFile(request.path.mid(imageFiles.size())), request);
    return m_storage ? m_storage(request) : notFound();
}

void Service::serve()
{
    if (m_cloud)
        m_storage = m_cloud->objectStorage();
    m_server->serve([this](const ServerRequest &request) {
        ServerReply reply = answer(request);
        reply.date = m_clock.now();
        return reply;
    });
    if (m_cloud)
        m_cloud->start(); // after the server: instances fetch from it as soon as they run
}

}
