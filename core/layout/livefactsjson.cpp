#include "core/layout/livefactsjson.h"

#include "core/layout/factsreader.h"

namespace edgelift {

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

// Names of the enumerators, in their order.
const QStringList useKinds{QStringLiteral("mount"), QStringLiteral("swap"), QStringLiteral("stack")};
const QStringList obstacleKinds{QStringLiteral("multipath"), QStringLiteral("nvme-multipath"), QStringLiteral("several-paths"),
    QStringLiteral("drbd"), QStringLiteral("cluster"), QStringLiteral("persistent-memory"), QStringLiteral("dax"),
    QStringLiteral("memory-disk"), QStringLiteral("unknown")};

template <class T>
QJsonArray array(const QList<T> &list, QJsonObject (*one)(const T &))
{
    QJsonArray out;
    for (const T &entry : list)
        out.append(one(entry));
    return out;
}

QJsonObject useJson(const UseFacts &use)
{
    return {{key("kind"), useKinds.at(qsizetype(use.kind))}, {key("place"), use.place}, {key("fs"), use.fs}, {key("device"), use.device},
        {key("volume"), use.volume}, {key("disks"), QJsonArray::fromStringList(use.disks)},
        {key("layers"), QJsonArray::fromStringList(use.layers)}, {key("readOnly"), use.readOnly}};
}

QJsonObject obstacleJson(const ObstacleFacts &obstacle)
{
    return {{key("kind"), obstacleName(obstacle.kind)}, {key("user"), obstacle.user}, {key("device"), obstacle.device}};
}

QJsonObject unreadableJson(const UnreadableFacts &facts) { return {{key("what"), facts.what}, {key("reason"), facts.reason}}; }

QJsonObject nicJson(const NicFacts &nic)
{
    return {{key("name"), nic.name}, {key("mac"), nic.mac}, {key("driver"), nic.driver}, {key("mtu"), nic.mtu}, {key("up"), nic.up},
        {key("addresses"), QJsonArray::fromStringList(nic.addresses)}};
}

QJsonObject routeJson(const RouteFacts &route)
{
    return {{key("destination"), route.destination}, {key("gateway"), route.gateway}, {key("nic"), route.nic}};
}

UseFacts readUse(FactsReader in)
{
    return {in.choice<UseFacts::Kind>("kind", useKinds), in.text("place"), in.text("fs"), in.text("device"), in.text("volume"),
        in.texts("disks"), in.texts("layers"), in.flag("readOnly")};
}

ObstacleFacts readObstacle(FactsReader in)
{
    return {in.choice<ObstacleFacts::Kind>("kind", obstacleKinds), in.text("user"), in.text("device")};
}

UnreadableFacts readUnreadable(FactsReader in) { return {in.text("what"), in.text("reason")}; }

NicFacts readNic(FactsReader in)
{
    return {in.text("name"), in.text("mac"), in.text("driver"), int(in.number("mtu", 0, std::numeric_limits<int>::max())), in.flag("up"),
        in.texts("addresses")};
}

RouteFacts readRoute(FactsReader in) { return {in.text("destination"), in.text("gateway"), in.text("nic")}; }

}

QString obstacleName(ObstacleFacts::Kind kind) { return obstacleKinds.at(qsizetype(kind)); }

QJsonObject toJson(const LiveFacts &facts)
{
    return {{key("bootId"), facts.bootId}, {key("hardwareId"), facts.hardwareId}, {key("kernel"), facts.kernel},
        {key("uses"), array(facts.uses, useJson)}, {key("obstacles"), array(facts.obstacles, obstacleJson)},
        {key("elsewhere"), QJsonArray::fromStringList(facts.elsewhere)}, {key("unreadable"), array(facts.unreadable, unreadableJson)},
        {key("byPlace"), QJsonArray::fromStringList(facts.byPlace)}, {key("nics"), array(facts.nics, nicJson)},
        {key("routes"), array(facts.routes, routeJson)}, {key("dnsServers"), QJsonArray::fromStringList(facts.dnsServers)},
        {key("excludes"), QJsonArray::fromStringList(facts.excludes)}, {key("freeMemoryBytes"), qint64(facts.freeMemory.count)}};
}

LiveFacts readLive(FactsReader in)
{
    LiveFacts facts;
    facts.bootId = in.text("bootId");
    facts.hardwareId = in.text("hardwareId");
    facts.kernel = in.text("kernel");
    facts.uses = in.list<UseFacts>("uses", readUse);
    facts.obstacles = in.list<ObstacleFacts>("obstacles", readObstacle);
    facts.elsewhere = in.texts("elsewhere");
    facts.unreadable = in.list<UnreadableFacts>("unreadable", readUnreadable);
    facts.byPlace = in.texts("byPlace");
    facts.nics = in.list<NicFacts>("nics", readNic);
    facts.routes = in.list<RouteFacts>("routes", readRoute);
    facts.dnsServers = in.texts("dnsServers");
    facts.excludes = in.texts("excludes");
    facts.freeMemory = Bytes{in.number("freeMemoryBytes")};
    return facts;
}

}
