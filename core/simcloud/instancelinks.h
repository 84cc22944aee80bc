#pragma once
#include "core/simcloud/instancehost.h"
#include "core/simcloud/instancelink.h"

#include <map>
#include <memory>
#include <mutex>

namespace edgelift {

/// The ways to the instances, where DIR/faults.json plans with them (plannedLink()); their quality is looked up there again all the time.
/// Thread-safe.
class InstanceLinks
{
public:
    /// The host outlives this.
    InstanceLinks(QString dataDir, InstanceHost &host);

    /// Where others reach the instance that listens at `address`. With a planned link: an address of its own (`wanted` if it is free),
    /// kept until close(); empty when none is free. Without: `address` itself.
    [[nodiscard]] QString open(const QString &address, const QString &wanted);
    void close(const QString &address); ///< of the instance; nothing happens when there is no link
    void closeAll();

private:
    struct Way
    {
        QString shown;
        std::unique_ptr<InstanceLink> link;
    };

    const QString m_dataDir;
    InstanceHost &m_host;
    std::mutex m_mutex;
    std::map<QString, Way> m_ways; ///< by the instance's address
};

}
