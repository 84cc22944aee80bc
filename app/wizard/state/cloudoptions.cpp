#include "app/wizard/state/cloudoptions.h"

#include "app/wizard/state/credential.h"

#include <QJsonArray>

namespace edgelift::wizard {

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }
QString text(const QJsonValue &object, const char *name) { return object[QLatin1String(name)].toString(); }

QStringList texts(const QJsonValue &list)
{
    QStringList out;
    for (const QJsonValue &each : list.toArray())
        out.append(each.toString());
    return out;
}

}

CloudOptions cloudOptionsFromJson(const QJsonObject &reply)
{
    CloudOptions out;
    out.account = reply.value(key("account")).toString();
    out.endpoint = reply.value(key("endpoint")).toString();
    out.regions = texts(reply.value(key("regions")));
    out.transitRegions = texts(reply.value(key("transitRegions")));
    out.instanceTypes = texts(reply.value(key("instanceTypes")));
    for (const QJsonValue &each : reply.value(key("buckets")).toArray())
        out.buckets.append({text(each, "name"), text(each, "region")});
    for (const QJsonValue &each : reply.value(key("vpcs")).toArray())
        out.vpcs.append({text(each, "id"), text(each, "name"), text(each, "region")});
    for (const QJsonValue &each : reply.value(key("vSwitches")).toArray())
        out.vSwitches.append({text(each, "id"), text(each, "vpcId"), text(each, "name"), text(each, "zone")});
    return out;
}

QJsonObject Credential::parameters() const
{
    QJsonObject out;
    if (method == Method::Code)
        out.insert(key("code"), QString::fromUtf8(code.reveal()));
    else
        out.insert(key("accessKey"), QJsonObject{{key("id"), keyId}, {key("secret"), QString::fromUtf8(keySecret.reveal())}});
    if (!endpoint.isEmpty())
        out.insert(key("endpoint"), endpoint);
    return out;
}

QJsonObject Credential::place() const
{
    QJsonObject out{{key("endpoint"), endpoint}};
    if (method == Method::Code && !code.isEmpty())
        out.insert(key("code"), QString::fromUtf8(code.reveal()));
    return out;
}

}
