#pragma once
#include "core/base/result.h"

#include <QByteArray>
#include <span>

namespace edgelift {

/// What the end of a request did to its disk.
struct BlockEvent
{
    enum class Kind : quint8 {
        Harmless, ///< read or flush
        Write, ///< also write-zeroes and every operation that we do not know, when it has a range
        Discard,
    } kind = Kind::Harmless;
    bool mayBeEmpty = false; ///< without sectors it did nothing; else without sectors its range is not known
    quint32 major = 0;
    quint32 minor = 0;
    quint64 sector = 0; ///< 512 bytes each
    quint32 sectors = 0;
    bool operator==(const BlockEvent &) const = default;
};

/// Reads raw records of block:block_rq_complete (or _issue) by the kernel's own description, since the fields move from version to version.
class BlockEventFormat
{
public:
    /// `format`: the text of the event's format file. Error: TrackerUnavailable (a field is missing or has an odd size).
    [[nodiscard]] static Result<BlockEventFormat> parse(const QByteArray &format);
    /// Errors: TrackerUnavailable, when the record is too short for its fields.
    [[nodiscard]] Result<BlockEvent> decode(std::span<const uchar> record) const;

private:
    struct Field
    {
        quint32 offset = 0;
        quint32 size = 0;
    };
    [[nodiscard]] static Result<Field> field(const QByteArray &format, const char *name, quint32 leastSize, quint32 mostSize);

    Field m_dev, m_sector, m_sectors, m_flags;
};

/// The kernel's letters for an operation ("WS", "FWFS", "D", "N", "WZ", "FF"; blk_fill_rwbs): kind and mayBeEmpty.
[[nodiscard]] BlockEvent operationOf(QByteArrayView letters);

}
