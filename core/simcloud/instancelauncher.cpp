#include "core/simcloud/instancelauncher.h"

#include "core/simcloud/instanceplug.h"
#include "core/simcloud/instanceprocess.h"

#include <utility>

namespace edgelift {

InstanceLauncher::InstanceLauncher() = default;
InstanceLauncher::~InstanceLauncher() { endAll(); }

std::shared_ptr<InstanceProcess> InstanceLauncher::find(const QString &id) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_processes.find(id);
    return found == m_processes.end() ? nullptr : found->second;
}

Result<> InstanceLauncher::launch(const InstanceSpec &spec)
{
    auto process = std::make_shared<InstanceProcess>(spec);
    if (Result<> started = process->start(); !started)
        return started;
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_processes, [](const auto &one) { return !one.second->isRunning(); });
    m_processes[spec.id] = std::move(process);
    return ok();
}

void InstanceLauncher::end(const QString &id, bool force)
{
    if (const auto process = find(id))
        process->end(force);
}

void InstanceLauncher::endAll()
{
    std::map<QString, std::shared_ptr<InstanceProcess>> all;
    {
        const std::lock_guard lock(m_mutex);
        all = std::exchange(m_processes, {});
    }
    for (auto &[id, process] : all)
        process->end(true); // all at once; the destructors then wait
}

bool InstanceLauncher::isRunning(const QString &id) const
{
    const auto process = find(id);
    return process && process->isRunning();
}

Result<> InstanceLauncher::plug(const QString &id, const InstanceDisk &disk)
{
    const auto process = find(id);
    return process ? plugDisk(process->pid(), disk) : ok();
}

Result<> InstanceLauncher::unplug(const QString &id, const InstanceDisk &disk)
{
    const auto process = find(id);
    return process ? unplugDisk(process->pid(), disk) : ok();
}

QString InstanceLauncher::reserveAddress(const QString &wanted) { return m_addresses.reserve(wanted); }
void InstanceLauncher::releaseAddress(const QString &address) { m_addresses.release(address); }

}
