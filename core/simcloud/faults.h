#pragma once
#include "core/service/registry.h"

#include <QStringList>
#include <optional>

namespace edgelift {

/// Misfortune on demand, for tests and demonstrations: DIR/faults.json, read at every call, absent by default.
///   {"soldOut": ["ecs.t6-c1m1.large", "ecs.g7.large@cn-beijing-h"],
///    "refuse": {"CreateImage": {"status": 403, "code": "QuotaExceed.Image", "message": "…"}}}
/// "*" among soldOut: everything, everywhere. A file that is no JSON object is reported in the log and ignored.
[[nodiscard]] bool isSoldOut(const QString &dataDir, const QString &instanceType, const QString &zone);
[[nodiscard]] std::optional<ActionReply> plannedRefusal(const QString &dataDir, const QString &action);

}
