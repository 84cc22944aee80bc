#include "core/source/tracking/disktrace.h"

#include "core/base/files.h"
#include "core/source/tracking/privatemount.h"

#include <QFile>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/blktrace_api.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgelift {

namespace {

Error unavailable(const QString &disk, const QString &what, int number = 0)
{
    const QString reason = number == 0 ? QString() : QStringLiteral(": ") + QString::fromLocal8Bit(std::strerror(number));
    return {ErrorCode::TrackerUnavailable, Retry::AfterUserAction, {QStringLiteral("blktrace")},
        QStringLiteral("%1: %2%3").arg(disk, what, reason)};
}

Fd openFolder(const QByteArray &path) { return Fd(::open(path.constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

Fd debugFolder(const QString &given) { return openFolder(given.isEmpty() ? QByteArray("/sys/kernel/debug") : QFile::encodeName(given)); }

/// What zones are told (reset, finish) ends without sectors, like the end of a flush.
bool isZoned(const TrackedDisk &disk)
{
    const auto path = QStringLiteral("/sys/dev/block/%1:%2/queue/zoned").arg(disk.major).arg(disk.minor);
    const Result<QByteArray> zoned = readFile(path, 64);
    return zoned && zoned->trimmed() != "none";
}

/// Locked when nobody of ours traces the disk, else none.
Fd lockedMarker(const QString &folder, const TrackedDisk &disk)
{
    if (!makeFolder(folder, 0755))
        return {};
    const auto path = QStringLiteral("%1/blktrace-%2-%3").arg(folder).arg(disk.major).arg(disk.minor);
    Fd marker(::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, privateFile));
    return marker && ::flock(marker.get(), LOCK_EX | LOCK_NB) == 0 ? std::move(marker) : Fd();
}

/// It is empty but while we trace: whoever locks one that is not has found what a killed process left.
bool saysTracing(const Fd &marker)
{
    struct stat facts = {};
    return ::fstat(marker.get(), &facts) == 0 && facts.st_size > 0;
}

}

/// Gives the name of the trace's folder.
Result<QByteArray> DiskTrace::begin(const TrackedDisk &disk, const DiskTraceOptions &options)
{
    blk_user_trace_setup setup{};
    setup.act_mask = BLK_TC_COMPLETE;
    setup.buf_size = options.bufferBytes;
    setup.buf_nr = options.buffers;
    m_marker = lockedMarker(options.markers, disk);
    if (!m_marker)
        return unavailable(disk.path, QStringLiteral("another agent traces it, or %1 cannot be written").arg(options.markers));
    int result = ::ioctl(m_node.get(), BLKTRACESETUP, &setup);
    if (result != 0 && errno == EBUSY && saysTracing(m_marker)) {
        ::ioctl(m_node.get(), BLKTRACESTOP);
        ::ioctl(m_node.get(), BLKTRACETEARDOWN);
        result = ::ioctl(m_node.get(), BLKTRACESETUP, &setup);
    }
    if (result == 0 && ::pwrite(m_marker.get(), "tracing\n", 8, 0) == 8)
        return QByteArray(setup.name, qsizetype(strnlen(setup.name, sizeof setup.name)));
    const int number = errno;
    if (result != 0)
        m_marker.reset(); // there is nothing to take down
    if (number == EBUSY)
        return unavailable(disk.path, QStringLiteral("somebody else traces it (blktrace -k ends that)"), number);
    return unavailable(disk.path, QStringLiteral("BLKTRACESETUP"), number);
}

Result<> DiskTrace::openFiles(const Fd &debugfs, const QByteArray &name, const QList<int> &processors)
{
    const QByteArray folder = "block/" + name + '/';
    m_files.clear();
    for (const int processor : processors) {
        const QByteArray path = folder + "trace" + QByteArray::number(processor);
        m_files.emplace_back(::openat(debugfs.get(), path.constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        if (!m_files.back())
            return unavailable(QString::fromUtf8(name), QStringLiteral("debugfs/") + QString::fromUtf8(path), errno);
    }
    m_dropped.reset(::openat(debugfs.get(), (folder + "dropped").constData(), O_RDONLY | O_CLOEXEC));
    return m_dropped ? ok() : Result<>(unavailable(QString::fromUtf8(name), QStringLiteral("debugfs, dropped"), errno));
}

Result<DiskTrace> DiskTrace::start(const TrackedDisk &disk, const QList<int> &processors, const DiskTraceOptions &options)
{
    if (isZoned(disk))
        return unavailable(disk.path, QStringLiteral("a zoned disk"));
    DiskTrace trace;
    trace.m_node.reset(::open(QFile::encodeName(disk.path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!trace.m_node)
        return errnoError(errno, ErrorCode::SourceMissing, disk.path);
    const Result<QByteArray> name = trace.begin(disk, options);
    if (!name)
        return name.error();
    Result<> opened = trace.openFiles(debugFolder(options.debugfs), *name, processors);
    if (!opened && options.debugfs.isEmpty())
        opened = trace.openFiles(privateMount("debugfs"), *name, processors);
    if (!opened)
        return opened.error();
    if (::ioctl(trace.m_node.get(), BLKTRACESTART) != 0)
        return unavailable(disk.path, QStringLiteral("BLKTRACESTART"), errno);
    return trace;
}

DiskTrace::~DiskTrace()
{
    if (!m_marker) // moved from, or never begun
        return;
    ::ioctl(m_node.get(), BLKTRACESTOP);
    m_files.clear();
    m_dropped.reset();
    ::ioctl(m_node.get(), BLKTRACETEARDOWN);
    (void)::ftruncate(m_marker.get(), 0);
}

std::optional<quint64> DiskTrace::dropped() const
{
    char text[32] = {};
    if (::pread(m_dropped.get(), text, sizeof text - 1, 0) <= 0)
        return {};
    return QByteArray(text).trimmed().toULongLong();
}

}
