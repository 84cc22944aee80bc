#pragma once
#include "core/simcloud/callparameters.h"
#include "core/simcloud/world.h"

#include <initializer_list>

namespace edgelift {

using SimHandler = ActionReply (*)(World &, const ActionCall &);

struct SimAction
{
    const char *name;
    SimHandler handler;
};

/// Registers handlers, each wrapped in what is common to all actions: the state is locked, an unknown region is refused, a fault
/// planned in DIR/faults.json answers instead, and a repeated ClientToken gets the first answer again (IdempotentParameterMismatch
/// when the other parameters differ).
void addHandlers(ActionRegistry &registry, World &world, const QString &product, std::initializer_list<SimAction> actions);

// What handlers have in common.
[[nodiscard]] ActionReply reply(QJsonObject body = {});
[[nodiscard]] ActionReply badRequest(const QString &code, const QString &message); ///< 400
[[nodiscard]] ActionReply forbidden(const QString &code, const QString &message); ///< 403
[[nodiscard]] ActionReply notFound(const QString &code, const QString &message); ///< 404
[[nodiscard]] ActionReply missingParameter(const QString &name);
[[nodiscard]] ActionReply dryRunPassed(); ///< the cloud answers a passed DryRun with an error code

[[nodiscard]] QString cloudTime(const QDateTime &time); ///< 2026-01-31T09:05:00Z
[[nodiscard]] QString cloudTime(qint64 msecs);
/// "i-2ze" + 17 digits: as long as the cloud's own.
[[nodiscard]] QString newId(const QString &prefix);
/// 2–128 characters, a letter (of any script) first, then also digits : _ . - ; not http(s)://, aliyun or acs:.
[[nodiscard]] bool validName(const QString &name, int least = 2);
/// Nothing when the tags keep the rules (≤ 20, key 1–128, not aliyun/acs:/http(s)://), else the refusal.
[[nodiscard]] std::optional<ActionReply> tagProblem(const CallParameters &parameters);
[[nodiscard]] QJsonObject tagSet(const QJsonObject &tags, const QString &key, const QString &value); ///< {"Tag":[{key:…,value:…}]}
[[nodiscard]] bool hasTags(const QJsonObject &record, const QJsonObject &wanted);
/// "*" stands for any text, as in InstanceName filters; an empty pattern matches all.
[[nodiscard]] bool matches(const QString &pattern, const QString &text);

/// Cuts a page out of `items` (PageNumber/PageSize or MaxResults/NextToken) and answers {outer:{inner:[…]}, TotalCount, …}.
[[nodiscard]] QJsonObject page(
    const CallParameters &parameters, const QJsonArray &items, const QString &outer, const QString &inner, int defaultSize = 10);
/// Settled records of a collection, in the order of creation.
[[nodiscard]] QList<QJsonObject> records(World &world, const QString &collection);
[[nodiscard]] QJsonObject record(World &world, const QString &collection, const QString &id); ///< settled; empty when there is none
/// What a record waits for: {"status": …, "at": due(seconds)}, to be stored as its "next".
[[nodiscard]] QJsonObject upcoming(World &world, const char *status, double seconds);
void setStatus(QJsonObject &record, const char *status); ///< now, and nothing upcoming any more
void store(World &world, const QString &collection, const QJsonObject &record); ///< under its "id"
[[nodiscard]] inline QString text(const QJsonObject &object, const char *key) { return object.value(QLatin1String(key)).toString(); }

}
