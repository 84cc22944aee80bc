#pragma once
#include "core/wire/digest.h"

#include <array>
#include <optional>

namespace edgelift {

/// One record of the journal, 32 bytes, little-endian:
///   0 kind (4), 4 disk (4), 8 extent (4), 12 content (16), 28 checksum (4): XXH3-64 of the first 28 bytes, seeded with the
///   record's number, low half: a record moved or copied elsewhere in the file does not count.
struct JournalRecord
{
    enum class Kind : quint32 {
        Head = 0x4a4c4745, ///< "EGLJ"; disk: number of disks, extent: version 1, content: job and epoch
        Identity = 1, ///< content: identity and size of the disk
        Map = 2, ///< content: the used ranges; forgets what was stored of the disk before
        Stored = 3, ///< content: hash of the extent
        Forgotten = 4, ///< the extent is to be sent again
        Wire = 5, ///< content: bytes sent in all, 8 bytes
    };
    Kind kind{};
    quint32 disk = 0;
    quint32 extent = 0;
    wire::Digest content;
};

inline constexpr size_t journalRecordSize = 32;
using JournalBytes = std::array<char, journalRecordSize>;

[[nodiscard]] JournalBytes encode(const JournalRecord &record, quint32 number);
/// Nothing when the checksum does not fit.
[[nodiscard]] std::optional<JournalRecord> decodeRecord(const JournalBytes &bytes, quint32 number);

}
