#include "core/simcloud/instanceplug.h"

#include "core/base/fd.h"

#include <QDir>
#include <QFile>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/loop.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace edgelift {

namespace {

struct Names
{
    QByteArray node; ///< /dev/vdc
    QByteArray target; ///< ../../vdc
    QByteArray link; ///< /dev/disk/by-id/virtio-…
};

Names namesOf(const InstanceDisk &disk)
{
    return {QFile::encodeName(QStringLiteral("/dev/") + disk.device), QFile::encodeName(QStringLiteral("../../") + disk.device),
        QFile::encodeName(QStringLiteral("/dev/disk/by-id/virtio-") + disk.serial)};
}

/// Runs `inside` in a child within the instance's mount namespace. The child makes system calls only: this process has threads.
template <class Inside>
Result<> inNamespace(pid_t init, const Inside &inside)
{
    const QByteArray path = QByteArray("/proc/") + QByteArray::number(init) + "/ns/mnt";
    const Fd space(::open(path.constData(), O_RDONLY | O_CLOEXEC));
    if (!space)
        return Error{ErrorCode::ToolFailed, Retry::AfterWait, {QStringLiteral("setns")}, QStringLiteral("the instance is not running")};
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(::setns(space.get(), CLONE_NEWNS) == 0 && inside() ? 0 : 1);
    int status = 0;
    while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) { }
    if (child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return Error{ErrorCode::ToolFailed, Retry::AfterWait, {QStringLiteral("setns")},
            QStringLiteral("the disk's node could not be changed in the instance")};
    return ok();
}

}

Result<> plugDisk(pid_t init, const InstanceDisk &disk)
{
    const Names names = namesOf(disk);
    const QByteArray path = QFile::encodeName(disk.path);
    // A mount that hangs nowhere yet: the file's path means nothing inside.
    const Fd tree(int(::syscall(SYS_open_tree, AT_FDCWD, path.constData(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)));
    if (!tree)
        return Error{
            ErrorCode::ToolFailed, Retry::Never, {disk.path}, QStringLiteral("open_tree: ") + QString::fromLocal8Bit(std::strerror(errno))};
    return inNamespace(init, [&] {
        const int node = ::open(names.node.constData(), O_CREAT | O_WRONLY | O_CLOEXEC, 0660);
        return node >= 0 && ::syscall(SYS_move_mount, tree.get(), "", AT_FDCWD, names.node.constData(), MOVE_MOUNT_F_EMPTY_PATH) == 0
            && (::symlink(names.target.constData(), names.link.constData()) == 0 || errno == EEXIST);
    });
}

Result<> unplugDisk(pid_t init, const InstanceDisk &disk)
{
    const Names names = namesOf(disk);
    return inNamespace(init, [&] {
        ::unlink(names.link.constData());
        return ::umount2(names.node.constData(), MNT_DETACH) == 0 && ::unlink(names.node.constData()) == 0;
    });
}

void releaseLoopDevices(const QList<InstanceDisk> &disks)
{
    for (const QString &name : QDir(QStringLiteral("/sys/block")).entryList({QStringLiteral("loop*")}, QDir::AllEntries | QDir::System)) {
        const Fd device(::open(QFile::encodeName(QStringLiteral("/dev/") + name).constData(), O_RDONLY | O_CLOEXEC));
        loop_info64 info{};
        if (!device || ::ioctl(device.get(), LOOP_GET_STATUS64, &info) != 0)
            continue;
        for (const InstanceDisk &disk : disks) {
            struct stat facts
            {
            };
            if (::stat(QFile::encodeName(disk.path).constData(), &facts) == 0 && facts.st_ino == info.lo_inode
                && facts.st_dev == info.lo_device)
                ::ioctl(device.get(), LOOP_CLR_FD, 0);
        }
    }
}

}
