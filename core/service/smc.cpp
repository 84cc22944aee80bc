#include "core/service/smc.h"

#include "core/service/accesstokens.h"
#include "core/service/registry.h"
#include "core/service/sourceservers.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <algorithm>

namespace edgelift {

namespace {

const QString product = QStringLiteral("smc");

QString timeText(const QDateTime &time) { return time.toUTC().toString(QStringLiteral("yyyy-MM-dd'T'HH:mm:ss'Z'")); }

ActionReply invalid(const QString &name, const QString &why)
{
    return ActionReply::refuse(
        400, QLatin1String("InvalidParameter.") + name, QStringLiteral("The specified parameter \"%1\" is not valid: %2.").arg(name, why));
}

ActionReply unknownToken()
{
    return ActionReply::refuse(404, QStringLiteral("InvalidAccessTokenId.NotFound"), QStringLiteral("The activation code does not exist."));
}

ActionReply unknownSource()
{
    return ActionReply::refuse(404, QStringLiteral("InvalidSourceId.NotFound"), QStringLiteral("The migration source does not exist."));
}

/// The values of "Name.1", "Name.2", …
QStringList listed(const ActionCall &call, const QString &name)
{
    QStringList values;
    for (auto it = call.parameters.begin(); it != call.parameters.end(); ++it) {
        if (it.key().startsWith(name + QLatin1Char('.')) && !it.value().isEmpty())
            values.append(it.value());
    }
    return values;
}

/// The API's rule of names: 2–128 characters, a letter first, then letters, digits, : _ - ; no web address.
bool validName(const QString &name)
{
    if (name.size() < 2 || name.size() > 128 || !name.at(0).isLetter() || name.startsWith(QLatin1String("http://"))
        || name.startsWith(QLatin1String("https://")))
        return false;
    return std::all_of(name.begin(), name.end(), [](QChar c) {
        return c.isLetterOrNumber() || c == QLatin1Char(':') || c == QLatin1Char('_') || c == QLatin1Char('-') || c == QLatin1Char('.');
    });
}

/// A number given as text (Count and TimeToLiveInDays are strings in the API), within [1, most]; nothing when it is not.
std::optional<int> number(const ActionCall &call, const QString &name, int otherwise, int most)
{
    const QString text = call.parameters.value(name);
    if (text.isEmpty())
        return otherwise;
    bool fine = false;
    const int value = text.toInt(&fine);
    return fine && value >= 1 && value <= most ? std::optional(value) : std::nullopt;
}

ActionReply createToken(AccessTokens &tokens, const ActionCall &call)
{
    const QString name = call.parameters.value(QStringLiteral("Name"));
    const QString description = call.parameters.value(QStringLiteral("Description"));
    const auto count = number(call, QStringLiteral("Count"), 100, 1000);
    const auto days = number(call, QStringLiteral("TimeToLiveInDays"), 30, 90);
    if (!name.isEmpty() && !validName(name))
        return invalid(QStringLiteral("Name"), QStringLiteral("2 to 128 characters, starting with a letter"));
    if (description.size() > 256)
        return invalid(QStringLiteral("Description"), QStringLiteral("longer than 256 characters"));
    if (!count)
        return invalid(QStringLiteral("Count"), QStringLiteral("a number from 1 to 1000"));
    if (!days)
        return invalid(QStringLiteral("TimeToLiveInDays"), QStringLiteral("a number from 1 to 90"));
    const AccessTokens::Created made = tokens.create(name, description, *count, *days);
    return {
        200, {{QStringLiteral("AccessTokenId"), made.id}, {QStringLiteral("AccessTokenCode"), QString::fromLatin1(made.code.reveal())}}};
}

QJsonObject toJson(const AccessToken &token, const QDateTime &now)
{
    return {{QStringLiteral("AccessTokenId"), token.id}, {QStringLiteral("Name"), token.name},
        {QStringLiteral("Description"), token.description}, {QStringLiteral("Status"), statusName(token.status(now))},
        {QStringLiteral("Count"), QString::number(token.count)},
        {QStringLiteral("RegisteredCount"), QString::number(token.machines.size())},
        {QStringLiteral("TimeToLiveInDays"), QString::number(token.days)}, {QStringLiteral("CreationTime"), timeText(token.created)}};
}

ActionReply listTokens(const AccessTokens &tokens, const ActionCall &call)
{
    const QStringList ids = listed(call, QStringLiteral("AccessTokenId"));
    const QString name = call.parameters.value(QStringLiteral("Name"));
    const QString status = call.parameters.value(QStringLiteral("Status"));
    QJsonArray found;
    const QList<AccessToken> all = tokens.all();
    for (const AccessToken &token : all) {
        if ((ids.isEmpty() || ids.contains(token.id)) && (name.isEmpty() || token.name == name)
            && (status.isEmpty() || statusName(token.status(call.now)) == status))
            found.append(toJson(token, call.now));
    }
    return {200,
        {{QStringLiteral("AccessTokens"), QJsonObject{{QStringLiteral("AccessToken"), found}}}, {QStringLiteral("PageNumber"), 1},
            {QStringLiteral("PageSize"), found.size()}, {QStringLiteral("TotalCount"), found.size()}}};
}

QJsonObject toJson(const SourceServer &server, const QDateTime &now)
{
    QJsonArray disks;
    for (qsizetype i = 0; i < server.profile.dataDisksGiB.size(); ++i)
        disks.append(QJsonObject{{QStringLiteral("Index"), i + 1}, {QStringLiteral("Size"), server.profile.dataDisksGiB.at(i)}});
    const SourceServer::State state = server.state(now);
    const bool offline = state == SourceServer::State::Unavailable;
    const QString error = offline ? QStringLiteral("SourceServer.Offline") : server.job.error;
    const auto compact = [](const QJsonObject &object) { return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact)); };
    return {{QStringLiteral("SourceId"), server.id}, {QStringLiteral("Name"), server.profile.name},
        {QStringLiteral("Description"), server.description}, {QStringLiteral("State"), stateName(state)},
        {QStringLiteral("StatusInfo"), error.isEmpty() ? QString() : compact({{QStringLiteral("error_code"), error}})},
        {QStringLiteral("ErrorCode"), error}, {QStringLiteral("Platform"), server.profile.platform},
        {QStringLiteral("Architecture"), server.profile.architecture}, {QStringLiteral("AgentVersion"), server.profile.agentVersion},
        {QStringLiteral("HeartbeatRate"), SourceServers::heartbeatSeconds}, {QStringLiteral("ReplicationDriver"), QStringLiteral("SMT")},
        {QStringLiteral("JobId"), server.job.id}, {QStringLiteral("CreationTime"), timeText(server.created)},
        {QStringLiteral("SystemDiskSize"), server.profile.systemDiskGiB},
        {QStringLiteral("SystemInfo"),
            compact({{QStringLiteral("hostname"), server.profile.hostName}, {QStringLiteral("ipv4"), server.profile.address}})},
        {QStringLiteral("DataDisks"), QJsonObject{{QStringLiteral("DataDisk"), disks}}}};
}

