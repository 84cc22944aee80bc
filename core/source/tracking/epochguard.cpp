#include "core/source/tracking/epochguard.h"

#include "core/base/files.h"
#include "core/base/ids.h"

#include <QFile>
#include <QSet>
#include <bit>
#include <ctime>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace edgelift {

namespace {

using namespace std::chrono_literals;

QString attributePath(const TrackedDisk &disk, const char *name)
{
    return QStringLiteral("/sys/dev/block/%1:%2/%3").arg(disk.major).arg(disk.minor).arg(QLatin1String(name));
}

/// 0 when it cannot be read.
quint64 attribute(const TrackedDisk &disk, const char *name)
{
    const Result<QByteArray> text = readFile(attributePath(disk, name), 4096);
    return text ? text->trimmed().toULongLong() : 0;
}

/// "I/O statistics fields": the seventh is sectors written, discards not among them.
quint64 sectorsWritten(const TrackedDisk &disk)
{
    const Result<QByteArray> text = readFile(attributePath(disk, "stat"), 4096);
    if (!text)
        return 0;
    const QList<QByteArray> fields = text->simplified().split(' ');
    return fields.size() > 6 ? fields.at(6).toULongLong() : 0;
}

/// How long the machine has slept since it was started.
std::chrono::nanoseconds asleep()
{
    timespec all{}, awake{};
    ::clock_gettime(CLOCK_BOOTTIME, &all);
    ::clock_gettime(CLOCK_MONOTONIC, &awake);
    return std::chrono::seconds(all.tv_sec - awake.tv_sec) + std::chrono::nanoseconds(all.tv_nsec - awake.tv_nsec);
}

quint64 sizeOf(int node)
{
    quint64 bytes = 0;
    return ::ioctl(node, BLKGETSIZE64, &bytes) == 0 ? bytes : 0;
}

}

Error trackingLost(const QString &disk, const QString &reason)
{
    return {ErrorCode::TrackingLost, Retry::AfterWait, {disk, reason}, reason};
}

Result<TrackedDisk> trackedDisk(const QString &path)
{
    const Fd node(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!node)
        return errnoError(errno, ErrorCode::SourceMissing, path);
    struct stat about
    {
    };
    if (::fstat(node.get(), &about) != 0)
        return errnoError(errno, ErrorCode::SourceUnreadable, path);
    TrackedDisk disk{path, major(about.st_rdev), minor(about.st_rdev), Bytes{sizeOf(node.get())}, {}};
    if (!S_ISBLK(about.st_mode) || QFile::exists(attributePath(disk, "partition")) || disk.size.count == 0)
        return Error{ErrorCode::SourceUnreadable, Retry::AfterUserAction, {path}, QStringLiteral("not a whole disk with a medium")};
    return disk;
}

Epoch newEpoch(const QString &backend, Bytes blockSize, const QList<TrackedDisk> &disks)
{
    const Result<QByteArray> boot = readFile(QStringLiteral("/proc/sys/kernel/random/boot_id"), 64);
    return {randomId(QStringLiteral("e-")), boot ? QString::fromLatin1(boot->trimmed()) : QString(), backend, blockSize, disks};
}

Result<> checkTrackingRequest(const QList<TrackedDisk> &disks, Bytes blockSize)
{
    QSet<quint64> numbers;
    for (const TrackedDisk &disk : disks)
        numbers.insert(quint64(disk.major) << 32 | disk.minor);
    const bool sizeFits = std::has_single_bit(blockSize.count) && blockSize.count >= 64 << 10 && blockSize.count <= 1 << 20;
    if (disks.isEmpty() || numbers.size() != disks.size() || !sizeFits)
        return Error{ErrorCode::RequestMalformed, Retry::Never,
            {QStringLiteral("disks to track: %1, block size %2").arg(disks.size()).arg(blockSize.count)}, {}};
    return ok();
}

Result<EpochGuard> EpochGuard::start(const Epoch &epoch)
{
    EpochGuard guard;
    guard.m_asleep = asleep();
    for (const TrackedDisk &disk : epoch.disks) {
        const Result<TrackedDisk> now = trackedDisk(disk.path);
        if (!now)
            return now.error();
        if (now->major != disk.major || now->minor != disk.minor || now->size != disk.size)
            return Error{ErrorCode::SourceChanged, Retry::AfterUserAction, {disk.path}, QStringLiteral("another disk, or another size")};
        Fd node(::open(QFile::encodeName(disk.path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        if (!node)
            return errnoError(errno, ErrorCode::SourceMissing, disk.path);
        guard.m_disks.push_back({disk, std::move(node), attribute(disk, "diskseq")});
    }
    return guard;
}

QList<quint64> EpochGuard::counted() const
{
    QList<quint64> sectors;
    for (const Disk &disk : m_disks)
        sectors.append(sectorsWritten(disk.facts));
    return sectors;
}

std::optional<Error> EpochGuard::diskProblem(const Disk &disk) const
{
    if (sizeOf(disk.node.get()) != disk.facts.size.count)
        return trackingLost(disk.facts.path, QStringLiteral("the disk was removed or changed its size"));
    if (attribute(disk.facts, "diskseq") != disk.sequence)
        return trackingLost(disk.facts.path, QStringLiteral("another disk has taken its place"));
    return {};
}

/// What was seen at the last call has been counted by now, so seen then - counted now is the lead less what was written since; and
/// seen now - counted a moment before is the lead and more. The one can be above the other only when something was not seen.
std::optional<Error> EpochGuard::countProblem(Disk &disk, qint64 counted, qint64 seen, bool laterEnough)
{
    if (laterEnough)
        disk.lead = std::max(disk.lead, disk.seenBefore - counted);
    if (seen - counted < disk.lead)
        return trackingLost(disk.facts.path, QStringLiteral("%1 sectors were written unseen").arg(disk.lead - (seen - counted)));
    m_settled = m_settled && disk.seenBefore == seen;
    return {};
}

std::optional<Error> EpochGuard::problem(const QList<quint64> &counted, const QList<quint64> &seen)
{
    if (asleep() > m_asleep + 1s)
        return trackingLost(QStringLiteral("-"), QStringLiteral("the machine was suspended"));
    const auto now = std::chrono::steady_clock::now();
    const bool laterEnough = m_seenAt && now - *m_seenAt >= countingDelay;
    m_settled = laterEnough;
    for (int i = 0; i < int(m_disks.size()); ++i) {
        Disk &disk = m_disks.at(size_t(i));
        if (const std::optional<Error> changed = diskProblem(disk))
            return changed;
        if (const std::optional<Error> unseen = countProblem(disk, qint64(counted.value(i)), qint64(seen.value(i)), laterEnough))
            return unseen;
        if (laterEnough || !m_seenAt)
            disk.seenBefore = qint64(seen.value(i));
    }
    if (laterEnough || !m_seenAt)
        m_seenAt = now;
    return {};
}

}
