#include "core/receiver/convert/guestassembly.h"

#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/guest/osinspect.h"

#include <QDir>
#include <QFile>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/mount.h>
#include <thread>

namespace edgelift::convert {

namespace {

using bootfix::ConvertedVolume;
using bootfix::TargetLayout;
using namespace std::chrono_literals;

const auto slash = QStringLiteral("/");

/// What conversion looks into; the rest of a server's data is not its business.
bool isLookedInto(const QString &mountPoint)
{
    for (const char *folder : {"/usr", "/boot", "/efi", "/var", "/etc"}) {
        if (mountPoint == QLatin1String(folder) || mountPoint.startsWith(QLatin1String(folder) + slash))
            return true;
    }
    return false;
}

QString rootOptions(const ConvertOrder &order)
{
    const auto entry =
        std::find_if(order.source.fstab.begin(), order.source.fstab.end(), [](const FstabEntry &one) { return one.mountPoint == slash; });
    return entry == order.source.fstab.end() ? QString() : subvolumeOption(entry->options);
}

/// A few processes may still be on their way out.
int unmountFirmly(const QString &path)
{
    constexpr int attempts = 50;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        if (::umount2(QFile::encodeName(path).constData(), 0) == 0)
            return 0;
        if (errno != EBUSY)
            return errno;
        std::this_thread::sleep_for(100ms);
    }
    return EBUSY;
}

}

TargetLayout layoutOf(const ConvertOrder &order)
{
    TargetLayout layout;
    layout.bootMode = order.bootMode == BootMode::Uefi ? BootMode::Uefi : BootMode::Bios;
    layout.sourceDisks = order.sourceDisks;
    layout.tablesKept = order.tablesKept;
    for (const VolumeFacts &facts : order.source.volumes) {
        ConvertedVolume volume;
        volume.source = facts;
        volume.migrated = false;
        for (const PartitionNames &names : order.names) {
            if (names.volume == facts.id)
                volume.names = {names.uuid, names.label};
        }
        for (const VolumePlace &place : order.places) {
            if (place.volume != facts.id)
                continue;
            volume.migrated = true;
            volume.uuid = place.uuid;
            volume.label = place.label;
            volume.partUuid = place.partUuid;
            volume.disk = place.segments.isEmpty() ? 0 : place.segments.constFirst().disk.toInt();
            volume.partition = place.partition;
            volume.logicalVolume = place.logicalVolume;
        }
        layout.volumes.append(volume);
    }
    return layout;
}

GuestAssembly::~GuestAssembly()
{
    while (!m_mounted.isEmpty())
        ::umount2(QFile::encodeName(m_mounted.takeLast()).constData(), MNT_DETACH);
}

QString GuestAssembly::rootSubvolume() const
{
    const QString option = rootOptions(m_parts.order);
    if (m_parts.layout.root()->source.fs != FsType::Btrfs || !option.startsWith(QLatin1String("subvol=")))
        return {};
    const QString name = option.mid(7);
    return name.startsWith(slash) ? name : slash + name;
}

Result<QString> GuestAssembly::deviceOf(const ConvertedVolume &volume)
{
    if (const auto known = m_windows.find(volume.source.id); known != m_windows.end())
        return known->second.device();
    const auto place = std::find_if(m_parts.order.places.begin(), m_parts.order.places.end(),
        [&volume](const VolumePlace &one) { return one.volume == volume.source.id; });
    if (place == m_parts.order.places.end())
        return Error{ErrorCode::VolumeUnsupported, Retry::Never, {volume.source.id, QStringLiteral("it has no place in the image")}, {}};
    if (const Result<> recovered = VolumeWindow::recover(m_parts.disks, *place, m_parts.scratch); !recovered)
        return recovered.error();
    const auto way = volume.source.fs == FsType::Vfat ? VolumeWindow::Way::Copy : VolumeWindow::Way::Usual;
    Result<VolumeWindow> window = VolumeWindow::open(m_parts.disks, *place, m_parts.scratch, way);
    if (!window)
        return window.error();
    return m_windows.emplace(volume.source.id, window.take()).first->second.device();
}

Result<> GuestAssembly::mount(GuestAccess access)
{
    m_access = access;
    m_mounts.setAccess(access);
    if (Result<> mounted = mountRoot(); !mounted)
        return mounted;
    const Result<GuestTree> tree = GuestTree::open(m_root);
    if (!tree)
        return tree.error();
    QList<FstabEntry> entries = parseFstab(tree->read(QStringLiteral("/etc/fstab")));
    std::stable_sort(entries.begin(), entries.end(),
        [](const FstabEntry &a, const FstabEntry &b) { return a.mountPoint.count(slash) < b.mountPoint.count(slash); });
    for (const FstabEntry &entry : std::as_const(entries)) {
        if (!isLookedInto(entry.mountPoint))
            continue;
        if (Result<> mounted = mountBelow(entry); !mounted)
            return mounted;
    }
    return ok();
}

