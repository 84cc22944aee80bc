#pragma once
#include "app/ctl/console.h"
#include "core/base/result.h"
#include "core/layout/plan.h"

#include <QJsonArray>

namespace edgelift::ctl {

/// Reads a plan file; when it is wrong, all its problems are shown before the first is returned.
[[nodiscard]] Result<Plan> readPlanFile(const QString &path, Console &console);

/// What an agent said about a plan it refused: every problem. Returns the exit code.
int showRefusal(const QJsonObject &refusal, Console &console);
void showProblems(const QJsonArray &problems, Console &console); ///< for people, to standard error

}
