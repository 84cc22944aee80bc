#include "tests/support/planedits.h"

namespace edgelift::test {

namespace {

QString key(const char *text) { return QString::fromLatin1(text); }

}

QJsonObject takeVolume(QJsonArray &disks, const QString &mount)
{
    for (qsizetype i = 0; i < disks.size(); ++i) {
        QJsonObject disk = disks.at(i).toObject();
        QJsonArray volumes = disk.value(key("volumes")).toArray();
        for (qsizetype k = 0; k < volumes.size(); ++k) {
            const QJsonObject volume = volumes.at(k).toObject();
            if (volume.value(key("mount")).toString() != mount)
                continue;
            volumes.removeAt(k);
            disk.insert(key("volumes"), volumes);
            disks.replace(i, disk);
            return volume;
        }
    }
    return {};
}

void addVolume(QJsonArray &disks, qsizetype to, const QJsonObject &volume)
{
    QJsonObject disk = disks.at(to).toObject();
    QJsonArray volumes = disk.value(key("volumes")).toArray();
    volumes.append(volume);
    disk.insert(key("volumes"), volumes);
    disks.replace(to, disk);
}

void setDisk(QJsonArray &disks, qsizetype at, const char *name, const QJsonValue &value)
{
    QJsonObject disk = disks.at(at).toObject();
    disk.insert(key(name), value);
    disks.replace(at, disk);
}

void setVolume(QJsonArray &disks, const QString &mount, const QJsonObject &values)
{
    for (qsizetype i = 0; i < disks.size(); ++i) {
        QJsonArray volumes = disks.at(i).toObject().value(key("volumes")).toArray();
        for (qsizetype k = 0; k < volumes.size(); ++k) {
            QJsonObject volume = volumes.at(k).toObject();
            for (auto value = values.begin(); volume.value(key("mount")).toString() == mount && value != values.end(); ++value)
                volume.insert(value.key(), *value);
            volumes.replace(k, volume);
        }
        setDisk(disks, i, "volumes", volumes);
    }
}

}
