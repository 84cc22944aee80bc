#include "servicefixture.h"

#include "core/base/ids.h"
#include "core/credential/hashing.h"
#include "core/service/smc.h"

#include <QJsonDocument>
#include <httplib.h>

namespace edgelift::test {

QJsonObject WireReply::json() const { return QJsonDocument::fromJson(body).object(); }

QString WireReply::code() const
{
    const QJsonObject object = json();
    if (object.contains(QLatin1String("Code")) || object.contains(QLatin1String("code")))
        return object.value(object.contains(QLatin1String("Code")) ? QLatin1String("Code") : QLatin1String("code")).toString();
    const qsizetype start = body.indexOf("<Code>");
    return start < 0 ? QString() : QString::fromUtf8(body.mid(start + 6, body.indexOf("</Code>") - start - 6));
}

class WireClient::Library
{
public:
    explicit Library(const QUrl &endpoint)
        : client(endpoint.toString(QUrl::RemovePath).toStdString())
    {
        client.set_url_encode(false);
        client.set_keep_alive(true);
        client.set_read_timeout(30);
        client.enable_server_certificate_verification(false);
    }
    httplib::Client client;
};

WireClient::WireClient(const QUrl &endpoint)
    : m_library(std::make_unique<Library>(endpoint))
{
}

WireClient::~WireClient() = default;

WireReply WireClient::send(const WireRequest &request)
{
    httplib::Request wire;
    wire.method = request.method.toStdString();
    wire.path = request.target.toStdString();
    for (const auto &[name, value] : request.headers)
        wire.headers.emplace(name.toStdString(), value.toStdString());
    wire.body = request.body.toStdString();
    const httplib::Result result = m_library->client.send(wire);
    if (!result)
        return {};
    WireReply reply{result->status, QByteArray::fromStdString(result->body), {}};
    for (const auto &[name, value] : result->headers)
        reply.headers.insert(QString::fromStdString(name).toLower(), QString::fromStdString(value));
    return reply;
}

WireReply send(const QUrl &endpoint, const WireRequest &request) { return WireClient(endpoint).send(request); }

WireRequest acs3(const RpcCase &call, const Credentials &who, const QDateTime &now, const QUrl &endpoint)
{
    WireRequest wire;
    wire.method = call.method;
    if (call.form)
        wire.body = signing::canonicalQuery(call.parameters);
    else if (!call.parameters.isEmpty())
        wire.target = "/?" + signing::canonicalQuery(call.parameters);
    const QByteArray hash = hashing::sha256Hex(wire.body);
    wire.headers = {{QStringLiteral("host"), endpoint.authority()}, {QStringLiteral("x-acs-action"), call.action},
        {QStringLiteral("x-acs-version"), call.version},
        {QStringLiteral("x-acs-date"), now.addSecs(call.skew).toString(QStringLiteral("yyyy-MM-dd'T'HH:mm:ss'Z'"))},
        {QStringLiteral("x-acs-signature-nonce"), call.nonce.isEmpty() ? randomId({}) : call.nonce},
        {QStringLiteral("x-acs-content-sha256"), QString::fromLatin1(hash)}};
    if (call.form)
        wire.headers.append({QStringLiteral("content-type"), QStringLiteral("application/x-www-form-urlencoded")});
    if (!who.securityToken.isEmpty())
        wire.headers.append({QStringLiteral("x-acs-security-token"), who.securityToken});
    const signing::AcsRequest request{wire.method, QStringLiteral("/"), call.form ? signing::Pairs() : call.parameters, wire.headers, hash};
    wire.headers.append({QStringLiteral("Authorization"), QString::fromLatin1(signing::acsAuthorization(request, who))});
    return wire;
}

WireRequest rpcSha1(const RpcCase &call, const Credentials &who, const QDateTime &now)
{
    signing::Pairs all = call.parameters;
    all.append({{QStringLiteral("Action"), call.action}, {QStringLiteral("Version"), call.version},
        {QStringLiteral("Format"), QStringLiteral("JSON")}, {QStringLiteral("AccessKeyId"), who.accessKeyId},
        {QStringLiteral("SignatureMethod"), QStringLiteral("HMAC-SHA1")}, {QStringLiteral("SignatureVersion"), QStringLiteral("1.0")},
        {QStringLiteral("SignatureNonce"), randomId({})},
        {QStringLiteral("Timestamp"), now.addSecs(call.skew).toString(QStringLiteral("yyyy-MM-dd'T'HH:mm:ss'Z'"))}});
    all.append({QStringLiteral("Signature"), QString::fromLatin1(signing::rpcSignature(call.method, all, who.accessKeySecret))});
    WireRequest wire{call.method, "/", {}, {}};
    if (call.form) {
        wire.body = signing::canonicalQuery(all);
        wire.headers = {{QStringLiteral("Content-Type"), QStringLiteral("application/x-www-form-urlencoded")}};
    } else {
        wire.target = "/?" + signing::canonicalQuery(all);
    }
    return wire;
}

Result<Credentials> ScriptedIssuer::issue(const QString &sourceId, const QString &)
{
    lastSource = sourceId;
    if (failure)
        return *failure;
    return Credentials{QStringLiteral("STS.test"), Secret("temporary-secret"), QStringLiteral("temporary-token"),
        QDateTime(QDate(2026, 3, 1), QTime(13, 0), Qt::UTC)};
}

ServiceRig::ServiceRig(const QString &folder, bool cloudEndpoint)
    : state(StateStore::open(folder + QLatin1String("/state")).take())
    , root(*rootKey(folder))
    , keys(std::make_unique<AccessKeyStore>(root, QStringLiteral("1234567890123456"), *state, clock))
    , tokens(std::make_unique<AccessTokens>(*state, clock))
    , sources(std::make_unique<SourceServers>(*state, clock))
    , m_shapes(*ApiShapes::builtIn())
    , m_front(std::make_unique<RpcFront>(registry, m_shapes, *keys, clock))
    , m_server(HttpServer::bind({}).take())
{
    registerSmc(registry, *tokens, *sources);
    m_agents = std::make_unique<AgentCalls>(*tokens, *sources, issuer, clock,
        AgentCalls::Settings{cloudEndpoint ? m_server->endpoint() : QUrl(), QStringLiteral("1234567890123456")});
    m_server->serve(
        [this](const ServerRequest &request) { return AgentCalls::takes(request) ? m_agents->answer(request) : m_front->answer(request); });
}

ServiceRig::~ServiceRig() { m_server->stop(); }

WireReply ServiceRig::call(const RpcCase &call) { return send(endpoint(), acs3(call, root, clock.now(), endpoint())); }

WireReply ServiceRig::agent(const QString &name, const QJsonObject &body, const QString &session)
{
    WireRequest request{"POST", "/agent/v1/" + name.toUtf8(), {{QStringLiteral("Content-Type"), QStringLiteral("application/json")}},
        QJsonDocument(body).toJson()};
    if (!session.isEmpty())
        request.headers.append({QStringLiteral("Authorization"), QLatin1String("Bearer ") + session});
    return send(endpoint(), request);
}

}
