#include "core/service/accesskeys.h"

#include "core/base/files.h"
#include "core/base/ids.h"
#include "core/base/log.h"

#include <QFileInfo>
#include <algorithm>

namespace edgelift {

namespace {

const QString collection = QStringLiteral("credentials");
constexpr qint64 rememberExpired = 3600; // s: long enough to answer "expired" instead of "unknown"

/// `length` letters and digits, each equally likely, from the kernel's random source.
QByteArray randomText(int length)
{
    static constexpr QByteArrayView alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    QByteArray text;
    while (text.size() < length) {
        const QByteArray random = randomBytes(2 * length);
        for (const char byte : random) {
            const int index = uchar(byte) & 63;
            if (index < alphabet.size() && text.size() < length)
                text.append(alphabet[index]);
        }
    }
    return text;
}

AccessKey fromJson(const QJsonObject &item, const QString &id, const QString &account)
{
    AccessKey key;
    key.credentials.accessKeyId = id;
    key.credentials.accessKeySecret = Secret(item.value(QLatin1String("secret")).toString().toLatin1());
    key.credentials.securityToken = item.value(QLatin1String("token")).toString();
    key.credentials.expires = QDateTime::fromString(item.value(QLatin1String("expires")).toString(), Qt::ISODate);
    key.accountId = account;
    key.role = item.value(QLatin1String("role")).toString();
    key.session = item.value(QLatin1String("session")).toString();
    return key;
}

}

AccessKeyStore::AccessKeyStore(const Credentials &root, QString accountId, StateStore &state, const Clock &clock)
    : m_root(root)
    , m_accountId(std::move(accountId))
    , m_state(state)
    , m_clock(clock)
{
    log::hide(m_root.accessKeySecret);
}

std::optional<AccessKey> AccessKeyStore::find(const QString &accessKeyId) const
{
    if (accessKeyId == m_root.accessKeyId)
        return AccessKey{m_root, m_accountId, {}, {}};
    const QJsonObject item = m_state.get(collection, accessKeyId);
    if (item.isEmpty())
        return std::nullopt;
    return fromJson(item, accessKeyId, m_accountId);
}

Credentials AccessKeyStore::issue(const QString &role, const QString &session, std::chrono::seconds lifetime)
{
    const std::lock_guard lock(m_state.mutex());
    dropExpired();
    Credentials made;
    made.accessKeyId = QLatin1String("STS.NT") + QString::fromLatin1(randomText(23));
    made.accessKeySecret = Secret(randomText(44));
    made.securityToken = QLatin1String("CAIS") + QString::fromLatin1(randomText(64));
    made.expires = m_clock.now().toUTC().addSecs(lifetime.count());
    log::hide(made.accessKeySecret);
    log::hide(Secret(made.securityToken.toLatin1()));
    m_state.put(collection, made.accessKeyId,
        {{QStringLiteral("secret"), QString::fromLatin1(made.accessKeySecret.reveal())}, {QStringLiteral("token"), made.securityToken},
            {QStringLiteral("expires"), made.expires.toString(Qt::ISODate)}, {QStringLiteral("role"), role},
            {QStringLiteral("session"), session}});
    return made;
}

void AccessKeyStore::dropExpired()
{
    const QDateTime limit = m_clock.now().addSecs(-rememberExpired);
    const QStringList ids = m_state.ids(collection);
    for (const QString &id : ids) {
        if (fromJson(m_state.get(collection, id), id, {}).credentials.expires < limit)
            m_state.remove(collection, id);
    }
}

Result<Credentials> rootKey(const QString &dataDir)
{
    const QString path = dataDir + QLatin1String("/credentials.json");
    Credentials pair;
    if (!QFileInfo::exists(path)) {
        pair.accessKeyId = QLatin1String("LTAI5t") + QString::fromLatin1(randomText(18));
        pair.accessKeySecret = Secret(randomText(30));
        const Result<> written = writeJsonFile(path,
            {{QStringLiteral("accessKeyId"), pair.accessKeyId},
                {QStringLiteral("accessKeySecret"), QString::fromLatin1(pair.accessKeySecret.reveal())}});
        if (!written)
            return written.error();
        return pair;
    }
    const Result<QJsonObject> content = readJsonFile(path);
    if (!content)
        return content.error();
    pair.accessKeyId = content->value(QLatin1String("accessKeyId")).toString();
    pair.accessKeySecret = Secret(content->value(QLatin1String("accessKeySecret")).toString().toUtf8());
    if (pair.accessKeyId.isEmpty() || pair.accessKeySecret.isEmpty())
        return Error{ErrorCode::StateUnreadable, Retry::AfterUserAction, {path}, QStringLiteral("accessKeyId or accessKeySecret missing")};
    return pair;
}

}