bool matches(const SourceServer &server, const ActionCall &call, const QStringList &ids)
{
    const auto is = [&call](const char *name, const QString &value) {
        const QString wanted = call.parameters.value(QLatin1String(name));
        return wanted.isEmpty() || wanted == value;
    };
    const bool tagged = !listed(call, QStringLiteral("Tag")).isEmpty(); // no server of ours has a tag
    return !tagged && (ids.isEmpty() || ids.contains(server.id)) && is("Name", server.profile.name) && is("JobId", server.job.id)
        && is("State", stateName(server.state(call.now)));
}

ActionReply describeSources(const SourceServers &sources, const ActionCall &call)
{
    const auto page = number(call, QStringLiteral("PageNumber"), 1, 1 << 20);
    const auto size = number(call, QStringLiteral("PageSize"), 10, 50);
    if (!page)
        return invalid(QStringLiteral("PageNumber"), QStringLiteral("a number from 1"));
    if (!size)
        return invalid(QStringLiteral("PageSize"), QStringLiteral("a number from 1 to 50"));
    const QStringList ids = listed(call, QStringLiteral("SourceId"));
    QJsonArray shown;
    int total = 0;
    const QList<SourceServer> all = sources.all();
    for (const SourceServer &server : all) {
        if (!matches(server, call, ids))
            continue;
        const int index = total++;
        if (index / *size == *page - 1)
            shown.append(toJson(server, call.now));
    }
    return {200,
        {{QStringLiteral("SourceServers"), QJsonObject{{QStringLiteral("SourceServer"), shown}}}, {QStringLiteral("PageNumber"), *page},
            {QStringLiteral("PageSize"), *size}, {QStringLiteral("TotalCount"), total}}};
}

