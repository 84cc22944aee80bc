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

// Those of FS_FL_USER_MODIFIABLE (linux/fs.h) and the newer ones that a person sets, not those a filesystem sets for itself.
constexpr int protecting = FS_IMMUTABLE_FL | FS_APPEND_FL;
constexpr int tuning = FS_SECRM_FL | FS_UNRM_FL | FS_COMPR_FL | FS_SYNC_FL | FS_NODUMP_FL | FS_NOATIME_FL | FS_JOURNAL_DATA_FL
    | FS_NOTAIL_FL | FS_DIRSYNC_FL | FS_TOPDIR_FL | FS_NOCOW_FL | FS_PROJINHERIT_FL;

int flagsOf(const char *path)
{
    const Fd file(::open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    int flags = 0;
    return file && ::ioctl(file.get(), FS_IOC_GETFLAGS, &flags) == 0 ? flags : 0;
}

void count(quint64 &files, QStringList &examples, const char *path)
{
    ++files;
    if (examples.size() < FileFlags::examplesMost)
        examples.append(QFile::decodeName(path));
}

}

FileFlags fileFlags(const QString &folder, const std::stop_token &stop)
{
    FileFlags out;
    QByteArray top = QFile::encodeName(folder);
    const qsizetype prefix = top.size();
    char *paths[] = {top.data(), nullptr};
    const std::unique_ptr<FTS, int (*)(FTS *)> walk(::fts_open(paths, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, nullptr), ::fts_close);
    while (const FTSENT *entry = walk && !stop.stop_requested() ? ::fts_read(walk.get()) : nullptr) {
        if (entry->fts_info != FTS_F && entry->fts_info != FTS_D)
            continue;
        const int flags = flagsOf(entry->fts_path);
        if ((flags & protecting) != 0)
            count(out.protectedFiles, out.protectedExamples, entry->fts_path + prefix);
        if ((flags & tuning) != 0)
            count(out.tunedFiles, out.tunedExamples, entry->fts_path + prefix);
    }
    return out;
}

QString notKept(const FileFlags &flags)
{
    QStringList out{QStringLiteral("access times and times of creation are those of the copy")};
    if (flags.protectedFiles > 0)
        out.append(QStringLiteral("%1 immutable or append-only files can be changed on the target (%2)")
                       .arg(flags.protectedFiles)
                       .arg(flags.protectedExamples.join(QLatin1String(", "))));
    if (flags.tunedFiles > 0)
        out.append(QStringLiteral("%1 files lost attributes such as no copy-on-write or no dump (%2)")
                       .arg(flags.tunedFiles)
                       .arg(flags.tunedExamples.join(QLatin1String(", "))));
    return out.join(QLatin1String("; "));
}

}
