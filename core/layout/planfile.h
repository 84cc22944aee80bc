#pragma once
#include "core/base/result.h"
#include "core/layout/plan.h"

#include <QByteArray>
#include <QJsonObject>

namespace edgelift {

/// Reads a plan file (design.md section 3). Strict: wrong types, values out of range and unknown keys are all reported, none ignored.
/// `problems`, when given, receives every one of them; the error returned is the first. Whether the plan fits a server is not asked
/// here: see planrules.h. Errors: PlanUnreadable (not JSON; args: "line …, column …"), PlanVersion (a newer plan: nothing else of it is
/// judged), PlanUnknownKey, PlanValueWrong.
[[nodiscard]] Result<Plan> readPlan(const QByteArray &text, QList<Error> *problems = nullptr);
/// The same for a plan that is already JSON, such as a parameter of the agent's API.
[[nodiscard]] Result<Plan> planFromJson(const QJsonObject &object, QList<Error> *problems = nullptr);

[[nodiscard]] QJsonObject toJson(const Plan &plan);
/// The plan as people edit it: indented, keys in the order of design.md, a line feed at the end. readPlan(writePlan(p)) == p.
[[nodiscard]] QByteArray writePlan(const Plan &plan);

}
