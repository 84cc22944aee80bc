#include "core/source/tracking/epochguard.h"

#include "core/base/files.h"
#include "core/base/ids.h"

#include <QFile>
#include <QSet>
#include <algorithm>
#include <bit>
#include <ctime>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <thread>

namespace edgelift {

namespace {

using namespace std::chrono_literals;

// A request is counted some instructions after it was seen, unless a hypervisor takes the processor away just there. Several moments that
// agree, further apart than it usually does that, are believed.
constexpr auto quietMoment = 1ms;
constexpr auto betweenMoments = 8ms;
constexpr int enoughConfirmations = 3;

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

/// queue/iostats: an administrator may have switched the statistics of a disk off.
bool isCounted(const TrackedDisk &disk)
{
    const Result<QByteArray> text = readFile(attributePath(disk, "queue/iostats"), 64);
    return !text || text->trimmed() != "0";
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

/// "I/O statistics fields": sectors written are the seventh, sectors discarded the fourteenth (since Linux 4.18).
qint64 countedSectors(const TrackedDisk &disk)
{
    const Result<QByteArray> text = readFile(attributePath(disk, "stat"), 4096);
    const QList<QByteArray> fields = text ? text->simplified().split(' ') : QList<QByteArray>();
    return fields.value(6).toLongLong() + fields.value(13).toLongLong();
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
        guard.m_disks.push_back({disk, std::move(node), attribute(disk, "diskseq"), {}, 0, 0});
    }
    return guard;
}

std::optional<Error> EpochGuard::diskProblem(const Disk &disk) const
{
    if (sizeOf(disk.node.get()) != disk.facts.size.count)
        return trackingLost(disk.facts.path, QStringLiteral("the disk was removed or changed its size"));
    if (attribute(disk.facts, "diskseq") != disk.sequence)
        return trackingLost(disk.facts.path, QStringLiteral("another disk has taken its place"));
    return {};
}

std::optional<Error> EpochGuard::look(const Seen &seen)
{
    if (asleep() > m_asleep + 1s)
        return trackingLost(QStringLiteral("-"), QStringLiteral("the machine was suspended"));
    const Result<QList<quint64>> before = seen();
    if (!before)
        return before.error();
    std::this_thread::sleep_for(quietMoment);
    QList<qint64> counted;
    for (const Disk &disk : m_disks)
        counted.append(countedSectors(disk.facts));
    const Result<QList<quint64>> after = seen(); // all that was counted by then has been seen before
    if (!after)
        return after.error();
    for (int i = 0; i < int(m_disks.size()); ++i) {
        Disk &disk = m_disks.at(size_t(i));
        if (const std::optional<Error> changed = diskProblem(disk))
            return changed;
        if (!isCounted(disk.facts)) {
            if (disk.lead)
                return trackingLost(
                    disk.facts.path, QStringLiteral("its statistics were switched off, nobody would notice a missed write"));
            continue;
        }
        const qint64 lead = qint64(after->value(i)) - counted.at(i);
        if (disk.lead && lead < *disk.lead)
            return trackingLost(disk.facts.path, QStringLiteral("%1 sectors were written unseen").arg(*disk.lead - lead));
        if (before->value(i) != after->value(i))
            continue;
        disk.confirmations = lead == disk.candidate ? disk.confirmations + 1 : 1;
        disk.candidate = lead;
        if (disk.confirmations >= enoughConfirmations)
            disk.lead = lead;
    }
    return {};
}

std::optional<Error> EpochGuard::settle(const Seen &seen)
{
    std::optional<Error> problem;
    for (int i = 0; i < 60 && !problem && !settled(); ++i) {
        problem = look(seen);
        std::this_thread::sleep_for(betweenMoments);
    }
    return problem;
}

bool EpochGuard::settled() const
{
    return std::all_of(m_disks.begin(), m_disks.end(), [](const Disk &disk) { return disk.lead.has_value(); });
}

}
