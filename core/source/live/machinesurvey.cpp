#include "core/source/live/machinesurvey.h"

#include "core/base/files.h"

#include <QCollator>
#include <QLocale>
#include <algorithm>

namespace edgelift {

namespace {

constexpr qint64 mostTableBytes = 16 << 20;

bool isReadOnly(const MountEntry &mount) { return mount.superOptions.contains(QStringLiteral("ro")); }

/// Gathers what one survey finds.
class Surveyor
{
public:
    Surveyor(const MachineView &view, const QList<MountEntry> &mounts, MachineSurvey &survey)
        : m_view(view)
        , m_survey(survey)
        , m_stack(survey.devices, mounts, view.disks)
    {
        for (const MountEntry &mount : mounts)
            addMount(mount);
    }
    void addSwap(const QString &path)
    {
        Use use{{UseFacts::Kind::Swap, path, {}, {}, {}, {}, {}, false}, m_stack.ofPath(path), {}};
        use.placement.obstacles.clear(); // what swap holds is never copied
        add(std::move(use));
    }
    void addStacks()
    {
        for (const BlockDevice &device : m_survey.devices.all()) {
            const bool used = std::any_of(m_survey.uses.begin(), m_survey.uses.end(), [&](const Use &use) { return isTop(use, device); });
            if (used || device.size.count == 0 || !DeviceStack::isStacked(device) || m_survey.devices.isHeld(device.name))
                continue;
            const QString name = device.mapperName.isEmpty() ? device.name : device.mapperName;
            add({{UseFacts::Kind::Stack, name, {}, {}, {}, {}, {}, false}, m_stack.ofDevice(device), {}});
        }
    }
    void listDisks()
    {
        QSet<QString> used;
        for (const Use &use : std::as_const(m_survey.uses))
            used.unite(QSet<QString>(use.placement.disks.begin(), use.placement.disks.end()));
        for (const BlockDevice &device : m_survey.devices.all()) {
            const bool wanted =
                m_view.disks.isEmpty() ? !device.removable || used.contains(device.name) : m_view.disks.contains(device.name);
            if (wanted && m_stack.isDisk(device))
                m_survey.disks.append(device.name);
        }
        QCollator numbers{QLocale::c()};
        numbers.setNumericMode(true);
        std::sort(m_survey.disks.begin(), m_survey.disks.end(), numbers);
    }

private:
    bool isTop(const Use &use, const BlockDevice &device) const
    {
        const BlockDevice *mounted =
            use.mount.major == 0 ? m_survey.devices.byPath(use.mount.source) : m_survey.devices.byNumber(use.mount.major, use.mount.minor);
        if (use.facts.kind == UseFacts::Kind::Swap)
            mounted = m_survey.devices.byPath(use.facts.place);
        return mounted && (mounted->name == device.name || mounted->disk == device.name);
    }
    /// The mount point as the system that is looked at has it; empty: not below its root.
    QString inside(const QString &point) const
    {
        if (m_view.root == QLatin1String("/"))
            return point;
        if (point == m_view.root)
            return QStringLiteral("/");
        return point.startsWith(m_view.root + QLatin1Char('/')) ? point.mid(m_view.root.size()) : QString();
    }
    void addMount(const MountEntry &mount)
    {
        const QString point = inside(mount.mountPoint);
        if (point.isEmpty())
            return;
        if (DeviceStack::isElsewhere(mount)) {
            m_survey.elsewhere.append(point);
            return;
        }
        const QString device = QStringLiteral("%1:%2").arg(mount.major).arg(mount.minor);
        const bool known =
            std::any_of(m_survey.uses.begin(), m_survey.uses.end(), [&device](const Use &use) { return use.facts.device == device; });
        if (known && mount.root != QLatin1String("/") && mount.fsType != QLatin1String("btrfs"))
            return; // a piece of it seen elsewhere: hosts of containers have thousands
        Use use{{UseFacts::Kind::Mount, point, mount.fsType, device, {}, {}, {}, isReadOnly(mount)}, m_stack.ofMount(mount), mount};
        if (use.placement.disks.isEmpty() && use.placement.obstacles.isEmpty()) {
            if (mount.major != 0) // a disc
                m_survey.elsewhere.append(point);
            return; // made up by the kernel
        }
        add(std::move(use));
    }
    void add(Use use)
    {
        const auto named = [this](const QString &disk) { return m_view.disks.contains(disk); };
        const QStringList &disks = use.placement.disks;
        if (!m_view.disks.isEmpty() && !std::any_of(disks.begin(), disks.end(), named))
            return; // of the machine that the named disks are plugged into
        use.facts.layers = use.placement.layers;
        for (ObstacleFacts obstacle : std::as_const(use.placement.obstacles)) {
            obstacle.user = use.facts.place;
            const bool known = std::any_of(m_survey.obstacles.begin(), m_survey.obstacles.end(),
                [&obstacle](const ObstacleFacts &other) { return other.kind == obstacle.kind && other.user == obstacle.user; });
            if (!known)
                m_survey.obstacles.append(obstacle);
        }
        m_survey.uses.append(std::move(use));
    }

    const MachineView &m_view;
    MachineSurvey &m_survey;
    const DeviceStack m_stack;
};

}

bool MachineSurvey::isMounted(const BlockDevice &device) const
{
    return std::any_of(uses.begin(), uses.end(), [&](const Use &use) {
        const BlockDevice *mounted =
            use.mount.major == 0 ? devices.byPath(use.mount.source) : devices.byNumber(use.mount.major, use.mount.minor);
        return use.facts.kind == UseFacts::Kind::Mount && mounted && mounted->name == device.name;
    });
}

Result<MachineSurvey> surveyMachine(const MachineView &view)
{
    const Result<QByteArray> table = readFile(view.proc + QStringLiteral("/self/mountinfo"), mostTableBytes);
    if (!table)
        return table.error();
    MachineSurvey survey;
    survey.devices = BlockDevices::read(view.sys);
    const QList<MountEntry> mounts = parseMountInfo(*table);
    Surveyor surveyor(view, mounts, survey);
    const Result<QByteArray> swaps = readFile(view.proc + QStringLiteral("/swaps"), mostTableBytes);
    for (const QString &path : swaps ? parseSwaps(*swaps) : QStringList())
        surveyor.addSwap(path);
    surveyor.addStacks();
    surveyor.listDisks();
    return survey;
}

}