Result<> GuestAssembly::mountRoot()
{
    const ConvertedVolume &volume = *m_parts.layout.root();
    const Result<QString> device = deviceOf(volume);
    if (!device)
        return device.error();
    const QString subvolume = volume.source.fs == FsType::Btrfs ? rootOptions(m_parts.order) : QString();
    const Result<QString> path = m_mounts.mount(*device, volume.source.fs, subvolume, volume.source.id);
    if (!path)
        return path.error();
    m_root = *path;
    m_mounted.append(m_root);
    const Result<GuestTree> tree = GuestTree::open(m_root);
    if (!tree || !isLinuxRoot(*tree))
        return Error{ErrorCode::NoRootFilesystem, Retry::Never, {volume.source.id}, QStringLiteral("it does not look like a root")};
    return ok();
}

Result<> GuestAssembly::mountBelow(const FstabEntry &entry)
{
    const TargetLayout &layout = m_parts.layout;
    const ConvertedVolume *volume = layout.resolve(entry.spec);
    for (const ConvertedVolume &one : layout.volumes) { // a name of the old machine that nobody can resolve here
        if (!volume && bootfix::isMachineName(entry.spec) && one.source.mountPoint == entry.mountPoint)
            volume = &one;
    }
    const Result<GuestTree> tree = GuestTree::open(m_root);
    const QString point = tree ? tree->canonical(entry.mountPoint) : QString();
    if (!volume || !volume->migrated || volume->source.fs == FsType::Swap || point.isEmpty() || point == slash || !tree->isFolder(point))
        return ok(); // no filesystem of this server, or nowhere to put it: fixes say what is to be said
    const Result<QString> device = deviceOf(*volume);
    if (!device)
        return device.error();
    const QString target = m_root + point;
    const Result<> mounted = volume->source.fs == FsType::Vfat
        ? mountFat(*volume, *device, target)
        : m_mounts.mountOn(*device, volume->source.fs, subvolumeOption(entry.options), volume->source.id, target);
    if (mounted)
        m_mounted.append(target);
    else if (volume->source.fs == FsType::Vfat)
        m_espHidden = true;
    else
        return mounted;
    return ok();
}

/// An error only says that nobody can look into it.
Result<> GuestAssembly::mountFat(const ConvertedVolume &volume, const QString &device, const QString &target)
{
    auto fat = m_fat.find(volume.source.id);
    if (fat == m_fat.end()) {
        const QString folder = m_parts.scratch + QStringLiteral("/fat-%1").arg(m_fat.size());
        QDir(folder).removeRecursively(); // left by a process that was killed
        Result<FatFolder> read = FatFolder::open(device, folder, volume.source.id);
        if (!read) {
            log::warning("convert", logLine(read.error()));
            return read.error();
        }
        fat = m_fat.emplace(volume.source.id, read.take()).first;
    }
    const QByteArray at = QFile::encodeName(target);
    if (::mount(QFile::encodeName(fat->second.path()).constData(), at.constData(), nullptr, MS_BIND, nullptr) != 0
        || ::mount(nullptr, at.constData(), nullptr, MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
        return errnoError(errno, ErrorCode::ToolFailed, QStringLiteral("mount"));
    return ok();
}

Result<> GuestAssembly::writeFatBack()
{
    Result<> outcome = ok();
    for (auto &[id, fat] : m_fat) {
        if (m_access == GuestAccess::Writable && outcome)
            outcome = fat.writeBack();
    }
    m_fat.clear();
    return outcome;
}

Result<> GuestAssembly::unmount()
{
    Result<> outcome = ok();
    while (!m_mounted.isEmpty()) {
        const QString path = m_mounted.takeLast();
        const int number = unmountFirmly(path);
        if (number == 0)
            continue;
        ::umount2(QFile::encodeName(path).constData(), MNT_DETACH);
        if (outcome)
            outcome =
                Error{ErrorCode::ToolFailed, Retry::AfterWait, {QStringLiteral("umount")}, QString::fromLocal8Bit(std::strerror(number))};
    }
    m_mounts.unmountAll();
    m_root.clear();
    const Result<> written = writeFatBack();
    return outcome ? written : outcome;
}

Result<> GuestAssembly::close()
{
    Result<> outcome = ok();
    for (auto &[id, window] : m_windows) {
        if (Result<> closed = window.close(); !closed && outcome)
            outcome = closed;
    }
    m_windows.clear();
    return outcome;
}

}
