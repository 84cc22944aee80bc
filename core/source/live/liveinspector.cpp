#include "core/source/live/liveinspector.h"

#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/guest/osinspect.h"
#include "core/source/excludes.h"
#include "core/source/live/network.h"
#include "core/source/probe.h"

#include <QFile>
#include <QFileInfo>
#include <algorithm>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

namespace edgelift {

namespace {

const auto slash = QStringLiteral("/");

std::vector<OpenedDisk> opened(const std::vector<DiskNode> &nodes)
{
    std::vector<OpenedDisk> disks;
    disks.reserve(nodes.size());
    for (const DiskNode &node : nodes)
        disks.push_back({node.path(), node.device().name, node.device().size, node.otherId(), false});
    return disks;
}

QString line(const QString &path)
{
    const Result<QByteArray> content = readFile(path, 65536);
    return content ? QString::fromUtf8(*content).section(QLatin1Char('\n'), 0, 0).trimmed() : QString();
}

/// "MemAvailable: 1234 kB"
Bytes freeMemory(const QString &proc)
{
    const Result<QByteArray> content = readFile(proc + QStringLiteral("/meminfo"), 65536);
    for (const QByteArray &each : content ? content->split('\n') : QList<QByteArray>()) {
        const QList<QByteArray> words = each.simplified().split(' ');
        quint64 bytes = 0;
        if (words.constFirst() == "MemAvailable:" && !__builtin_mul_overflow(words.value(1).toULongLong(), 1024ULL, &bytes))
            return Bytes{bytes};
    }
    return Bytes{0};
}

}

LiveInspector::LiveInspector(
    const MachineView &view, const MachineSurvey &survey, const std::vector<DiskNode> &nodes, QString folder, std::stop_token stop)
    : DiskScan(opened(nodes), std::move(stop))
    , m_view(view)
    , m_survey(survey)
    , m_nodes(nodes)
    , m_folder(std::move(folder))
{
}

Result<> LiveInspector::run()
{
    forgetCached();
    if (Result<> scanned = scan(); !scanned)
        return scanned;
    settleUses();
    const QString mountFolder = m_folder + QStringLiteral("/system");
    if (Result<> made = makeFolder(mountFolder); !made)
        return made;
    if (Result<> looked = inPrivateMounts(mountFolder, [this](GuestMounts &mounts) { look(mounts); }); !looked)
        return looked;
    if (m_stop.stop_requested())
        return Error{ErrorCode::SourceUnreadable, Retry::AfterUserAction, {line(m_view.proc + QStringLiteral("/sys/kernel/hostname"))},
            QStringLiteral("stopped")};
    assignMountPoints();
    markBoot(m_rootVolume);
    settleBootMode();
    settleMachine();
    settleOrder();
    m_facts.live = m_live;
    return ok();
}

/// Tables first, for where the rest is to be looked for follows from them.
void LiveInspector::forgetCached() const
{
    for (const DiskNode &node : m_nodes) {
        node.forgetCached(Bytes{0}, node.device().size);
        const Result<PartitionTable> table = readPartitionTable(node.path(), node.device().name);
        for (const Partition &partition : table ? table->partitions : QList<Partition>())
            node.forgetCached(partition.offset, partition.size);
    }
}

/// Its superblock is in the first segment: extents of LVM are larger than what is looked at.
Result<QString> LiveInspector::viewOf(const VolumeFacts &volume, Bytes *offset)
{
    const DiskSegment &first = volume.segments.constFirst();
    *offset = first.offset;
    m_nodes.at(size_t(diskIds().indexOf(first.disk))).forgetCached(first.offset, first.length);
    return pathOf(first.disk);
}

/// Loop devices only where the kernel shows no partitions: udev would take one for the volume itself.
Result<QString> LiveInspector::lvmDevice(const VolumeFacts &volume)
{
    const DiskNode &disk = m_nodes.at(size_t(diskIds().indexOf(volume.disk)));
    if (volume.kind == VolumeFacts::Kind::WholeDisk)
        return disk.path();
    const Bytes offset = volume.segments.constFirst().offset;
    for (const BlockDevice &device : m_survey.devices.all()) {
        const QString path = m_view.dev + devicePath(device.name).mid(4);
        if (device.disk == disk.device().name && device.start == offset && isNodeOf(path, device))
            return path;
    }
    Result<LoopDevice> loop = LoopDevice::attach(disk.path(), offset, volume.size);
    if (!loop)
        return loop.error();
    m_physical.push_back(loop.take());
    return m_physical.back().path();
}

/// One disk nobody understands must not hide the others.
Result<> LiveInspector::bear(const QString &subject, const Error &error)
{
    if (m_stop.stop_requested())
        return error;
    const bool refused = error.code == ErrorCode::PermissionDenied || error.code == ErrorCode::SourceUnreadable; // we are root
    const QString reason = refused && !error.detail.isEmpty() ? error.detail : describe(error).message;
    m_live.unreadable.append({subject, reason});
    note(subject, reason);
    return ok();
}

/// Here names of devices mean what they say; links in /dev/disk are followed.
const VolumeFacts *LiveInspector::volumeFor(const QString &spec) const
{
    if (!spec.startsWith(QLatin1String("/dev/")))
        return resolveSpec(spec, m_facts.volumes, m_names, {});
    const QString inside = m_view.dev + spec.mid(4);
    const QString real = QFileInfo(inside).canonicalFilePath();
    const BlockDevice *device = m_survey.devices.byPath(spec);
    if (!device && real.startsWith(m_view.dev + slash))
        device = m_survey.devices.byPath(QStringLiteral("/dev") + real.mid(m_view.dev.size()));
    if (!device)
        return resolveSpec(spec, m_facts.volumes, m_names, {}); // a logical volume that is not active
    return m_facts.volume(volumeOf(DeviceStack(m_survey.devices, {}, m_view.disks).ofDevice(*device)));
}

QString LiveInspector::diskId(const QString &name) const
{
    for (size_t i = 0; i < m_nodes.size(); ++i) {
        if (m_nodes.at(i).device().name == name)
            return diskIds().at(qsizetype(i));
    }
    return {};
}

QString LiveInspector::volumeOf(const Placement &placement) const
{
    if (!placement.mapperUuid.isEmpty()) {
        constexpr qsizetype prefix = 4; // "LVM-"
        constexpr qsizetype uuidLetters = 32;
        const QString wanted = placement.mapperUuid.mid(prefix, uuidLetters);
        for (auto group = m_groupNames.begin(); group != m_groupNames.end(); ++group) {
            const QString id = group.value() + slash + logicalVolumeId(placement.mapperName).section(slash, 1);
            if (QString(group.key()).remove(QLatin1Char('-')) == wanted && m_facts.volume(id))
                return id;
        }
    }
    if (placement.disk.isEmpty())
        return {};
    const QString disk = diskId(placement.disk);
    QString found;
    for (const VolumeFacts &volume : m_facts.volumes) { // logical ones come last, and are what is meant
        const bool here = !volume.segments.isEmpty() && volume.segments.constFirst().disk == disk
            && volume.segments.constFirst().offset == placement.offset;
        found = here ? volume.id : found;
    }
    return found;
}

/// What is in use, in terms of disks and volumes; mount points and used bytes of the volumes.
void LiveInspector::settleUses()
{
    for (const Use &use : m_survey.uses) {
        UseFacts facts = use.facts;
        facts.volume = volumeOf(use.placement);
        for (const QString &name : use.placement.disks) {
            if (const QString id = diskId(name); !id.isEmpty())
                facts.disks.append(id);
        }
        facts.disks.sort();
        const VolumeFacts *found = m_facts.volume(facts.volume);
        if (found && facts.kind == UseFacts::Kind::Mount) {
            VolumeFacts &volume = m_facts.volumes[found - m_facts.volumes.constData()];
            measure(use, volume);
            if (volume.mountPoint.isEmpty())
                volume.mountPoint = facts.place;
            if (m_sharedGroups.contains(facts.volume.section(slash, 0, 0)) && volume.kind == VolumeFacts::Kind::LogicalVolume)
                m_live.obstacles.append({ObstacleFacts::Kind::Cluster, facts.place, facts.volume});
        }
        if (facts.kind == UseFacts::Kind::Mount && facts.place == slash)
            m_rootVolume = facts.volume; // the last one hides those before it
        m_live.uses.append(facts);
    }
    m_live.obstacles = m_survey.obstacles + m_live.obstacles;
    m_live.elsewhere = m_survey.elsewhere;
}

void LiveInspector::measure(const Use &use, VolumeFacts &volume) const
{
    const QByteArray path = QFile::encodeName(use.mount.mountPoint);
    struct stat about
    {
    };
    struct statvfs room
    {
    };
    const bool here = ::stat(path.constData(), &about) == 0 && about.st_dev == makedev(use.mount.major, use.mount.minor);
    quint64 free = 0;
    if (!here || ::statvfs(path.constData(), &room) != 0 || __builtin_mul_overflow(quint64(room.f_bfree), quint64(room.f_frsize), &free))
        return; // hidden below another mount: what the superblock says has to do
    const DiskSegment &first = volume.segments.constFirst();
    volume.used = usedBytesMounted(pathOf(first.disk), first.offset, volume.size, volume.fs, Bytes{free});
}

void LiveInspector::look(GuestMounts &mounts)
{
    const Result<QString> path = mounts.bind(m_view.root);
    const Result<GuestTree> tree = path ? GuestTree::open(*path) : Result<GuestTree>(path.error());
    if (!tree) {
        note(slash, QStringLiteral("cannot be looked into: %1").arg(describe(tree.error()).message));
        return;
    }
    bindBelow(*tree, *path, mounts);
    m_facts.fstab = parseFstab(tree->read(QStringLiteral("/etc/fstab")));
    QStringList texts;
    m_facts.os = inspectOs(*tree, texts, m_stop);
    for (const QString &text : std::as_const(texts))
        note(slash, text);
    m_live.dnsServers = dnsServers(tree->read(QStringLiteral("/etc/resolv.conf"), 65536));
    const Result<QStringList> excludes = excludePatterns(tree->readStart(excludesFile, excludesMost + 1));
    if (excludes)
        m_live.excludes = *excludes;
    else
        note(excludesFile, QStringLiteral("not used: ") + excludes.error().detail);
}

/// Mounts that wait for somebody to come (autofs) are left alone: looking would mount them.
void LiveInspector::bindBelow(const GuestTree &tree, const QString &root, GuestMounts &mounts)
{
    for (const char *point : {"/usr", "/boot", "/boot/efi", "/efi"}) {
        const QString place = QString::fromLatin1(point);
        const auto use = std::find_if(m_survey.uses.begin(), m_survey.uses.end(),
            [&place](const Use &each) { return each.facts.kind == UseFacts::Kind::Mount && each.facts.place == place; });
        if (use == m_survey.uses.end() || !tree.isFolder(place))
            continue;
        const Result<> bound = mounts.bind(use->mount.mountPoint, root + tree.canonical(place));
        if (!bound)
            note(place, QStringLiteral("cannot be looked into: %1").arg(logLine(bound.error())));
    }
}

void LiveInspector::settleBootMode()
{
    const DiskFacts *system = m_facts.systemDisk();
    const bool grub = std::any_of(diskIds().begin(), diskIds().end(), [this](const QString &id) { return m_tables.value(id).grubCode; });
    if (QFile::exists(m_view.sys + QStringLiteral("/firmware/efi")))
        m_facts.bootMode = BootMode::Uefi;
    else if (grub || (system && m_tables.value(system->id).bootCode))
        m_facts.bootMode = BootMode::Bios;
}

void LiveInspector::settleMachine()
{
    const QString kernel = m_view.proc + QStringLiteral("/sys/kernel/");
    m_live.bootId = line(kernel + QStringLiteral("random/boot_id"));
    m_live.hardwareId = line(m_view.sys + QStringLiteral("/class/dmi/id/product_uuid")).toLower();
    m_live.kernel = line(kernel + QStringLiteral("osrelease"));
    m_live.freeMemory = freeMemory(m_view.proc);
    m_live.nics = readNics(m_view.sys, localAddresses());
    m_live.routes = readRoutes(m_view.proc);
    if (m_facts.os.hostName.isEmpty())
        m_facts.os.hostName = line(kernel + QStringLiteral("hostname"));
    m_facts.sourceName = m_facts.os.hostName;
    const QString enforce = line(m_view.sys + QStringLiteral("/fs/selinux/enforce"));
    if (!enforce.isEmpty())
        m_facts.os.selinux = enforce == QLatin1String("1") ? QStringLiteral("enforcing") : QStringLiteral("permissive");
    else if (!m_facts.os.selinux.isEmpty())
        m_facts.os.selinux = QStringLiteral("disabled"); // whatever the next start would bring
    for (size_t i = 0; i < m_nodes.size(); ++i) {
        if (m_nodes.at(i).isKnownByPlaceOnly() && m_tables.value(diskIds().at(qsizetype(i))).id.isEmpty())
            m_live.byPlace.append(m_nodes.at(i).device().name);
    }
}

}
