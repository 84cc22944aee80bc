#include "core/migrate/cloudsession.h"

namespace edgelift {

Endpoints endpointsAt(const QUrl &address, const std::optional<ActivationCode> &code)
{
    const bool pinned = code && address.host() == code->service.host() && address.port() == code->service.port();
    return Endpoints(address, pinned ? code->certificatePin : QByteArray());
}

struct CloudSession::Apis
{
    Apis(const CloudAccess &access, const Endpoints &endpoints, const QString &region)
        : client(access, endpoints)
        , ecs(client, region)
        , images(client, region)
        , vpc(client, region)
        , oss(access, endpoints, region)
        , ens(client)
        , sts(client)
        , ram(client)
    {
    }
    RpcClient client;
    EcsApi ecs;
    EcsImageApi images;
    VpcApi vpc;
    OssApi oss;
    EnsApi ens;
    StsApi sts;
    RamApi ram;
};

CloudSession::CloudSession(Surroundings surroundings)
    : m_surroundings(std::move(surroundings))
{
}

CloudSession::~CloudSession() = default;

Result<std::unique_ptr<CloudSession>> CloudSession::open(const Surroundings &surroundings, const Authorization &authorization,
    const SourceDescription &source, const SessionFacts &known, const QString &region, const std::stop_token &stop)
{
    std::unique_ptr<CloudSession> session(new CloudSession(surroundings));
    if (const Result<> signedIn = session->signIn(authorization, source, known, stop); !signedIn)
        return signedIn.error();
    const QUrl endpoint = authorization.endpoint.isEmpty() ? session->m_facts.endpoint : authorization.endpoint;
    session->m_facts.endpoint = endpoint;
    session->m_endpoints = endpointsAt(endpoint, authorization.code);
    const CloudAccess access{*session->m_surroundings.transport, *session->m_credentials, *session->m_surroundings.clock};
    session->m_apis = std::make_unique<Apis>(access, session->m_endpoints, region);
    return session;
}

Result<> CloudSession::signIn(
    const Authorization &authorization, const SourceDescription &source, const SessionFacts &known, const std::stop_token &stop)
{
    if (authorization.keys) {
        m_facts = {known.sourceId, {}, {}, authorization.endpoint};
        m_credentials = std::make_unique<StaticCredentials>(*authorization.keys);
        return ok();
    }
    if (!authorization.code)
        return Error{ErrorCode::CodeMissing, Retry::AfterUserAction, {}, {}};
    const ServiceClient::Address address{authorization.code->service, authorization.code->certificatePin};
    m_service = std::make_unique<ServiceClient>(*m_surroundings.transport, *m_surroundings.clock, address);
    m_beats = std::make_unique<ServiceClient>(*m_surroundings.transport, *m_surroundings.clock, address, RetryPolicy{.attempts = 1});
    const Result<> redeemed = redeem(*authorization.code, source, stop); // the same server again does not use up the code
    if (!redeemed) {
        // A code that expired or was disabled meanwhile does not matter to a server that was imported with it.
        if (!isAccepted(known, stop))
            return redeemed;
        m_facts = known;
    }
    m_credentials = std::make_unique<ServiceCredentials>(*m_service, m_facts.sessionToken, *m_surroundings.clock);
    return ok();
}

bool CloudSession::isAccepted(const SessionFacts &known, const std::stop_token &stop) const
{
    return !known.sessionToken.isEmpty() && bool(m_service->heartbeat(known.sessionToken, stop));
}

Result<> CloudSession::redeem(const ActivationCode &code, const SourceDescription &source, const std::stop_token &stop)
{
    const Result<Registration> registration = m_service->redeem(code, source, stop);
    if (!registration)
        return registration.error();
    m_facts = {registration->sourceId, registration->sessionToken, registration->observedAddress, registration->endpoint};
    m_heartbeat = registration->heartbeat;
    return ok();
}

const EcsApi &CloudSession::ecs() const { return m_apis->ecs; }
const EcsImageApi &CloudSession::images() const { return m_apis->images; }
const VpcApi &CloudSession::vpc() const { return m_apis->vpc; }
const OssApi &CloudSession::oss() const { return m_apis->oss; }
const EnsApi &CloudSession::ens() const { return m_apis->ens; }
const StsApi &CloudSession::sts() const { return m_apis->sts; }
const RamApi &CloudSession::ram() const { return m_apis->ram; }

}
