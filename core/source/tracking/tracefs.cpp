#include "core/source/tracking/tracefs.h"

#include "core/source/tracking/privatemount.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace edgelift {

namespace {

Error unavailable(const QByteArray &what, int number)
{
    return {ErrorCode::TrackerUnavailable, Retry::AfterUserAction, {QStringLiteral("perf")},
        QString::fromUtf8(what) + QLatin1String(": ") + QString::fromLocal8Bit(std::strerror(number))};
}

Fd openFolder(const char *path) { return Fd(::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

/// The folder that holds events/.
Fd tracingFolder()
{
    for (const char *path : {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"}) {
        Fd folder = openFolder(path);
        if (folder && ::faccessat(folder.get(), "events/block", F_OK, 0) == 0)
            return folder;
    }
    if (Fd folder = privateMount("tracefs"))
        return folder;
    const Fd debug = privateMount("debugfs"); // before Linux 4.1
    return debug ? Fd(::openat(debug.get(), "tracing", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) : Fd();
}

Result<QByteArray> readAt(const Fd &folder, const QByteArray &path)
{
    const Fd file(::openat(folder.get(), path.constData(), O_RDONLY | O_CLOEXEC));
    if (!file)
        return unavailable(path, errno);
    QByteArray text(1 << 16, '\0');
    qsizetype size = 0;
    for (ssize_t got = 1; got > 0 && size < text.size(); size += got) {
        got = ::read(file.get(), text.data() + size, size_t(text.size() - size));
        if (got < 0)
            return unavailable(path, errno);
    }
    text.truncate(size);
    return text;
}

}

Result<TraceEvent> readTraceEvent(const QByteArray &name)
{
    const Fd folder = tracingFolder();
    if (!folder)
        return unavailable("tracefs", errno);
    const Result<QByteArray> id = readAt(folder, "events/" + name + "/id");
    if (!id)
        return id.error();
    const Result<QByteArray> format = readAt(folder, "events/" + name + "/format");
    if (!format)
        return format.error();
    return TraceEvent{id->trimmed().toULongLong(), *format};
}

}
