#pragma once
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/credential/credentials.h"

#include <mutex>

namespace edgelift {

class ServiceClient;

/// Who signs. Thread-safe.
class CredentialSource
{
public:
    virtual ~CredentialSource() = default;
    /// Credentials that are valid now. May block (it may ask the service). Errors: those of ServiceClient::credentials.
    virtual Result<Credentials> credentials(const std::stop_token &stop) = 0;
    /// The cloud said that the credentials with this id are expired: the next call of credentials() must give others.
    /// False when there will be no others.
    virtual bool refresh(const QString &accessKeyId) = 0;
};

/// An AccessKey pair that somebody gave us.
class StaticCredentials final : public CredentialSource
{
public:
    explicit StaticCredentials(Credentials credentials)
        : m_credentials(std::move(credentials))
    {
    }
    Result<Credentials> credentials(const std::stop_token &) override { return m_credentials; }
    bool refresh(const QString &) override { return false; }

private:
    const Credentials m_credentials;
};

/// Temporary credentials from the service, fetched when first needed, again five minutes before they end, and when the cloud says
/// that they ended. While fetching fails, those that are still valid are used on.
class ServiceCredentials final : public CredentialSource
{
public:
    /// `service` and `clock` must outlive this. `sessionToken` is Registration::sessionToken.
    ServiceCredentials(ServiceClient &service, Secret sessionToken, const Clock &clock);
    Result<Credentials> credentials(const std::stop_token &stop) override;
    bool refresh(const QString &accessKeyId) override;

private:
    ServiceClient &m_service;
    const Secret m_sessionToken;
    const Clock &m_clock;
    std::mutex m_mutex; ///< held while fetching, so that many workers ask once
    Credentials m_current; ///< no id: none yet
};

}
