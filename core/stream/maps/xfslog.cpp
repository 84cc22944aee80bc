#include "core/stream/maps/onmedium.h"
#include "core/stream/maps/volumemap.h"

#include <optional>

namespace edgelift {

namespace {

constexpr quint64 block = 512; // the log's unit, whatever the sector size
constexpr quint32 headerMagic = 0xfeedbabe;
constexpr quint32 headerCycleBytes = 32768; // a record header describes that much; longer records have several headers
constexpr quint8 unmountFlag = 0x20;

struct Head
{
    quint64 block = 0; ///< where the next record would go
    quint32 cycle = 0; ///< of the record before it
};

/// Walks the cycle numbers that stand at the start of every block: c … c, then c-1 … c-1. The drop is the head. Anything else
/// was torn by a crash: nothing.
std::optional<Head> findHead(const BlockView &view, XfsLog log, const std::stop_token &stop)
{
    constexpr quint64 part = 1 << 20;
    std::optional<Head> head;
    quint32 first = 0;
    for (quint64 at = 0; at < log.length; at += part) {
        const Result<QByteArray> bytes = view.read(log.offset + at, std::min(part, log.length - at));
        if (!bytes || stop.stop_requested())
            return std::nullopt;
        for (quint64 in = 0; in < quint64(bytes->size()); in += block) {
            const quint32 word = medium::big<quint32>(*bytes, in);
            const quint32 cycle = word == headerMagic ? medium::big<quint32>(*bytes, in + 4) : word;
            if (at + in == 0)
                first = cycle;
            if (cycle == first - 1 && !head && at + in > 0)
                head = Head{(at + in) / block, first};
            else if (cycle != (head ? first - 1 : first))
                return std::nullopt;
        }
    }
    if (first == 0)
        return std::nullopt;
    return head ? head : Head{0, first};
}

}

bool xfsLogIsClean(const BlockView &view, XfsLog log, const std::stop_token &stop)
{
    if (log.length < 2 * block || log.length % block != 0 || log.offset > view.size() || log.length > view.size() - log.offset)
        return false;
    const std::optional<Head> head = findHead(view, log, stop);
    if (!head)
        return false;
    const quint64 blocks = log.length / block;
    constexpr quint64 furthest = 1024; // an unmount record is short; padded to the log stripe it has at most 256 KiB
    for (quint64 back = 1; back <= std::min(furthest, blocks); ++back) {
        const quint64 at = (head->block + blocks - back) % blocks;
        const Result<QByteArray> header = view.read(log.offset + at * block, block);
        if (!header)
            return false;
        if (medium::big<quint32>(*header, 0) != headerMagic)
            continue;
        const quint32 size = medium::big<quint32>(*header, 320);
        const bool several = (medium::big<quint32>(*header, 8) & 2) && size > headerCycleBytes;
        const quint64 headers = several ? (quint64(size) + headerCycleBytes - 1) / headerCycleBytes : 1;
        const quint64 length = (quint64(medium::big<quint32>(*header, 12)) + block - 1) / block;
        if (headers + length != back || length == 0 || medium::big<quint32>(*header, 40) != 1)
            return false;
        const Result<QByteArray> body = view.read(log.offset + (at + headers) % blocks * block, block);
        return body && (quint8(body->at(9)) & unmountFlag); // after transaction id, length and client
    }
    return false;
}

}
