#include "core/receiver/bootfix/fixes.h"

#include "core/receiver/bootfix/fix.h"

namespace edgelift::bootfix {

const QList<Fix> &allFixes()
{
    // One a line:
    // clang-format off
    static const QList<Fix> fixes{
        {"boot-loader", always, fixLoader},
        {"kernels", always, fixKernelFit},
        {"root-device", always, fixRoot},
        {"fstab", fstabApplies, fixFstab},
        {"mount-units", unitsApply, fixUnits},
        {"crypttab", crypttabApplies, fixCrypttab},
        {"mdadm", mdadmApplies, fixMdadm},
        {"multipath", multipathApplies, fixMultipath},
        {"lvm", lvmApplies, fixLvm},
        {"device-caches", always, fixCaches},
        {"device-names", always, tellDeviceNames},
        {"resume", always, fixResume},
        {"uefi-fallback", uefiApplies, fixUefi},
        {"nic-rules", always, fixNicRules},
        {"ifupdown", ifupdownApplies, fixIfupdown},
        {"netplan", netplanApplies, fixNetplan},
        {"network-manager", keyfilesApply, fixKeyfiles},
        {"ifcfg", ifcfgApplies, fixIfcfg},
        {"wicked", wickedApplies, fixWicked},
        {"networkd", networkdApplies, fixNetworkd},
        {"manager-defaults", always, fixManagerDefaults},
        {"nic-names", nicPinApplies, fixNicPin}, // after the files that bind to a name
        {"network-check", always, checkNetwork},
        {"resolv-conf", resolvConfApplies, fixResolvConf},
        {"ssh", always, fixSsh},
        {"cloud-init", cloudInitApplies, fixCloudInit},
        {"console", always, fixConsole},
        {"platform-agents", always, fixAgents},
        {"identity", always, fixIdentity},
        {"initramfs", always, fixInitramfs}, // after everything that asks for a new one
        {"boot-check", always, checkBoot}, // after every change of a command line
    };
    // clang-format on
    return fixes;
}

}
