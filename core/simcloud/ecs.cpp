#include "core/simcloud/ecs.h"

#include "core/simcloud/ecscatalog.h"
#include "core/simcloud/ecsdiskactions.h"
#include "core/simcloud/ecsexport.h"
#include "core/simcloud/ecsgroups.h"
#include "core/simcloud/ecsimages.h"
#include "core/simcloud/ecsinstances.h"
#include "core/simcloud/ecssnapshots.h"
#include "core/simcloud/handlers.h"

namespace edgelift {

void registerEcs(ActionRegistry &registry, World &world)
{
    // RunCommand and DescribeInvocationResults are not offered: simulated instances have no Cloud Assistant.
    addHandlers(registry, world, QStringLiteral("ecs"),
        {{"DescribeRegions", describeRegions}, {"DescribeZones", describeZones}, {"DescribeAvailableResource", describeAvailableResource},
            {"DescribeInstanceTypes", describeInstanceTypes}, {"DescribePrice", describePrice}, {"RunInstances", runInstances},
            {"DescribeInstances", describeInstances}, {"StopInstance", stopInstance}, {"DeleteInstance", deleteInstance},
            {"CreateDisk", createDisk}, {"AttachDisk", attachDisk}, {"DetachDisk", detachDisk}, {"DeleteDisk", deleteDisk},
            {"DescribeDisks", describeDisks}, {"CreateSnapshot", createSnapshot}, {"DescribeSnapshots", describeSnapshots},
            {"DeleteSnapshot", deleteSnapshot}, {"DescribeImages", describeImages}, {"CreateImage", createImage},
            {"DeleteImage", deleteImage}, {"ExportImage", exportImage}, {"DescribeTasks", describeTasks},
            {"DescribeTaskAttribute", describeTaskAttribute}, {"CancelTask", cancelTask}, {"CreateSecurityGroup", createSecurityGroup},
            {"AuthorizeSecurityGroup", authorizeSecurityGroup}, {"DescribeSecurityGroups", describeSecurityGroups},
            {"DescribeSecurityGroupAttribute", describeSecurityGroupAttribute}, {"DeleteSecurityGroup", deleteSecurityGroup},
            {"TagResources", tagResources}});
}

}
