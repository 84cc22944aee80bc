#pragma once
#include "core/cloud/parameters.h"

#include <QDateTime>
#include <QJsonObject>
#include <functional>

/// Reading the JSON of RPC replies, which is foreign input: what is missing or of another type gives an empty value.
namespace edgelift::fields {

[[nodiscard]] QString text(const QJsonObject &object, const char *key);
[[nodiscard]] qint64 number(const QJsonObject &object, const char *key); ///< also from a text; 0 when there is none
[[nodiscard]] QDateTime time(const QJsonObject &object, const char *key); ///< "2025-06-01T08:30Z", with or without seconds; UTC
[[nodiscard]] int percent(const QJsonObject &object, const char *key); ///< from "42%"
/// The objects of `object[outer][inner]`, the cloud's way to write a list: {"Disks": {"Disk": […]}}.
[[nodiscard]] QList<QJsonObject> objects(const QJsonObject &object, const char *outer, const char *inner);
[[nodiscard]] QStringList texts(const QJsonObject &object, const char *outer, const char *inner);
/// For RpcClient::idOf: the text called `key`, or the first of the texts of a list.
[[nodiscard]] std::function<QString(const QJsonObject &)> topText(const char *key);
[[nodiscard]] std::function<QString(const QJsonObject &)> firstText(const char *outer, const char *inner);
[[nodiscard]] Tags tags(const QJsonObject &object); ///< Tags.Tag with TagKey (ECS) or Key (VPC)

}
