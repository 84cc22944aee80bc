#include "core/layout/planfile.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <algorithm>

namespace edgelift {

namespace {

/// QJsonObject sorts its keys; people expect a plan in the order in which its parts are decided. Keys not listed (tags) follow, sorted.
constexpr const char *order[] = {"version", "image", "region", "network", "type", "job", "transfer", "modifyDisks", "disks", "name",
    "mount", "source", "role", "sizeGiB", "lvm", "volumes", "migrate", "replication", "sizeMiB", "fixed", "namePrefix", "transitRegion",
    "bucket", "vpcId", "vSwitchId", "description", "tags", "instanceType", "licenseType", "reportDiagnostics", "days", "from", "to",
    "limitMbps", "compression", "checksum", "tls", "diskMBps", "niceness", "backOff", "freezeSeconds", "schedule", "excludes", "cutover"};

qsizetype rank(const QString &key)
{
    const auto *it = std::find_if(std::begin(order), std::end(order), [&key](const char *name) { return key == QLatin1String(name); });
    return it - std::begin(order);
}

QByteArray scalar(const QJsonValue &value)
{
    const QByteArray wrapped = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return wrapped.mid(1, wrapped.size() - 2);
}

void write(const QJsonValue &value, const QByteArray &indent, QByteArray &out)
{
    const QByteArray deeper = indent + "  ";
    QByteArray separator = "\n";
    if (value.isObject() && !value.toObject().isEmpty()) {
        const QJsonObject object = value.toObject();
        QStringList keys = object.keys();
        std::stable_sort(keys.begin(), keys.end(), [](const QString &a, const QString &b) { return rank(a) < rank(b); });
        out += '{';
        for (const QString &key : keys) {
            out += separator + deeper + scalar(key) + ": ";
            write(object.value(key), deeper, out);
            separator = ",\n";
        }
        out += '\n' + indent + '}';
    } else if (value.isArray() && !value.toArray().isEmpty()) {
        out += '[';
        for (const QJsonValue &entry : value.toArray()) {
            out += separator + deeper;
            write(entry, deeper, out);
            separator = ",\n";
        }
        out += '\n' + indent + ']';
    } else {
        out += scalar(value);
    }
}

}

QByteArray writePlan(const Plan &plan)
{
    QByteArray out;
    write(toJson(plan), {}, out);
    return out + '\n';
}

}
