#pragma once
#include "core/base/clock.h"
#include "core/cloud/credentialsource.h"
#include "core/cloud/httptransport.h"
#include "core/cloud/signedsender.h"
#include "core/credential/activationcode.h"
#include "core/credential/credentials.h"

#include <QJsonObject>

namespace edgelift {

/// The server that is imported, as the service lists it.
struct SourceDescription
{
    QString name;
    QString machineId; ///< stable: importing the same server again does not use up the code
    QString hostName;
    QString platform; ///< "Debian"
    QString architecture; ///< "x86_64"
    qint64 systemDiskGiB = 0;
    QList<qint64> dataDisksGiB;
};

/// What a redeemed activation code gives.
struct Registration
{
    QString sourceId; ///< "s-…"
    Secret sessionToken;
    std::chrono::seconds heartbeat{30};
    QString observedAddress; ///< our address as the service sees it; empty: unknown
    QUrl endpoint; ///< address of all cloud products; empty: Alibaba's own
};

struct JobStatus
{
    QString job;
    QString status; ///< Ready, Running, Stopped, InError, Finished, Waiting
    QString businessStatus; ///< Preparing, Syncing, Processing, Cleaning
    double progress = 0; ///< percent
    QString error; ///< "EL-0301"; empty: none
};

struct TemporaryCredentials
{
    Credentials credentials;
    QString accountId;
};

/// The agent's calls to the service that made its activation code: plain JSON, a bearer token. Thread-safe; blocks the caller.
/// Errors: CloudUnreachable, CloudTimedOut, PeerNotTrusted, CloudReplyUnreadable, CloudRefused, CodeRejected, CodeExpired,
/// CodeUsedUp, CodeDisabled. An unknown session is CodeRejected: redeem the code again.
class ServiceClient
{
public:
    /// Where the service is: both from the activation code.
    struct Address
    {
        QUrl url;
        QByteArray certificatePin;
    };
    ServiceClient(HttpTransport &transport, const Clock &clock, Address address, RetryPolicy policy = {});

    ServiceClient(const ServiceClient &) = delete;
    ServiceClient &operator=(const ServiceClient &) = delete;

    [[nodiscard]] Result<Registration> redeem(
        const ActivationCode &code, const SourceDescription &source, const std::stop_token &stop) const;
    /// Our address as the service sees it now; empty: it does not say.
    [[nodiscard]] Result<QString> heartbeat(const Secret &sessionToken, const std::stop_token &stop) const;
    [[nodiscard]] Result<> reportStatus(const Secret &sessionToken, const JobStatus &status, const std::stop_token &stop) const;
    [[nodiscard]] Result<TemporaryCredentials> credentials(const Secret &sessionToken, const std::stop_token &stop) const;

private:
    [[nodiscard]] Result<QJsonObject> post(
        const QString &call, const QJsonObject &body, const Secret &sessionToken, const std::stop_token &stop) const;

    StaticCredentials m_none{{}}; ///< the bearer token is the credential; nothing is signed
    SignedSender m_sender;
    const Address m_address;
};

}
