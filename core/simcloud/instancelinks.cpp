#include "core/simcloud/instancelinks.h"

#include "core/simcloud/faults.h"

#include <QFile>
#include <sys/stat.h>
#include <utility>

namespace edgelift {

namespace {

/// Reads faults.json only when it is another file or changed.
class Planned
{
public:
    explicit Planned(const QString &dataDir)
        : m_dataDir(dataDir)
        , m_path(QFile::encodeName(dataDir + QStringLiteral("/faults.json")))
    {
    }
    InstanceLink::Quality now()
    {
        struct stat facts
        {
        };
        ::stat(m_path.constData(), &facts); // absent: all zeros
        const Stamp stamp{facts.st_ino, facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec};
        if (std::exchange(m_stamp, stamp) != stamp)
            m_quality = plannedLink(m_dataDir).value_or(InstanceLink::Quality{});
        return m_quality;
    }

private:
    using Stamp = std::tuple<ino_t, off_t, time_t, long>;
    QString m_dataDir;
    QByteArray m_path;
    Stamp m_stamp;
    InstanceLink::Quality m_quality;
};

}

InstanceLinks::InstanceLinks(QString dataDir, InstanceHost &host)
    : m_dataDir(std::move(dataDir))
    , m_host(host)
{
}

QString InstanceLinks::open(const QString &address, const QString &wanted)
{
    if (!plannedLink(m_dataDir))
        return address;
    QString shown = m_host.reserveAddress(wanted);
    if (shown.isEmpty())
        return {};
    auto link = std::make_unique<InstanceLink>(shown, address, [planned = Planned(m_dataDir)]() mutable { return planned.now(); });
    const std::lock_guard lock(m_mutex);
    m_ways.insert_or_assign(address, Way{shown, std::move(link)});
    return shown;
}

void InstanceLinks::close(const QString &address)
{
    Way way;
    {
        const std::lock_guard lock(m_mutex);
        if (auto found = m_ways.extract(address))
            way = std::move(found.mapped());
    }
    if (!way.link)
        return;
    way.link.reset(); // before somebody else gets the address
    m_host.releaseAddress(way.shown);
}

void InstanceLinks::closeAll()
{
    const std::lock_guard lock(m_mutex);
    for (const auto &[address, way] : std::exchange(m_ways, {}))
        m_host.releaseAddress(way.shown);
}

}
