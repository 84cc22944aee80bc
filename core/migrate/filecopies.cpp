#include "core/migrate/filecopies.h"

#include "core/base/loopdevice.h"
#include "core/guest/btrfssubvolumes.h"
#include "core/guest/fileflags.h"
#include "core/guest/guestmounts.h"
#include "core/stream/attempts.h"
#include "core/stream/files/filecopy.h"

#include <thread>

namespace edgelift {

namespace {

/// Where the files are seen: in the filesystem itself when it is mounted, else its place on the disk is.
Result<QString> show(const FileOrder &file, GuestMounts &mounts, std::optional<LoopDevice> &device)
{
    if (!file.folder.isEmpty())
        return mounts.bind(file.folder);
    Result<LoopDevice> attached = LoopDevice::attach(file.path, file.offset, file.size);
    if (!attached)
        return attached.error();
    device.emplace(attached.take());
    return mounts.mount(device->path(), file.fs, topOption(file.fs), file.volume.name);
}

}

FileCopies::FileCopies(
    const TransferSettings &settings, const CopyOrder &order, const TransferTuning &tuning, wire::TlsContext context, Observer observer)
    : m_order(order)
    , m_job(settings, m_disks, tuning, std::move(context))
    , m_observer(std::move(observer))
{
    QStringList paths;
    for (const FileOrder &file : m_order.files.volumes)
        paths.append(file.path);
    m_job.limits.watch(std::make_unique<DeviceLoad>(paths));
    m_job.limits.start();
}

Result<FileCopyEnd> FileCopies::copy(const FileOrder &file, How how, const std::stop_token &stop)
{
    Attempts attempts(m_job, stop, [] {});
    FileCopyEnd end;
    const Result<> copied = attempts.run([&]() -> Result<> {
        const quint64 before = m_job.done[0];
        Result<FileCopyEnd> one = copyOnce(file, how, stop);
        if (m_job.done[0] > before)
            attempts.madeProgress();
        if (!one)
            return one.error();
        end = one.take();
        return ok();
    });
    return copied ? Result<FileCopyEnd>(std::move(end)) : copied.error();
}

Result<FileCopyEnd> FileCopies::copyOnce(const FileOrder &file, How how, const std::stop_token &stop)
{
    FileCopy copy(m_job, m_order.files.tunnel, [&](quint64 bytes) {
        m_job.done[0] = bytes;
        m_observer(*this, file, bytes);
    });
    Result<FileCopyEnd> end = FileCopyEnd();
    const Result<> mounted = inPrivateMounts(m_order.files.mountsFolder, [&](GuestMounts &mounts) {
        std::optional<LoopDevice> device;
        const Result<QString> folder = show(file, mounts, device);
        FileFlags flags;
        std::jthread looking; // beside the copy, which waits for other things; it ends before the mount does
        if (folder && how.flags && !file.volume.plainNames)
            looking = std::jthread([&](const std::stop_token &ended) { flags = fileFlags(*folder, ended); });
        end = folder ? copy.run(file.volume, *folder, how.last && !how.compare, stop) : Result<FileCopyEnd>(folder.error());
        if (end && how.compare) { // mounted anew at the receiver: read from the disk, not from a cache
            FileVolume again = file.volume;
            again.compare = true;
            end = copy.run(again, *folder, how.last, stop);
        }
        if (end && looking.joinable()) {
            looking.join();
            FileCopyEnd looked = end.take();
            looked.notKept = notKept(flags);
            end = looked;
        }
    });
    return mounted ? end : mounted.error();
}

}
