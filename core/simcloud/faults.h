#pragma once
#include "core/service/registry.h"
#include "core/simcloud/instancelink.h"

#include <QStringList>
#include <optional>

namespace edgelift {

/// Misfortune on demand, for tests and demonstrations: DIR/faults.json, read at every call, absent by default.
///   {"soldOut": ["ecs.t6-c1m1.large", "ecs.g7.large@cn-beijing-h"],
///    "refuse": {"CreateImage": {"status": 403, "code": "QuotaExceed.Image", "message": "…"}},
///    "link": {"megabits": 100, "down": false}}
/// "*" among soldOut: everything, everywhere. A file that is no JSON object is reported in the log and ignored.
[[nodiscard]] bool isSoldOut(const QString &dataDir, const QString &instanceType, const QString &zone);
[[nodiscard]] std::optional<ActionReply> plannedRefusal(const QString &dataDir, const QString &action);
/// How instances are reached: "megabits" are 10^6 bits a second, 0 or absent: unlimited. Nothing: directly, there is no link to plan with.
[[nodiscard]] std::optional<InstanceLink::Quality> plannedLink(const QString &dataDir);

}
