#include "core/base/loopdevice.h"

#include "core/base/files.h"

#include <QFile>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace edgelift {

namespace {

/// Without udev or devtmpfs the node of a fresh device may be missing.
Fd openNode(int number, const QByteArray &path, int flags)
{
    constexpr unsigned loopMajor = 7;
    Fd node(::open(path.constData(), flags));
    if (!node && errno == ENOENT && ::mknod(path.constData(), S_IFBLK | 0600, makedev(loopMajor, unsigned(number))) == 0)
        node.reset(::open(path.constData(), flags));
    return node;
}

/// 0 or errno.
int configure(int device, int file, Bytes offset, Bytes length, LoopDevice::Access access)
{
    loop_config config{};
    config.fd = quint32(file);
    config.info.lo_offset = offset.count;
    config.info.lo_sizelimit = length.count;
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR | (access == LoopDevice::Access::ReadOnly ? LO_FLAGS_READ_ONLY : 0);
    if (::ioctl(device, LOOP_CONFIGURE, &config) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOTTY)
        return errno;
    // Kernels before 5.8 do it in two steps. Read-only follows from how the file was opened.
    if (::ioctl(device, LOOP_SET_FD, file) != 0)
        return errno;
    if (::ioctl(device, LOOP_SET_STATUS64, &config.info) == 0)
        return 0;
    const int problem = errno;
    ::ioctl(device, LOOP_CLR_FD, 0);
    return problem;
}

}

Result<LoopDevice> LoopDevice::attach(const QString &file, Bytes offset, Bytes length, Access access)
{
    const int flags = (access == Access::ReadOnly ? O_RDONLY : O_RDWR) | O_CLOEXEC;
    const Fd backing(::open(QFile::encodeName(file).constData(), flags));
    if (!backing)
        return errnoError(errno, ErrorCode::SourceUnreadable, file);
    const Fd control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
    if (!control)
        return errnoError(errno, ErrorCode::ToolFailed, QStringLiteral("/dev/loop-control"));
    int problem = EBUSY;
    for (int attempt = 0; attempt < 64 && problem == EBUSY; ++attempt) { // somebody else may take the free one first
        const int number = ::ioctl(control.get(), LOOP_CTL_GET_FREE);
        if (number < 0)
            return errnoError(errno, ErrorCode::ToolFailed, QStringLiteral("/dev/loop-control"));
        const QString path = QStringLiteral("/dev/loop%1").arg(number);
        Fd device = openNode(number, QFile::encodeName(path), flags);
        if (!device)
            return errnoError(errno, ErrorCode::ToolFailed, path);
        problem = configure(device.get(), backing.get(), offset, length, access);
        if (problem == 0)
            return LoopDevice(std::move(device), path);
    }
    return errnoError(problem, ErrorCode::ToolFailed, QStringLiteral("/dev/loop-control"));
}

}
