#include "core/receiver/target.h"

#include "core/receiver/tablefix.h"

#include <QLocale>
#include <algorithm>
#include <cstring>

namespace edgelift::receiver {

namespace {

QString shown(Bytes size) { return QLocale::c().formattedDataSize(qint64(size.count), 2, QLocale::DataSizeIecFormat); }

quint64 extentAfter(quint64 end) { return (end + wire::extentSize - 1) / wire::extentSize; }

}

TargetDisk::TargetDisk(wire::PrepareDisk binding, std::unique_ptr<Medium> medium, std::unique_ptr<WrittenMap> map, FlushLimits limits)
    : m_binding(std::move(binding))
    , m_medium(std::move(medium))
    , m_map(std::move(map))
    , m_flusher(*m_medium, limits)
{
}

Error TargetDisk::failed(ErrorCode code, int number) const
{
    return {code, Retry::AfterUserAction, {m_binding.serial},
        m_medium->path() + QLatin1String(": ") + QString::fromLocal8Bit(std::strerror(number))};
}

Result<> TargetDisk::inside(quint64 offset, quint64 length) const
{
    const quint64 end = regionEnd();
    if (offset <= end && length <= end - offset)
        return ok();
    return Error{ErrorCode::OutsideRegion, Retry::Never, {m_binding.serial},
        QStringLiteral("%1 bytes at %2, but the region ends at %3").arg(length).arg(offset).arg(end)};
}

Result<> TargetDisk::mark(quint64 offset, quint64 length)
{
    const quint64 first = offset / wire::extentSize;
    return m_map->mark(first, extentAfter(offset + length) - first);
}

bool TargetDisk::mayHoldData(quint64 extent) const { return !m_binding.fresh || m_map->written(extent); }

Result<quint64> TargetDisk::write(std::span<const char> data, quint64 offset)
{
    if (const Result<> within = inside(offset, data.size()); !within)
        return within.error();
    if (const int number = m_flusher.failure())
        return failed(ErrorCode::TargetWriteFailed, number);
    ++m_changes;
    if (const Result<> marked = mark(offset, data.size()); !marked)
        return marked.error();
    if (const int number = m_medium->write(data, offset))
        return failed(ErrorCode::TargetWriteFailed, number);
    return m_flusher.wrote(data.size());
}

Result<quint64> TargetDisk::zero(quint64 offset, quint64 length)
{
    if (const Result<> within = inside(offset, length); !within)
        return within.error();
    if (const int number = m_flusher.failure())
        return failed(ErrorCode::TargetWriteFailed, number);
    ++m_changes;
    const quint64 end = offset + length;
    const quint64 lastExtent = extentAfter(end);
    quint64 zeroed = 0;
    for (quint64 extent = offset / wire::extentSize; extent < lastExtent;) {
        if (!mayHoldData(extent)) {
            ++extent;
            continue;
        }
        quint64 after = extent + 1; // neighbours together: one request to the disk instead of many
        while (after < lastExtent && mayHoldData(after))
            ++after;
        const quint64 from = std::max(offset, extent * wire::extentSize);
        const quint64 bytes = std::min(end, after * wire::extentSize) - from;
        if (const Result<> marked = mark(from, bytes); !marked)
            return marked.error();
        if (const int number = m_medium->zero(from, bytes))
            return failed(ErrorCode::TargetWriteFailed, number);
        zeroed += bytes;
        extent = after;
    }
    return m_flusher.wrote(zeroed); // also when nothing was written: confirmed in order with the rest
}

Result<> TargetDisk::flush()
{
    const int number = m_flusher.flush();
    return number ? Result<>(failed(ErrorCode::TargetWriteFailed, number)) : ok();
}

Result<> TargetDisk::flushOthers()
{
    (void)m_flusher.wrote(0);
    return flush();
}

Result<> TargetDisk::clear()
{
    ++m_changes;
    if (const int number = m_medium->zero(0, m_medium->size().count))
        return failed(ErrorCode::TargetWriteFailed, number);
    return flushOthers();
}

Result<> TargetDisk::giveAway()
{
    ++m_changes;
    return mark(0, regionEnd());
}

Result<> TargetDisk::finish(bool relocateGpt)
{
    if (Result<> flushed = flush(); !flushed || !relocateGpt)
        return flushed;
    const quint64 size = m_binding.size.count;
    constexpr quint64 tableAtEnd = wire::extentSize; // the backup header and its entries, generously
    for (const quint64 offset : {quint64(0), size - std::min(size, tableAtEnd)}) {
        if (Result<> marked = mark(offset, std::min(size - offset, tableAtEnd)); !marked)
            return marked;
    }
    const Result<TableFix> fixed = moveBackupGptToEnd(m_medium->path(), m_binding.serial);
    if (!fixed)
        return fixed.error();
    return flushOthers();
}

quint64 TargetDisk::bytesWritten() const { return std::min(m_map->count() * wire::extentSize, m_binding.size.count); }

Result<Target::Media> Target::openMedia(const wire::PrepareParams &binding, TargetDisks &disks)
{
    Media media;
    for (const wire::PrepareDisk &disk : binding.disks) {
        Result<std::unique_ptr<Medium>> medium = disks.open(disk.serial);
        if (!medium)
            return medium.error();
        const Bytes have = (*medium)->size();
        const Bytes need = std::max(disk.size, disk.sourceSize);
        if (have < need)
            return Error{ErrorCode::TargetDiskTooSmall, Retry::Never, {disk.serial, shown(have), shown(need)},
                QStringLiteral("%1 has %2 bytes, %3 are needed").arg((*medium)->path()).arg(have.count).arg(need.count)};
        media.push_back(medium.take());
    }
    return media;
}

Result<std::shared_ptr<Target>> Target::open(const TargetState &state, Media media, FlushLimits limits)
{
    auto target = std::make_shared<Target>();
    target->m_epoch = state.binding()->epoch;
    target->m_round = state.binding()->round;
    const QList<wire::PrepareDisk> &bound = state.binding()->disks;
    for (size_t i = 0; i < media.size(); ++i) {
        Result<std::unique_ptr<WrittenMap>> map = state.openMap(bound.at(qsizetype(i)));
        if (!map)
            return map.error();
        target->m_disks.push_back(std::make_unique<TargetDisk>(bound.at(qsizetype(i)), std::move(media[i]), map.take(), limits));
    }
    return target;
}

TargetDisk *Target::disk(quint32 index) const
{
    const auto it = std::ranges::find(m_disks, index, [](const auto &disk) { return disk->index(); });
    return it == m_disks.end() ? nullptr : it->get();
}

Result<> Target::flush() const
{
    Result<> outcome = ok();
    for (const auto &disk : m_disks) {
        if (Result<> flushed = disk->flush(); !flushed && outcome)
            outcome = flushed;
    }
    return outcome;
}

quint64 Target::changes() const
{
    quint64 sum = 0;
    for (const auto &disk : m_disks)
        sum += disk->changes();
    return sum;
}

void Target::noteReadBack(quint64 changesBefore, const wire::VerifyParams &asked, const QList<quint64> &different)
{
    if (m_readBackAt != changesBefore)
        m_readBack = {};
    m_readBackAt = changesBefore;
    for (const wire::VerifyExtent &block : asked.extents) {
        if (!std::ranges::binary_search(different, block.index))
            m_readBack.add(asked.disk, asked.blockSize, block);
    }
}

wire::Manifest Target::readBack() const { return changes() == m_readBackAt ? m_readBack : wire::Manifest(); }

bool Target::anythingWritten() const
{
    return std::ranges::any_of(m_disks, [](const auto &disk) { return disk->anythingWritten(); });
}

}
