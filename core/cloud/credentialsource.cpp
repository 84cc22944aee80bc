#include "core/cloud/credentialsource.h"
#include "core/base/errortext.h"
#include "core/base/log.h"
#include "core/cloud/serviceclient.h"

namespace edgelift {

namespace {

constexpr qint64 renewBeforeSeconds = 300;

bool lastsFor(const Credentials &credentials, const QDateTime &now, qint64 seconds)
{
    return !credentials.accessKeyId.isEmpty() && (!credentials.expires.isValid() || now.secsTo(credentials.expires) > seconds);
}

}

ServiceCredentials::ServiceCredentials(ServiceClient &service, Secret sessionToken, const Clock &clock)
    : m_service(service)
    , m_sessionToken(std::move(sessionToken))
    , m_clock(clock)
{
}

Result<Credentials> ServiceCredentials::credentials(const std::stop_token &stop)
{
    const std::lock_guard lock(m_mutex);
    if (lastsFor(m_current, m_clock.now(), renewBeforeSeconds))
        return m_current;
    Result<TemporaryCredentials> fetched = m_service.credentials(m_sessionToken, stop);
    if (fetched) {
        m_current = fetched->credentials;
        return m_current;
    }
    if (!lastsFor(m_current, m_clock.now(), 0))
        return fetched.error();
    log::warning(
        "cloud", QStringLiteral("new credentials could not be fetched; the old ones are used on: %1").arg(logLine(fetched.error())));
    return m_current;
}

bool ServiceCredentials::refresh(const QString &accessKeyId)
{
    const std::lock_guard lock(m_mutex);
    if (m_current.accessKeyId == accessKeyId) // another worker may have renewed them meanwhile
        m_current = {};
    return true;
}

}
