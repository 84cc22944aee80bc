#include "core/migrate/filerun.h"

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
    Result<wire::TlsContext> context = wire::TlsContext::make(m_settings.keys, m_settings.peerPin);
    if (!context)
        return {Outcome::End::Failed, context.error()};
    FileCopies copies(m_settings, m_order, m_tuning, context.take(),
        [this](const FileCopies &from, const FileOrder &file, quint64 bytes) { show(from, &file, bytes); });
    const Result<> copied = copyAll(copies, stop);
    show(copies, nullptr, 0);
    if (copied)
        return {Outcome::End::Finished, {}};
    return stop.stop_requested() ? Outcome{Outcome::End::Stopped, {}} : Outcome{Outcome::End::Failed, copied.error()};
}

Result<> FileRun::copyAll(FileCopies &copies, const std::stop_token &stop)
{
    for (const FileOrder &file : m_order.files.volumes) {
        if (file.complete)
            continue;
        const Result<FileCopyEnd> end = copies.copy(file, {m_tuning.checksum, true, true}, stop);
        if (!end)
            return end.error();
        {
            const std::lock_guard lock(m_mutex);
            m_progress.done.count += file.used.count;
            add(m_progress.doneByDisk, file.place, file.used.count);
        }
        if (const Result<> kept = m_order.files.done(file, *end); !kept)
            return kept;
    }
    return ok();
}

/// At most ten times a second. What is carried is not what is on the disks: holes and what is there already are not, names are. So it
/// counts up to the volume's size only.
void FileRun::show(const FileCopies &copies, const FileOrder *file, quint64 bytes)
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
    shown.limits = copies.limits();
    shown.wire.count += copies.wire();
    m_observer(shown);
}

}
