#pragma once
#include "core/base/result.h"

#include <QByteArrayView>
#include <array>

/// One message on a connection between source and receiver (PROTOCOL.md). All fields little-endian.
///
///   offset  bytes  field
///        0      4  magic     45 44 47 4C ("EDGL")
///        4      2  version   of the protocol; every frame after Hello carries the negotiated one
///        6      2  type      FrameType; an unknown type at or above 0x8000 is skipped, below that it ends the session
///        8      8  sequence  0, 1, 2, … per direction and connection
///       16      4  length    of the payload, at most maxPayload
///       20      …  payload
namespace edgelift::wire {

inline constexpr std::array<char, 4> magic = {'E', 'D', 'G', 'L'};
inline constexpr qsizetype headerSize = 20;
/// 4 MiB of data plus the head of a Data message and what zstd may add to incompressible input.
inline constexpr quint32 maxPayload = (4U << 20) + (64U << 10);
/// Types from here on may be skipped by an end that does not know them.
inline constexpr quint16 firstSkippableType = 0x8000;

enum class FrameType : quint16 {
    Hello = 1,
    Welcome = 2,
    Request = 3,
    Reply = 4,
    Failure = 5,
    Data = 16,
    Zero = 17,
    Ack = 18,
    Finish = 19,
    Stream = 20,
    StreamEnd = 21,
};
/// Whether a version we speak defines this number.
[[nodiscard]] bool isKnown(FrameType type);

struct FrameHeader
{
    quint16 version = 0;
    FrameType type = FrameType::Hello;
    quint64 sequence = 0;
    quint32 length = 0;
    bool operator==(const FrameHeader &) const = default;
};

[[nodiscard]] std::array<char, headerSize> encode(const FrameHeader &header);
/// Errors: FrameMalformed (short, wrong magic, payload over the limit). Trusts nothing: `bytes` come from the network.
[[nodiscard]] Result<FrameHeader> decode(QByteArrayView bytes);

/// FrameMalformed with `why` (English) as detail: every decoder of this folder answers with it.
[[nodiscard]] Error malformed(const QString &why);

}
