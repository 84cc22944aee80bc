#include "fuzztarget.h"

#include <QFile>
#include <QTemporaryDir>
#include <fcntl.h>
#include <unistd.h>

namespace edgelift::fuzz {

QString scratchFolder()
{
    static const QTemporaryDir folder;
    return folder.path();
}

QString scratchFile(const char *name, QByteArrayView content)
{
    QString path = scratchFolder() + QLatin1Char('/') + QLatin1String(name);
    const int fd = ::open(QFile::encodeName(path).constData(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const bool written = fd >= 0 && ::write(fd, content.data(), size_t(content.size())) == ssize_t(content.size());
    if (!written || ::close(fd) != 0)
        qFatal("cannot write %s", qPrintable(path));
    return path;
}

}
