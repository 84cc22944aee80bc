#pragma once
#include "core/source/tracking/blockevent.h"

#include <functional>
#include <optional>

namespace edgelift {

/// The records of one disk that one processor wrote (struct blk_io_trace of linux/blktrace_api.h, version 7), as they come from its file.
/// Each must be what the kernel says of itself: its magic number, its disk, and the number after the one before. A value.
class BlktraceRecords
{
public:
    using Take = std::function<void(const BlockEvent &)>;

    BlktraceRecords(quint32 major, quint32 minor)
        : m_major(major)
        , m_minor(minor)
    {
    }
    /// Gives the ends of requests among `bytes` to `take`, in order; a record that is not whole yet is kept. Nothing, or why (English) no
    /// record can be believed from here on.
    [[nodiscard]] std::optional<QString> take(QByteArrayView bytes, const Take &take);
    /// Bytes of a record whose rest has not come.
    [[nodiscard]] qsizetype rest() const { return m_rest.size(); }

private:
    quint32 m_major;
    quint32 m_minor;
    quint32 m_next = 1; ///< number of the next record
    QByteArray m_rest;
};

/// What a record's action (blk_io_trace::action) and length in bytes say of a request that ended: kind, mayBeEmpty and sectors.
[[nodiscard]] BlockEvent blktraceOperation(quint32 action, quint32 bytes);

}