ActionReply modifySource(SourceServers &sources, const ActionCall &call)
{
    const QString id = call.parameters.value(QStringLiteral("SourceId"));
    const auto optional = [&call](const QString &name) {
        return call.parameters.contains(name) ? std::optional(call.parameters.value(name)) : std::nullopt;
    };
    const std::optional<QString> name = optional(QStringLiteral("Name"));
    const std::optional<QString> description = optional(QStringLiteral("Description"));
    if (name && !validName(*name))
        return invalid(QStringLiteral("Name"), QStringLiteral("2 to 128 characters, starting with a letter"));
    if (description && description->size() > 256)
        return invalid(QStringLiteral("Description"), QStringLiteral("longer than 256 characters"));
    switch (sources.describe(id, name, description)) {
    case SourceServers::Described::Done:
        return {};
    case SourceServers::Described::NameTaken:
        return ActionReply::refuse(
            400, QStringLiteral("SourceServerName.Duplicate"), QStringLiteral("The name of the migration source is in use."));
    case SourceServers::Described::Unknown:
        break;
    }
    return unknownSource();
}

ActionReply deleteSource(SourceServers &sources, const ActionCall &call)
{
    const QString id = call.parameters.value(QStringLiteral("SourceId"));
    const std::optional<SourceServer> server = sources.find(id);
    if (!server)
        return unknownSource();
    const bool force = call.parameters.value(QStringLiteral("Force")).compare(QLatin1String("true"), Qt::CaseInsensitive) == 0;
    if (server->state(call.now) == SourceServer::State::InUse && !force)
        return ActionReply::refuse(403, QStringLiteral("SourceServer.WithRunningReplicationJob"),
            QStringLiteral("The migration source has a running migration job."));
    sources.remove(id);
    return {};
}

}

void registerSmc(ActionRegistry &registry, AccessTokens &tokens, SourceServers &sources)
{
    const auto id = [](const ActionCall &call) { return call.parameters.value(QStringLiteral("AccessTokenId")); };
    registry.add(product, QStringLiteral("CreateAccessToken"), [&tokens](const ActionCall &call) { return createToken(tokens, call); });
    registry.add(product, QStringLiteral("ListAccessTokens"), [&tokens](const ActionCall &call) { return listTokens(tokens, call); });
    registry.add(product, QStringLiteral("DisableAccessToken"),
        [&tokens, id](const ActionCall &call) { return tokens.disable(id(call)) ? ActionReply{} : unknownToken(); });
    registry.add(product, QStringLiteral("DeleteAccessToken"),
        [&tokens, id](const ActionCall &call) { return tokens.remove(id(call)) ? ActionReply{} : unknownToken(); });
    registry.add(
        product, QStringLiteral("DescribeSourceServers"), [&sources](const ActionCall &call) { return describeSources(sources, call); });
    registry.add(
        product, QStringLiteral("ModifySourceServerAttribute"), [&sources](const ActionCall &call) { return modifySource(sources, call); });
    registry.add(product, QStringLiteral("DeleteSourceServer"), [&sources](const ActionCall &call) { return deleteSource(sources, call); });
}

}
