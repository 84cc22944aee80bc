#include "core/receiver/files/volumeroom.h"

#include "core/base/fd.h"

#include <QFile>
#include <cerrno>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace edgelift::files {

bool isFull(const QString &path)
{
    constexpr quint64 hardly = 1U << 20;
    struct statvfs facts = {};
    if (::statvfs(QFile::encodeName(path).constData(), &facts) != 0)
        return false;
    const bool countsInodes = facts.f_files > 0; // btrfs and vfat do not
    return quint64(facts.f_bfree) * facts.f_frsize < hardly || (countsInodes && facts.f_ffree == 0);
}

int syncFilesystem(const QString &path)
{
    const Fd folder(::open(QFile::encodeName(path).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return folder && ::syncfs(folder.get()) == 0 ? 0 : errno;
}

}
