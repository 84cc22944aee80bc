#include "core/guest/fileflags.h"

#include "core/base/fd.h"

#include <QFile>
#include <fcntl.h>
#include <fts.h>
#include <linux/fs.h>
#include <memory>
#include <sys/ioctl.h>

namespace edgelift {

namespace {

constexpr qsizetype examplesMost = 10;

bool isProtected(const char *path)
{
    const Fd file(::open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    int flags = 0;
    return file && ::ioctl(file.get(), FS_IOC_GETFLAGS, &flags) == 0 && (flags & (FS_IMMUTABLE_FL | FS_APPEND_FL)) != 0;
}

}

FileFlags protectedFiles(const QString &folder, const std::stop_token &stop)
{
    FileFlags out;
    QByteArray top = QFile::encodeName(folder);
    const qsizetype prefix = top.size();
    char *paths[] = {top.data(), nullptr};
    const std::unique_ptr<FTS, int (*)(FTS *)> walk(::fts_open(paths, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, nullptr), ::fts_close);
    while (const FTSENT *entry = walk && !stop.stop_requested() ? ::fts_read(walk.get()) : nullptr) {
        if ((entry->fts_info != FTS_F && entry->fts_info != FTS_D) || !isProtected(entry->fts_path))
            continue;
        ++out.protectedFiles;
        if (out.examples.size() < examplesMost)
            out.examples.append(QFile::decodeName(entry->fts_path).mid(prefix));
    }
    return out;
}

}
