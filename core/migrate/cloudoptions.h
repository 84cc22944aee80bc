#pragma once
#include "core/cloud/ossapi.h"
#include "core/cloud/vpcapi.h"
#include "core/migrate/cloudsession.h"

namespace edgelift {

/// What an account offers to choose from. What the cloud refuses to list is empty.
struct CloudOptions
{
    QString account; ///< its id
    QStringList regions; ///< ECS regions
    QString transitRegion; ///< of the three lists below
    QList<vpc::Vpc> vpcs;
    QList<vpc::VSwitch> vSwitches;
    QStringList instanceTypes; ///< in stock in some zone, in alphabetical order
    QList<oss::Bucket> buckets; ///< of every region
    QUrl endpoint; ///< of all cloud products; empty: Alibaba Cloud's own
};

/// Signs in as a migration would, so an activation code counts once for both, and proves that the credentials are good. Makes nothing.
/// Errors: those of CloudSession::open and of the calls, but not that a list is refused (PermissionMissing, ServiceNotActivated,
/// CloudRefused).
[[nodiscard]] Result<CloudOptions> cloudOptions(const Surroundings &surroundings, const Authorization &authorization,
    const SourceDescription &source, const QString &transitRegion, const std::stop_token &stop);

}
