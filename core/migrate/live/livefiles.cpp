#include "core/migrate/live/livefiles.h"

#include "core/base/errortext.h"
#include "core/base/log.h"

#include <algorithm>

namespace edgelift {

namespace {

constexpr std::chrono::milliseconds showEvery{100};
constexpr int mostPasses = 3; ///< before one freeze
constexpr quint64 muchChanged = 16U << 20; ///< bytes of files in one pass, so that another will find less

void add(QList<Bytes> &byDisk, qsizetype disk, quint64 bytes)
{
    if (disk < byDisk.size())
        byDisk[disk].count += bytes;
}

}

LiveFiles::LiveFiles(
    const TransferSettings &settings, const CopyOrder &order, const TransferTuning &tuning, wire::TlsContext context, Observer observer)
    : m_order(order)
    , m_tuning(tuning)
    , m_observer(std::move(observer))
    , m_copies(settings, order, tuning, std::move(context),
          [this](const FileCopies &, const FileOrder &file, quint64 bytes) { show(file, bytes); })
    , m_passes(order.files.volumes.size())
{
}

Result<> LiveFiles::copy(LiveMoment moment, const std::stop_token &stop)
{
    if (m_order.files.volumes.isEmpty())
        return ok();
    if (moment == LiveMoment::FirstPassDone)
        return firstPass(stop);
    for (int number = 1;; ++number) {
        const Result<quint64> changed = pass(number == mostPasses, stop);
        if (!changed)
            return changed.error();
        if (*changed < muchChanged || number == mostPasses)
            return ok();
    }
}

/// What cannot be copied twice will not be copied at the point either: better said now.
Result<> LiveFiles::firstPass(const std::stop_token &stop)
{
    for (const bool isLast : {false, true}) {
        const Result<quint64> passed = areAllThere() ? Result<quint64>(0) : pass(isLast, stop);
        if (!passed)
            return passed.error();
    }
    return ok();
}

bool LiveFiles::areAllThere() const
{
    return std::all_of(m_passes.begin(), m_passes.end(), [](const FilePass &one) { return one.passes > 0; });
}

/// All volumes; how many bytes of files had changed since the pass before.
Result<quint64> LiveFiles::pass(bool isLast, const std::stop_token &stop)
{
    quint64 changed = 0;
    begin(!areAllThere());
    for (qsizetype i = 0; i < m_passes.size(); ++i) {
        const FileOrder &file = m_order.files.volumes.at(i);
        FilePass &last = m_passes[i];
        const bool isFirst = last.passes == 0;
        const QDateTime began = m_order.live->clock->now();
        const Result<FileCopyEnd> end = m_copies.copy(file, {m_tuning.checksum && isFirst, isFirst, false}, stop);
        const bool missedSome = !end && end.error().code == ErrorCode::FileCopyFailed;
        if (!end && (!missedSome || isLast || stop.stop_requested()))
            return end.error();
        if (missedSome) { // such as one that changed each time it was read
            log::warning("migrate", QStringLiteral("this pass over the files is not complete: ") + logLine(end.error()));
            changed += muchChanged;
            continue;
        }
        const QString notKept = isFirst ? end->notKept : last.copied.notKept;
        last = {began, m_order.live->clock->now(), last.passes + 1, *end};
        last.copied.notKept = notKept;
        changed += end->changedBytes;
        const std::lock_guard lock(m_mutex);
        m_carried += end->bytes;
        m_pass.done.count += file.used.count;
        add(m_pass.doneByDisk, file.place, file.used.count);
    }
    return changed;
}

Result<> LiveFiles::conclude(const std::stop_token &stop)
{
    for (qsizetype i = 0; i < m_passes.size(); ++i) {
        FileOrder file = m_order.files.volumes.at(i);
        if (file.fs == FsType::Btrfs) { // gets its name at the very end: copies nothing but says that this is it
            file.volume.excludes = QStringList{QStringLiteral("*")};
            if (const Result<FileCopyEnd> named = m_copies.copy(file, {false, false, true}, stop); !named)
                return named.error();
        }
        if (const Result<> kept = m_order.live->filesCopied(m_order.files.volumes.at(i), m_passes.at(i)); !kept)
            return kept;
    }
    return ok();
}

/// How much a later pass will find is not known: it counts as nothing.
void LiveFiles::begin(bool isFirst)
{
    const std::lock_guard lock(m_mutex);
    m_pass = m_blocks;
    m_pass.done = m_pass.total = {};
    m_pass.doneByDisk = m_pass.totalByDisk = QList<Bytes>(m_order.disks.size());
    m_pass.phase = TransferProgress::Phase::Streaming;
    m_pass.live = m_blocks.live.value_or(LiveProgress());
    m_pass.live->phase = isFirst ? LiveProgress::Phase::Files : LiveProgress::Phase::ChangedFiles;
    m_isFirst = isFirst;
    m_meter = RateMeter();
    for (const FileOrder &file : m_order.files.volumes) {
        m_pass.total.count += file.used.count;
        add(m_pass.totalByDisk, file.place, file.used.count);
    }
    TransferProgress begun = m_pass;
    begun.wire.count += m_copies.wire();
    m_observer(begun);
}

/// What is carried is not what is on the disks: holes are not, names are. So it counts up to the volume's size only.
void LiveFiles::show(const FileOrder &file, quint64 bytes)
{
    const std::lock_guard lock(m_mutex);
    const auto now = std::chrono::steady_clock::now();
    if (now - m_shown < showEvery)
        return;
    m_shown = now;
    TransferProgress shown = m_pass;
    const quint64 counted = m_isFirst ? std::min(bytes, file.used.count) : 0;
    shown.done.count += counted;
    add(shown.doneByDisk, file.place, counted);
    m_meter.update(now, m_isFirst ? shown.done : Bytes{m_carried + bytes});
    shown.bytesPerSecond = m_meter.bytesPerSecond();
    shown.remainingSeconds = m_isFirst ? m_meter.remainingSeconds(shown.total) : std::nullopt;
    shown.limits = m_copies.limits();
    shown.wire.count += m_copies.wire();
    m_observer(shown);
}

TransferProgress LiveFiles::with(TransferProgress blocks)
{
    const std::lock_guard lock(m_mutex);
    m_blocks = blocks;
    blocks.wire.count += m_copies.wire();
    if (blocks.live && blocks.live->phase == LiveProgress::Phase::Committed) {
        blocks.done.count += m_carried;
        blocks.total.count += m_carried;
    }
    return blocks;
}

}
