#include "core/guest/guestmounts.h"

#include "core/base/fd.h"
#include "core/base/files.h"

#include <QFile>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace edgelift {

namespace {

struct Way
{
    const char *type;
    QStringList options; ///< tried in order: the kernels that are around differ
};

Way wayFor(FsType fs, GuestAccess access = GuestAccess::Untouched)
{
    const bool untouched = access == GuestAccess::Untouched;
    switch (fs) {
    case FsType::Ext2:
    case FsType::Ext3:
    case FsType::Ext4:
        return {"ext4", untouched ? QStringList{QStringLiteral("noload"), QString()} : QStringList{QString()}};
    case FsType::Xfs:
        return {"xfs", {untouched ? QStringLiteral("norecovery,nouuid") : QStringLiteral("nouuid")}};
    case FsType::Btrfs:
        return {"btrfs",
            untouched ? QStringList{QStringLiteral("rescue=nologreplay"), QStringLiteral("nologreplay"), QString()}
                      : QStringList{QString()}};
    case FsType::Vfat:
        return {"vfat", {QString()}};
    case FsType::Empty:
    case FsType::Unknown:
    case FsType::Swap:
    case FsType::LvmPhysicalVolume:
    case FsType::MdMember:
    case FsType::Crypt:
        return {nullptr, {}};
    }
    Q_UNREACHABLE();
}

/// The kernel remembers every btrfs device it ever saw by its path; the next loop device with that path would be mistaken for it.
void forgetBtrfs(const QString &device)
{
    const Fd control(::open("/dev/btrfs-control", O_RDWR | O_CLOEXEC));
    btrfs_ioctl_vol_args args{};
    std::strncpy(args.name, QFile::encodeName(device).constData(), sizeof args.name - 1);
    if (control)
        ::ioctl(control.get(), BTRFS_IOC_FORGET_DEV, &args);
}

/// Its modules are loaded for that. A kernel before 5.2 cannot be asked: then mounting tells.
bool kernelKnowsFat()
{
    const Fd context(int(::syscall(SYS_fsopen, "vfat", 0)));
    return context || errno != ENODEV;
}

Result<> enterNamespace(const QString &folder)
{
    if (::unshare(CLONE_FS | CLONE_NEWNS) != 0)
        return errnoError(errno, ErrorCode::ToolFailed, QStringLiteral("unshare"));
    // In a chroot "/" is no mount (EINVAL), and what it lies on cannot be reached. Then others may see the empty folder for our mounts,
    // but not what is mounted below it.
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 && errno != EINVAL)
        return errnoError(errno, ErrorCode::ToolFailed, QStringLiteral("mount"));
    constexpr auto flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    const QByteArray target = QFile::encodeName(folder);
    if (::mount("edgelift", target.constData(), "tmpfs", flags, "mode=0700,size=1m") != 0
        || ::mount(nullptr, target.constData(), nullptr, MS_PRIVATE, nullptr) != 0)
        return errnoError(errno, ErrorCode::ToolFailed, QStringLiteral("mount"));
    return ok();
}

}

bool isMountable(FsType fs) { return wayFor(fs).type != nullptr; }

Result<> GuestMounts::mountOn(const QString &device, FsType fs, const QString &subvolume, const QString &name, const QString &target)
{
    const unsigned long flags = (m_access == GuestAccess::Writable ? 0 : MS_RDONLY) | MS_NOSUID | MS_NODEV | MS_NOEXEC;
    const Way way = wayFor(fs, m_access);
    if (fs == FsType::Vfat && !kernelKnowsFat()) {
        const Result<QString> shown = showFat(device, name);
        if (!shown)
            return shown.error();
        const bool bound =
            ::mount(QFile::encodeName(*shown).constData(), QFile::encodeName(target).constData(), nullptr, MS_BIND, nullptr) == 0;
        return bound ? ok() : Result<>(errnoError(errno, ErrorCode::ToolFailed, QStringLiteral("mount")));
    }
    if (!way.type)
        return Error{ErrorCode::FilesystemDamaged, Retry::Never, {name, QStringLiteral("it cannot be mounted")}, {}};
    int problem = EINVAL;
    for (const QString &option : way.options) {
        QStringList all;
        if (!option.isEmpty())
            all.append(option);
        if (!subvolume.isEmpty())
            all.append(subvolume);
        const QByteArray data = all.join(QLatin1Char(',')).toUtf8();
        if (::mount(QFile::encodeName(device).constData(), QFile::encodeName(target).constData(), way.type, flags, data.constData()) == 0) {
            if (fs == FsType::Btrfs)
                m_btrfsDevices.append(device);
            return ok();
        }
        problem = errno;
        if (problem != EINVAL)
            break;
    }
    if (fs == FsType::Btrfs)
        forgetBtrfs(device);
    if (problem == EPERM)
        return errnoError(problem, ErrorCode::FilesystemDamaged, name);
    return Error{ErrorCode::FilesystemDamaged, Retry::AfterUserAction, {name, QString::fromLocal8Bit(std::strerror(problem))},
        QStringLiteral("mount %1 as %2").arg(device, QLatin1String(way.type))};
}

