#include "core/migrate/filerun.h"

#include "core/base/loopdevice.h"
#include "core/guest/btrfssubvolumes.h"
#include "core/guest/fileflags.h"
#include "core/guest/guestmounts.h"
#include "core/stream/attempts.h"
#include "core/stream/files/filecopy.h"

#include <algorithm>

namespace edgelift {

namespace {

constexpr std::chrono::milliseconds showEvery{100};

/// Adds to a disk of the progress.
void add(QList<Bytes> &byDisk, qsizetype disk, quint64 bytes)
{
    if (disk < byDisk.size())
        byDisk[disk].count += bytes;
}

}

FileRun::FileRun(const TransferSettings &settings, const CopyOrder &order, const TransferTuning &tuning, const TransferProgress &blocks,
    Observer observer)
    : m_settings(settings)
    , m_order(order)
    , m_tuning(tuning)
    , m_progress(blocks)
    , m_observer(std::move(observer))
{
    m_progress.phase = TransferProgress::Phase::Streaming;
}

void FileRun::addFiles(const CopyOrder &order, TransferProgress &progress)
{
    for (const FileOrder &file : order.files.volumes) {
        progress.total.count += file.used.count;
        add(progress.totalByDisk, file.place, file.used.count);
        if (!file.complete)
            continue;
        progress.done.count += file.used.count;
        add(progress.doneByDisk, file.place, file.used.count);
    }
}

Outcome FileRun::run(const std::stop_token &stop)
{
    const Result<wire::TlsContext> context = wire::TlsContext::make(m_settings.keys, m_settings.peerPin);
    if (!context)
        return {Outcome::End::Failed, context.error()};
    const QList<TransferDisk> disks(1); // what is counted as done shows that the link has worked
    CopyJob job(m_settings, disks, m_tuning, *context);
    QStringList paths;
    for (const FileOrder &file : m_order.files.volumes)
        paths.append(file.path);
    job.limits.watch(std::make_unique<DeviceLoad>(paths));
    job.limits.start();
    const Result<> copied = copyAll(job, stop);
    show(job, nullptr, 0);
    if (copied)
        return {Outcome::End::Finished, {}};
    return stop.stop_requested() ? Outcome{Outcome::End::Stopped, {}} : Outcome{Outcome::End::Failed, copied.error()};
}

Result<> FileRun::copyAll(CopyJob &job, const std::stop_token &stop)
{
    for (const FileOrder &file : m_order.files.volumes) {
        if (file.complete)
            continue;
        Attempts attempts(job, stop, [] {});
        FileCopyEnd end;
        const Result<> copied = attempts.run([&]() -> Result<> {
            const quint64 before = job.done[0];
            Result<FileCopyEnd> one = copyOne(job, file, stop);
            if (job.done[0] > before)
                attempts.madeProgress();
            if (!one)
                return one.error();
            end = one.take();
            return ok();
        });
        if (!copied)
            return copied;
        {
            const std::lock_guard lock(m_mutex);
            m_progress.done.count += file.used.count;
            add(m_progress.doneByDisk, file.place, file.used.count);
        }
        if (const Result<> kept = m_order.files.done(file, end); !kept)
            return kept;
    }
    return ok();
}

Result<FileCopyEnd> FileRun::copyOne(CopyJob &job, const FileOrder &file, const std::stop_token &stop)
{
    FileCopy copy(job, m_order.files.tunnel, [&](quint64 bytes) {
        job.done[0] = bytes;
        show(job, &file, bytes);
    });
    Result<FileCopyEnd> end = FileCopyEnd();
    const Result<> mounted = inPrivateMounts(m_order.files.mountsFolder, [&](GuestMounts &mounts) {
        const Result<LoopDevice> device = LoopDevice::attach(file.path, file.offset, file.size);
        const Result<QString> folder =
            device ? mounts.mount(device->path(), file.fs, topOption(file.fs), file.volume.name) : Result<QString>(device.error());
        const bool compare = m_tuning.checksum;
        end = folder ? copy.run(file.volume, *folder, !compare, stop) : Result<FileCopyEnd>(folder.error());
        if (end && compare) { // mounted anew at the receiver: read from the disk, not from a cache
            FileVolume again = file.volume;
            again.compare = true;
            end = copy.run(again, *folder, true, stop);
        }
        if (end && !file.volume.plainNames)
            end = FileCopyEnd{end->bytes, end->vanished, end->words, notKept(fileFlags(*folder, stop))};
    });
    return mounted ? end : mounted.error();
}

/// At most ten times a second. What is carried is not what is on the disks: holes and what is there already are not, names are. So it
/// counts up to the volume's size only.
void FileRun::show(CopyJob &job, const FileOrder *file, quint64 bytes)
{
    const std::lock_guard lock(m_mutex);
    const auto now = std::chrono::steady_clock::now();
    if (file && now - m_shown < showEvery)
        return;
    m_shown = now;
    TransferProgress shown = m_progress;
    if (file) {
        const quint64 counted = std::min(bytes, file->used.count);
        shown.done.count += counted;
        add(shown.doneByDisk, file->place, counted);
    }
    m_meter.update(now, shown.done);
    shown.bytesPerSecond = m_meter.bytesPerSecond();
    shown.remainingSeconds = m_meter.remainingSeconds(shown.total);
    shown.limits = job.limits.inForce();
    shown.wire.count += job.wireBytes->load();
    m_observer(shown);
}

}
