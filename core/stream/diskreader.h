#pragma once
#include "core/base/result.h"
#include "core/stream/buffers.h"

namespace edgelift {

/// Reads what will be on one target disk: a disk of the source as it is, or pieces of several. Any number of threads may read at once.
class DiskReader
{
public:
    DiskReader() = default;
    DiskReader(const DiskReader &) = delete;
    DiskReader &operator=(const DiskReader &) = delete;
    virtual ~DiskReader() = default;

    /// Fills `into.data` with `length` bytes from `offset`, a multiple of BufferPool::alignment; the rest of `into` may be written, too.
    /// Errors: SourceUnreadable, SourceChanged (args: path).
    [[nodiscard]] virtual Result<> read(quint64 offset, size_t length, const Buffer &into) = 0;
};

}
