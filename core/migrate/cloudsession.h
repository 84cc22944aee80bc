#pragma once
#include "core/cloud/ecsapi.h"
#include "core/cloud/ecsimageapi.h"
#include "core/cloud/ensapi.h"
#include "core/cloud/ossapi.h"
#include "core/cloud/ramapi.h"
#include "core/cloud/serviceclient.h"
#include "core/cloud/stsapi.h"
#include "core/cloud/vpcapi.h"
#include "core/migrate/jobsecrets.h"
#include "core/migrate/surroundings.h"

#include <memory>
#include <optional>

namespace edgelift {

/// What opening a session found out; the caller keeps it for the next time.
struct SessionFacts
{
    QString sourceId; ///< empty with AccessKey: nobody registered the source
    Secret sessionToken; ///< empty with AccessKey
    QString observedAddress; ///< of the source; empty: unknown
    QUrl endpoint; ///< empty: Alibaba Cloud's own
};

/// The cloud at this address. The service of the code is known by its key, and so is a cloud that answers at the same place.
[[nodiscard]] Endpoints endpointsAt(const QUrl &address, const std::optional<ActivationCode> &code);

/// The account: who signs, where to, and the typed calls in the region of the transit instance. Calls may come from several
/// threads. Everything it was given must outlive it.
class CloudSession
{
public:
    /// With an activation code: redeems it, or goes on with the session in `known` when the code is no longer good, and signs with
    /// temporary credentials. With an AccessKey: signs with it. Errors: CodeMissing, those of ServiceClient.
    static Result<std::unique_ptr<CloudSession>> open(const Surroundings &surroundings, const Authorization &authorization,
        const SourceDescription &source, const SessionFacts &known, const QString &region, const std::stop_token &stop);
    ~CloudSession();

    [[nodiscard]] const SessionFacts &facts() const { return m_facts; }
    /// For heartbeats: asks once and does not insist. Null with AccessKey.
    [[nodiscard]] const ServiceClient *beats() const { return m_beats.get(); }
    [[nodiscard]] std::chrono::seconds heartbeat() const { return m_heartbeat; }
    [[nodiscard]] const Endpoints &endpoints() const { return m_endpoints; }
    [[nodiscard]] HttpTransport &transport() const { return *m_surroundings.transport; }

    struct Apis;
    [[nodiscard]] const EcsApi &ecs() const;
    [[nodiscard]] const EcsImageApi &images() const;
    [[nodiscard]] const VpcApi &vpc() const;
    [[nodiscard]] const OssApi &oss() const;
    [[nodiscard]] const EnsApi &ens() const;
    [[nodiscard]] const StsApi &sts() const;
    [[nodiscard]] const RamApi &ram() const;

private:
    explicit CloudSession(Surroundings surroundings);
    Result<> signIn(
        const Authorization &authorization, const SourceDescription &source, const SessionFacts &known, const std::stop_token &stop);
    Result<> redeem(const ActivationCode &code, const SourceDescription &source, const std::stop_token &stop);
    [[nodiscard]] bool isAccepted(const SessionFacts &known, const std::stop_token &stop) const;

    Surroundings m_surroundings;
    SessionFacts m_facts;
    std::chrono::seconds m_heartbeat{30};
    std::unique_ptr<ServiceClient> m_service;
    std::unique_ptr<ServiceClient> m_beats;
    std::unique_ptr<CredentialSource> m_credentials;
    Endpoints m_endpoints;
    std::unique_ptr<Apis> m_apis;
};

}
