#pragma once
#include <QJsonArray>
#include <QJsonObject>

/// Edits of the "disks" of a plan file, as a person makes them with an editor.
namespace edgelift::test {

/// The volume that is mounted there, taken out of its disk; empty: there is none.
[[nodiscard]] QJsonObject takeVolume(QJsonArray &disks, const QString &mount);
void addVolume(QJsonArray &disks, qsizetype to, const QJsonObject &volume);
void setDisk(QJsonArray &disks, qsizetype at, const char *name, const QJsonValue &value);
void setVolume(QJsonArray &disks, const QString &mount, const QJsonObject &values);

}
