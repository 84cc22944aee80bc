#pragma once
#include "core/simcloud/instanceaddress.h"
#include "core/simcloud/instancehost.h"

#include <map>
#include <memory>
#include <mutex>

namespace edgelift {

class InstanceProcess;

/// Simulated instances as processes of this machine, each in mount, pid, uts and ipc namespaces of its own: the root is an overlay over
/// the host's with its changes in memory, /dev, /proc, /run and /tmp are its own, its disks are the given files, the network is the
/// host's. User data runs as cloud-init would run it, at every start. The first process is init of its pid namespace and dies with
/// the launcher (PR_SET_PDEATHSIG), and with it everything it started: nothing outlives the service, however that ends.
/// Needs root and a Linux with overlayfs and tmpfs.
class InstanceLauncher final : public InstanceHost
{
public:
    InstanceLauncher();
    ~InstanceLauncher() override;

    Result<> launch(const InstanceSpec &spec) override;
    void end(const QString &id, bool force) override;
    void endAll() override;
    [[nodiscard]] bool isRunning(const QString &id) const override;
    Result<> plug(const QString &id, const InstanceDisk &disk) override;
    Result<> unplug(const QString &id, const InstanceDisk &disk) override;
    [[nodiscard]] QString reserveAddress(const QString &wanted) override;
    void releaseAddress(const QString &address) override;

private:
    [[nodiscard]] std::shared_ptr<InstanceProcess> find(const QString &id) const;

    InstanceAddresses m_addresses;
    mutable std::mutex m_mutex;
    std::map<QString, std::shared_ptr<InstanceProcess>> m_processes;
};

}
