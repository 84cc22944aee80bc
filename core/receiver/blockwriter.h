#pragma once
#include "core/receiver/alignedbuffer.h"
#include "core/receiver/target.h"
#include "core/wire/codec.h"

namespace edgelift::receiver {

/// Puts Data and Zero messages of one connection on the target. Whatever is wrong with a message is found before the first byte
/// of it is written. One thread; several writers may share a Target.
class BlockWriter
{
public:
    /// What became of a message: confirmed once `disk`'s flusher calls `ticket` durable.
    struct Written
    {
        TargetDisk *disk = nullptr;
        quint64 ticket = 0;
        quint64 bytes = 0;
    };

    explicit BlockWriter(Target &target); ///< `target` must outlive this
    /// Errors: FrameMalformed; EpochUnknown (also a disk that this epoch does not have); RoundPassed; OutsideRegion; DataCorrupted (does
    /// not decompress to its length, or a hash differs); TargetWriteFailed; NoSpace and FileUnwritable for the state folder.
    [[nodiscard]] Result<Written> data(QByteArrayView payload);
    [[nodiscard]] Result<Written> zero(QByteArrayView payload); ///< the same errors

private:
    [[nodiscard]] Result<TargetDisk *> diskOf(quint64 epoch, quint64 round, quint32 index) const;
    [[nodiscard]] Result<std::span<const char>> unpack(const wire::DataMessage &message, const QString &serial);

    Target &m_target;
    wire::Decompressor m_decompressor;
    AlignedBuffer m_buffer;
};

}
