#include "app/service/datalock.h"

#include "core/base/files.h"

#include <QFile>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>

namespace edgelift {

Result<DataLock> DataLock::take(const QString &dataDir)
{
    if (const Result<> made = makeFolder(dataDir); !made)
        return made.error();
    const QString path = dataDir + QLatin1String("/lock");
    Fd file(::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, privateFile));
    if (!file)
        return errnoError(errno, ErrorCode::FileUnwritable, path);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0)
        return DataLock(std::move(file));
    if (errno != EWOULDBLOCK)
        return errnoError(errno, ErrorCode::FileUnwritable, path);
    return Error{ErrorCode::UsageWrong, Retry::AfterUserAction,
        {QStringLiteral("Another edgelift-service is using the data directory %1.").arg(dataDir)}, QStringLiteral("flock")};
}

}
