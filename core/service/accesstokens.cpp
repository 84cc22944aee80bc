#include "core/service/accesstokens.h"

#include "core/base/ids.h"
#include "core/base/log.h"
#include "core/credential/hashing.h"
#include "core/service/secrethash.h"

#include <QJsonArray>

namespace edgelift {

namespace {

const QString collection = QStringLiteral("accesstokens");

AccessToken fromJson(const QString &id, const QJsonObject &item)
{
    AccessToken token;
    token.id = id;
    token.name = item.value(QLatin1String("name")).toString();
    token.description = item.value(QLatin1String("description")).toString();
    token.count = item.value(QLatin1String("count")).toInt();
    token.days = item.value(QLatin1String("days")).toInt();
    token.created = QDateTime::fromString(item.value(QLatin1String("created")).toString(), Qt::ISODate);
    token.disabled = item.value(QLatin1String("disabled")).toBool();
    token.machines = item.value(QLatin1String("machines")).toVariant().toStringList();
    return token;
}

bool holds(const QJsonObject &item, const Secret &code)
{
    const auto bytes = [&item](const char *key) { return QByteArray::fromHex(item.value(QLatin1String(key)).toString().toLatin1()); };
    const QByteArray hash = secretHash(code, bytes("salt")); // of an unknown token too: the time must not tell which ids exist
    return !hash.isEmpty() && hashing::equalInConstantTime(hash, bytes("hash"));
}

}

AccessToken::Status AccessToken::status(const QDateTime &now) const
{
    if (expires() <= now)
        return Status::Expired;
    return disabled ? Status::Unactivated : Status::Activated;
}

QString statusName(AccessToken::Status status)
{
    switch (status) {
    case AccessToken::Status::Activated:
        return QStringLiteral("activated");
    case AccessToken::Status::Unactivated:
        return QStringLiteral("unactivated");
    case AccessToken::Status::Expired:
        break;
    }
    return QStringLiteral("expired");
}

AccessTokens::AccessTokens(StateStore &state, const Clock &clock)
    : m_state(state)
    , m_clock(clock)
{
}

AccessTokens::Created AccessTokens::create(const QString &name, const QString &description, int count, int days)
{
    Created made{randomId(QStringLiteral("at-")), Secret(randomId(QString(), 26).toLatin1())};
    log::hide(made.code);
    const QByteArray salt = randomBytes(16);
    const QByteArray hash = [&] {
        const std::lock_guard one(m_hashing);
        return secretHash(made.code, salt);
    }();
    m_state.put(collection, made.id,
        {{QStringLiteral("name"), name}, {QStringLiteral("description"), description}, {QStringLiteral("count"), count},
            {QStringLiteral("days"), days}, {QStringLiteral("created"), m_clock.now().toUTC().toString(Qt::ISODate)},
            {QStringLiteral("salt"), QString::fromLatin1(salt.toHex())}, {QStringLiteral("hash"), QString::fromLatin1(hash.toHex())}});
    return made;
}

std::optional<AccessToken> AccessTokens::find(const QString &id) const
{
    const QJsonObject item = m_state.get(collection, id);
    return item.isEmpty() ? std::nullopt : std::optional(fromJson(id, item));
}

QList<AccessToken> AccessTokens::all() const
{
    const std::lock_guard lock(m_state.mutex());
    QList<AccessToken> tokens;
    const QStringList ids = m_state.ids(collection);
    for (const QString &id : ids)
        tokens.append(fromJson(id, m_state.get(collection, id)));
    return tokens;
}

bool AccessTokens::disable(const QString &id)
{
    const std::lock_guard lock(m_state.mutex());
    QJsonObject item = m_state.get(collection, id);
    if (item.isEmpty())
        return false;
    item.insert(QStringLiteral("disabled"), true);
    m_state.put(collection, id, item);
    return true;
}

bool AccessTokens::remove(const QString &id)
{
    const std::lock_guard lock(m_state.mutex());
    const bool known = m_state.contains(collection, id);
    m_state.remove(collection, id);
    return known;
}

AccessTokens::Verdict AccessTokens::redeem(const QString &id, const Secret &code, const QString &machineId)
{
    {
        const std::lock_guard one(m_hashing);
        if (!holds(m_state.get(collection, id), code))
            return Verdict::NotFound;
    }
    const std::lock_guard lock(m_state.mutex());
    QJsonObject item = m_state.get(collection, id);
    if (item.isEmpty())
        return Verdict::NotFound; // deleted meanwhile
    const AccessToken token = fromJson(id, item);
    switch (token.status(m_clock.now())) {
    case AccessToken::Status::Expired:
        return Verdict::Expired;
    case AccessToken::Status::Unactivated:
        return Verdict::Disabled;
    case AccessToken::Status::Activated:
        break;
    }
    const QString machine = QString::fromLatin1(hashing::sha256Hex(machineId.toUtf8()));
    if (token.machines.contains(machine))
        return Verdict::Accepted;
    if (token.machines.size() >= token.count)
        return Verdict::UsedUp;
    item.insert(QStringLiteral("machines"), QJsonArray::fromStringList(token.machines + QStringList{machine}));
    m_state.put(collection, id, item);
    return Verdict::Accepted;
}

}
