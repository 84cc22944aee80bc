#pragma once

namespace edgelift::bootfix {

class Guest;

// The units of allFixes(): whether there is something for it, and what it does. The table in fixes.cpp names and orders them.
bool always(Guest &);
// Storage.
bool fstabApplies(Guest &);
void fixFstab(Guest &);
bool unitsApply(Guest &);
void fixUnits(Guest &);
bool crypttabApplies(Guest &);
void fixCrypttab(Guest &);
bool mdadmApplies(Guest &);
void fixMdadm(Guest &);
bool multipathApplies(Guest &);
void fixMultipath(Guest &);
bool lvmApplies(Guest &);
void fixLvm(Guest &);
void fixCaches(Guest &);
void tellDeviceNames(Guest &);
// Boot.
void fixLoader(Guest &);
bool uefiApplies(Guest &);
void fixUefi(Guest &);
void fixRoot(Guest &);
void fixResume(Guest &);
void fixConsole(Guest &);
bool nicPinApplies(Guest &);
void fixNicPin(Guest &);
void fixKernelFit(Guest &);
void fixInitramfs(Guest &);
void checkBoot(Guest &);
// Network.
void fixNicRules(Guest &);
bool ifupdownApplies(Guest &);
void fixIfupdown(Guest &);
bool ifcfgApplies(Guest &);
void fixIfcfg(Guest &);
bool wickedApplies(Guest &);
void fixWicked(Guest &);
bool netplanApplies(Guest &);
void fixNetplan(Guest &);
bool keyfilesApply(Guest &);
void fixKeyfiles(Guest &);
bool networkdApplies(Guest &);
void fixNetworkd(Guest &);
void fixManagerDefaults(Guest &);
void checkNetwork(Guest &);
// Access and the rest.
bool resolvConfApplies(Guest &);
void fixResolvConf(Guest &);
void fixSsh(Guest &);
bool cloudInitApplies(Guest &);
void fixCloudInit(Guest &);
void fixAgents(Guest &);
void fixIdentity(Guest &);

}