Result<QString> GuestMounts::makeTarget()
{
    const QString target = QStringLiteral("%1/%2").arg(m_folder).arg(++m_count);
    if (::mkdir(QFile::encodeName(target).constData(), 0700) != 0)
        return errnoError(errno, ErrorCode::FileUnwritable, target);
    return target;
}

Result<QString> GuestMounts::showFat(const QString &device, const QString &name)
{
    const Result<QString> target = makeTarget();
    if (!target)
        return target;
    if (::mount("edgelift", QFile::encodeName(*target).constData(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") != 0)
        return errnoError(errno, ErrorCode::ToolFailed, QStringLiteral("mount"));
    m_mounted.append(*target);
    Result<FatFolder> files = FatFolder::open(device, *target, name);
    if (!files)
        return files.error();
    m_fat.push_back(files.take());
    return target;
}

Result<> GuestMounts::writeBack(const std::stop_token &stop)
{
    for (FatFolder &fat : m_fat) {
        if (Result<> written = fat.writeBack(stop); !written)
            return written;
    }
    return ok();
}

Result<QString> GuestMounts::mount(const QString &device, FsType fs, const QString &subvolume, const QString &name)
{
    if (fs == FsType::Vfat && !kernelKnowsFat())
        return showFat(device, name);
    const Result<QString> target = makeTarget();
    if (!target)
        return target;
    if (const Result<> mounted = mountOn(device, fs, subvolume, name, *target); !mounted)
        return mounted.error();
    m_mounted.append(*target);
    return target;
}

Result<> GuestMounts::bind(const QString &folder, const QString &target)
{
    constexpr unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
    const QByteArray at = QFile::encodeName(target);
    if (::mount(QFile::encodeName(folder).constData(), at.constData(), nullptr, MS_BIND, nullptr) != 0)
        return errnoError(errno, ErrorCode::ToolFailed, QStringLiteral("mount"));
    if (::mount(nullptr, at.constData(), nullptr, flags, nullptr) == 0)
        return ok();
    const int problem = errno;
    ::umount2(at.constData(), MNT_DETACH);
    return errnoError(problem, ErrorCode::ToolFailed, QStringLiteral("mount"));
}

Result<QString> GuestMounts::bind(const QString &folder)
{
    const Result<QString> target = makeTarget();
    if (!target)
        return target;
    if (const Result<> bound = bind(folder, *target); !bound)
        return bound.error();
    m_mounted.append(*target);
    return target;
}

void GuestMounts::unmountAll()
{
    m_fat.clear();
    while (!m_mounted.isEmpty()) // mounts below mounts go first: MNT_DETACH takes whole trees
        ::umount2(QFile::encodeName(m_mounted.takeLast()).constData(), MNT_DETACH);
    while (!m_btrfsDevices.isEmpty())
        forgetBtrfs(m_btrfsDevices.takeLast());
}

Result<> inPrivateMounts(const QString &folder, const std::function<void(GuestMounts &)> &work)
{
    Result<> outcome = ok();
    std::thread thread([&outcome, &folder, &work] {
        outcome = enterNamespace(folder);
        if (!outcome)
            return;
        try {
            GuestMounts mounts(folder);
            work(mounts);
        } catch (const std::exception &problem) {
            outcome = Error{ErrorCode::Internal, Retry::Never, {}, QString::fromLocal8Bit(problem.what())};
        }
        ::umount2(QFile::encodeName(folder).constData(), MNT_DETACH); // in a chroot it does not go with the namespace
    });
    thread.join();
    return outcome;
}

}
