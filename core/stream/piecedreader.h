#pragma once
#include "core/stream/blockreader.h"
#include "core/stream/transfer.h"

#include <vector>

namespace edgelift {

/// Reads a target disk that is put together from pieces of the source's disks. Between them it reads zeros.
class PiecedReader final : public DiskReader
{
public:
    /// Errors: those of BlockReader::open.
    [[nodiscard]] static Result<std::unique_ptr<PiecedReader>> open(
        const QList<SourcePiece> &pieces, const BlockReader::ReadCall &readCall);
    Result<> read(quint64 offset, size_t length, const Buffer &into) override;

private:
    struct Piece
    {
        quint64 at = 0;
        quint64 length = 0;
        quint64 offset = 0;
        BlockReader *disk = nullptr;
    };
    PiecedReader() = default;

    std::vector<std::unique_ptr<BlockReader>> m_disks;
    std::vector<Piece> m_pieces; // by `at`
};

/// The reader of this disk. Errors: those of BlockReader::open.
[[nodiscard]] Result<std::unique_ptr<DiskReader>> openSource(const TransferDisk &disk, const BlockReader::ReadCall &readCall);

/// Every disk of the source that is read for it.
[[nodiscard]] QStringList pathsOf(const TransferDisk &disk);

}
