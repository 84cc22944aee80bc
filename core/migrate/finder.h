#pragma once
#include "core/migrate/cloudsession.h"
#include "core/migrate/resource.h"

#include <QList>

namespace edgelift {

/// Something of this job in the account, found by its tag.
struct FoundResource
{
    ResourceKind kind{};
    QString id;
    QString name;
};

/// Everything of `kind` that bears the job's tag. Kinds that cannot bear tags (export tasks, objects, ENS images) give nothing.
[[nodiscard]] Result<QList<FoundResource>> findTagged(
    const CloudSession &cloud, ResourceKind kind, const QString &jobId, const std::stop_token &stop);
/// The id of what an earlier create call for `entry` made, when its answer was lost; empty when there is nothing. ENS images are
/// looked for by their name.
[[nodiscard]] Result<QString> findByName(
    const CloudSession &cloud, const LedgerEntry &entry, const QString &jobId, const std::stop_token &stop);

}
