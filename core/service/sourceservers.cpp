#include "core/service/sourceservers.h"

#include "core/base/ids.h"
#include "core/base/log.h"
#include "core/credential/hashing.h"

#include <QJsonArray>
#include <algorithm>

namespace edgelift {

namespace {

const QString collection = QStringLiteral("sources");
constexpr int mostSessions = 8;
constexpr qint64 writeSeenEvery = 600; // s
constexpr qint64 sessionIdleDays = 30;

QString timeText(const QDateTime &time) { return time.toUTC().toString(Qt::ISODate); }

QJsonObject toJson(const SourceProfile &profile)
{
    QJsonArray disks;
    for (const qint64 size : profile.dataDisksGiB)
        disks.append(size);
    return {{QStringLiteral("machineId"), profile.machineId}, {QStringLiteral("hostName"), profile.hostName},
        {QStringLiteral("platform"), profile.platform}, {QStringLiteral("architecture"), profile.architecture},
        {QStringLiteral("agentVersion"), profile.agentVersion}, {QStringLiteral("address"), profile.address},
        {QStringLiteral("systemDiskGiB"), profile.systemDiskGiB}, {QStringLiteral("dataDisksGiB"), disks}};
}

SourceProfile profileOf(const QJsonObject &item)
{
    const auto text = [&item](const char *key) { return item.value(QLatin1String(key)).toString(); };
    SourceProfile profile{text("machineId"), {}, text("hostName"), text("platform"), text("architecture"), text("agentVersion"),
        text("address"), item.value(QLatin1String("systemDiskGiB")).toInteger(), {}};
    const QJsonArray disks = item.value(QLatin1String("dataDisksGiB")).toArray();
    for (const QJsonValue &disk : disks)
        profile.dataDisksGiB.append(disk.toInteger());
    return profile;
}

SourceJob jobOf(const QJsonObject &item)
{
    const auto text = [&item](const char *key) { return item.value(QLatin1String(key)).toString(); };
    return {text("id"), text("status"), text("businessStatus"), item.value(QLatin1String("progress")).toDouble(), text("error")};
}

QString sessionHash(const Secret &token) { return QString::fromLatin1(hashing::sha256Hex(token.reveal())); }

}

SourceServer::State SourceServer::state(const QDateTime &now) const
{
    if (seen.secsTo(now) > 3 * SourceServers::heartbeatSeconds)
        return State::Unavailable;
    return job.status == QLatin1String("Running") ? State::InUse : State::Available;
}

QString stateName(SourceServer::State state)
{
    switch (state) {
    case SourceServer::State::Available:
        return QStringLiteral("Available");
    case SourceServer::State::InUse:
        return QStringLiteral("InUse");
    case SourceServer::State::Unavailable:
        break;
    }
    return QStringLiteral("Unavailable");
}

SourceServers::SourceServers(StateStore &state, const Clock &clock)
    : m_state(state)
    , m_clock(clock)
{
}

QString SourceServers::idOfMachine(const QString &machineId) const
{
    const QStringList ids = m_state.ids(collection);
    for (const QString &id : ids) {
        if (m_state.get(collection, id).value(QLatin1String("profile")).toObject().value(QLatin1String("machineId")) == machineId)
            return id;
    }
    return {};
}

SourceServers::Registered SourceServers::add(const SourceProfile &profile)
{
    const std::lock_guard lock(m_state.mutex());
    const QString known = idOfMachine(profile.machineId);
    const QString id = known.isEmpty() ? randomId(QStringLiteral("s-")) : known;
    QJsonObject item = m_state.get(collection, id);
    if (known.isEmpty()) {
        item.insert(QStringLiteral("name"), profile.name);
        item.insert(QStringLiteral("created"), timeText(m_clock.now()));
    }
    // The id in front finds the record without a search; the 256 random bits after it are the secret.
    const QByteArray random = randomBytes(32).toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
    Registered made{id, Secret(id.toLatin1() + '.' + random)};
    log::hide(made.sessionToken);
    QJsonArray sessions = item.value(QLatin1String("sessions")).toArray();
    sessions.append(sessionHash(made.sessionToken));
    while (sessions.size() > mostSessions)
        sessions.removeFirst();
    item.insert(QStringLiteral("sessions"), sessions);
    item.insert(QStringLiteral("profile"), toJson(profile));
    item.insert(QStringLiteral("seen"), timeText(m_clock.now()));
    m_state.put(collection, id, item);
    m_seen.insert(id, m_clock.now());
    return made;
}

QString SourceServers::ownerOf(const Secret &sessionToken) const
{
    const QByteArray &text = sessionToken.reveal();
    const QString id = QString::fromLatin1(text.first(std::max<qsizetype>(text.indexOf('.'), 0)));
    const std::lock_guard lock(m_state.mutex());
    const QJsonArray sessions = m_state.get(collection, id).value(QLatin1String("sessions")).toArray();
    const QByteArray hash = sessionHash(sessionToken).toLatin1();
    bool found = false;
    for (const QJsonValue &session : sessions)
        found = hashing::equalInConstantTime(session.toString().toLatin1(), hash) || found;
    return found && read(id).seen.daysTo(m_clock.now()) < sessionIdleDays ? id : QString();
}

void SourceServers::heartbeat(const QString &id)
{
    const std::lock_guard lock(m_state.mutex());
    QJsonObject item = m_state.get(collection, id);
    if (item.isEmpty())
        return;
    const QDateTime now = m_clock.now();
    m_seen.insert(id, now);
    const QDateTime written = QDateTime::fromString(item.value(QLatin1String("seen")).toString(), Qt::ISODate);
    if (written.secsTo(now) < writeSeenEvery)
        return;
    item.insert(QStringLiteral("seen"), timeText(now));
    m_state.put(collection, id, item);
}

void SourceServers::report(const QString &id, const SourceJob &job)
{
    const std::lock_guard lock(m_state.mutex());
    QJsonObject item = m_state.get(collection, id);
    if (item.isEmpty())
        return;
    item.insert(QStringLiteral("job"),
        QJsonObject{{QStringLiteral("id"), job.id}, {QStringLiteral("status"), job.status},
            {QStringLiteral("businessStatus"), job.businessStatus}, {QStringLiteral("progress"), job.progress},
            {QStringLiteral("error"), job.error}});
    m_seen.insert(id, m_clock.now());
    m_state.put(collection, id, item);
}

SourceServer SourceServers::read(const QString &id) const
{
    const QJsonObject item = m_state.get(collection, id);
    const auto time = [&item](const char *key) { return QDateTime::fromString(item.value(QLatin1String(key)).toString(), Qt::ISODate); };
    SourceServer server;
    server.id = id;
    server.description = item.value(QLatin1String("description")).toString();
    server.profile = profileOf(item.value(QLatin1String("profile")).toObject());
    server.profile.name = item.value(QLatin1String("name")).toString();
    server.job = jobOf(item.value(QLatin1String("job")).toObject());
    server.created = time("created");
    server.seen = m_seen.value(id, time("seen"));
    return server;
}

std::optional<SourceServer> SourceServers::find(const QString &id) const
{
    const std::lock_guard lock(m_state.mutex());
    return m_state.contains(collection, id) ? std::optional(read(id)) : std::nullopt;
}

QList<SourceServer> SourceServers::all() const
{
    const std::lock_guard lock(m_state.mutex());
    QList<SourceServer> servers;
    const QStringList ids = m_state.ids(collection);
    for (const QString &id : ids)
        servers.append(read(id));
    return servers;
}

SourceServers::Described SourceServers::describe(
    const QString &id, const std::optional<QString> &name, const std::optional<QString> &description)
{
    const std::lock_guard lock(m_state.mutex());
    QJsonObject item = m_state.get(collection, id);
    if (item.isEmpty())
        return Described::Unknown;
    const QList<SourceServer> servers = all();
    const bool taken = name && std::any_of(servers.begin(), servers.end(), [&](const SourceServer &other) {
        return other.id != id && other.profile.name == *name;
    });
    if (taken)
        return Described::NameTaken;
    if (name)
        item.insert(QStringLiteral("name"), *name);
    if (description)
        item.insert(QStringLiteral("description"), *description);
    m_state.put(collection, id, item);
    return Described::Done;
}

bool SourceServers::remove(const QString &id)
{
    const std::lock_guard lock(m_state.mutex());
    const bool known = m_state.contains(collection, id);
    m_state.remove(collection, id);
    m_seen.remove(id);
    return known;
}

}
