#include "core/receiver/bootfix/fixes.h"
#include "core/receiver/bootfix/services.h"

namespace edgelift::bootfix {

namespace {

struct Agent
{
    const char *platform;
    QStringList units;
};

/// qemu-guest-agent and Alibaba Cloud's own stay: they are at home on the target.
const QList<Agent> &oldAgents()
{
    static const auto list = [](const char *names) { return QString::fromLatin1(names).split(QLatin1Char(' ')); };
    static const QList<Agent> agents{
        {"VMware", list("vmtoolsd open-vm-tools vgauthd vmware-tools vmware-tools-thinprint run-vmblock-fuse vmblock-fuse")},
        {"VirtualBox", list("vboxadd vboxadd-service vboxadd-x11 vboxservice virtualbox-guest-utils")},
        {"Xen", list("xe-linux-distribution xe-daemon xen-watchdog xenstored")},
        {"Hyper-V", list("hypervkvpd hypervvssd hypervfcopyd hv-kvp-daemon hv-vss-daemon hv-fcopy-daemon hv_kvp_daemon hv_vss_daemon")},
        {"Parallels", list("prltoolsd prltools prl-tools")},
        {"Microsoft Azure", list("walinuxagent waagent walinuxagent-network-setup hv_fcopy_daemon")},
        {"Amazon EC2",
            list("amazon-ssm-agent amazon-cloudwatch-agent hibinit-agent ec2-instance-connect ec2-net-utils elastic-network-interfaces "
                 "update-motd-eic snap.amazon-ssm-agent.amazon-ssm-agent")},
        {"Google Cloud",
            list("google-guest-agent google-startup-scripts google-shutdown-scripts google-osconfig-agent google-accounts-daemon "
                 "google-network-daemon google-clock-skew-daemon google-cloud-ops-agent")},
        {"Tencent Cloud", list("tat_agent YDService YDLive stargate barad_agent qcloud-agent")},
        {"Huawei Cloud", list("hostguard uniagentd CloudResetPwdAgent CloudResetPwdUpdateAgent telescoped")},
        {"Baidu", list("hosteye bcm-agent baidu-agent")},
        {"oVirt", list("ovirt-guest-agent")},
    };
    return agents;
}

}

/// Switched off, not uninstalled: that needs no network and can be taken back.
void fixAgents(Guest &guest)
{
    for (const Agent &agent : oldAgents()) {
        for (const QString &unit : agent.units) {
            for (const QString &link : startLinks(guest, unit + QStringLiteral(".service"))) {
                guest.found(link);
                guest.remove(link);
                guest.note(NoteId::AgentDisabled, {QLatin1String(agent.platform), unit});
            }
        }
    }
}

}
