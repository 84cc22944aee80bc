#pragma once
#include "core/cloud/ecsimageapi.h"
#include "core/cloud/ecstypes.h"

#include <QJsonObject>

/// JSON of ECS replies into values. Foreign input: whatever is missing or strange becomes empty or Unknown.
namespace edgelift::ecs {

[[nodiscard]] Instance readInstance(const QJsonObject &object);
[[nodiscard]] Disk readDisk(const QJsonObject &object);
[[nodiscard]] SecurityGroup readSecurityGroup(const QJsonObject &object);
[[nodiscard]] QList<Available> readAvailable(const QJsonObject &reply); ///< a whole DescribeAvailableResource reply
[[nodiscard]] Snapshot readSnapshot(const QJsonObject &object);
[[nodiscard]] Image readImage(const QJsonObject &object);
[[nodiscard]] Task readTask(const QJsonObject &reply); ///< a whole DescribeTaskAttribute reply

}
