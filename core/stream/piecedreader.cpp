#include "core/stream/piecedreader.h"

#include <QHash>
#include <algorithm>
#include <cstring>

namespace edgelift {

Result<std::unique_ptr<PiecedReader>> PiecedReader::open(const QList<SourcePiece> &pieces, const BlockReader::ReadCall &readCall)
{
    QHash<QString, quint64> ends;
    for (const SourcePiece &piece : pieces)
        ends[piece.path] = std::max(ends.value(piece.path), piece.offset + piece.length);
    std::unique_ptr<PiecedReader> reader(new PiecedReader);
    QHash<QString, BlockReader *> disks;
    for (auto it = ends.cbegin(); it != ends.cend(); ++it) {
        auto disk = BlockReader::open(it.key(), Bytes{it.value()}, readCall);
        if (!disk)
            return disk.error();
        disks.insert(it.key(), disk->get());
        reader->m_disks.push_back(disk.take());
    }
    for (const SourcePiece &piece : pieces)
        reader->m_pieces.push_back({piece.at, piece.length, piece.offset, disks.value(piece.path)});
    return reader;
}

Result<> PiecedReader::read(quint64 offset, size_t length, const Buffer &into)
{
    const quint64 end = offset + length;
    quint64 done = offset; // what lies before it is in the buffer
    const auto zeroUpTo = [&](quint64 to) {
        std::memset(into.data + (done - offset), 0, to - done);
        done = to;
    };
    auto piece =
        std::upper_bound(m_pieces.begin(), m_pieces.end(), offset, [](quint64 at, const Piece &one) { return at < one.at + one.length; });
    for (; piece != m_pieces.end() && piece->at < end; ++piece) {
        zeroUpTo(std::max(piece->at, done)); // after the piece before: a direct read may go beyond its end
        const size_t part = std::min(piece->at + piece->length, end) - done;
        const size_t place = done - offset;
        const Result<> read = piece->disk->read(piece->offset + (done - piece->at), part, {into.data + place, into.size - place});
        if (!read)
            return read;
        done += part;
    }
    zeroUpTo(end);
    return ok();
}

Result<std::unique_ptr<DiskReader>> openSource(const TransferDisk &disk, const BlockReader::ReadCall &readCall)
{
    if (!disk.pieces) {
        auto whole = BlockReader::open(disk.path, disk.size, readCall);
        return whole ? Result<std::unique_ptr<DiskReader>>(whole.take()) : whole.error();
    }
    auto pieced = PiecedReader::open(*disk.pieces, readCall);
    return pieced ? Result<std::unique_ptr<DiskReader>>(pieced.take()) : pieced.error();
}

QStringList pathsOf(const TransferDisk &disk)
{
    if (!disk.pieces)
        return {disk.path};
    QStringList paths;
    for (const SourcePiece &piece : *disk.pieces)
        paths.append(piece.path);
    paths.removeDuplicates();
    return paths;
}

}
