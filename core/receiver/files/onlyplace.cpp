#include "core/receiver/files/onlyplace.h"

#include "core/base/log.h"

#include <QFile>
#include <cerrno>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace edgelift::files {

void makeOnlyPlaceToWrite(const QString &target)
{
    struct mount_attr readOnly = {};
    readOnly.attr_set = MOUNT_ATTR_RDONLY;
    struct mount_attr writable = {};
    writable.attr_clr = MOUNT_ATTR_RDONLY;
    const QByteArray place = QFile::encodeName(target);
    if (::syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &readOnly, sizeof readOnly) != 0
        || ::syscall(SYS_mount_setattr, AT_FDCWD, place.constData(), 0, &writable, sizeof writable) != 0)
        log::warning("receiver", QStringLiteral("other mounts stay writable for rsync"), {{QStringLiteral("why"), qt_error_string(errno)}});
}

}
