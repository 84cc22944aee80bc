#pragma once
#include "core/base/bytes.h"
#include "core/wire/digest.h"
#include "core/wire/frame.h"
#include "core/wire/negotiation.h"

#include <QJsonObject>
#include <QList>
#include <QString>
#include <limits>

/// What frames carry: one struct per message, encode() to a payload, decode…() from one. Decoders trust nothing and bound every
/// length; each answers FrameMalformed for anything that does not fit. PROTOCOL.md is the specification.
namespace edgelift::wire {

inline constexpr quint32 extentSize = 1U << 20; ///< unit of hashes, journal and verification; the last one of a disk is shorter
inline constexpr quint32 maxDataLength = 4U << 20; ///< uncompressed bytes of a Data message
inline constexpr quint32 maxDataExtents = maxDataLength / extentSize;
inline constexpr quint32 maxDataHashes = 16; ///< of a Data message, whatever its block size
inline constexpr quint32 leastBlockSize = 64U << 10; ///< of a live copy
inline constexpr quint32 fullDataHead =
    32 + maxDataExtents * quint32(sizeof(Digest)); ///< bytes before those of a Data message of that length
inline constexpr quint32 maxJsonPayload = 1U << 20;
inline constexpr quint32 maxDisks = 64;
inline constexpr qint64 maxRound = 0xffffffff; ///< of a live copy

enum class Port : quint8 {
    Control,
    Data,
    Files, ///< on the port of Data (version 3): one rsync each
};

struct Hello
{
    VersionRange versions = ourVersions;
    QString job; ///< 1–64 characters
    Port port = Port::Control;
};
struct Welcome
{
    quint16 version = 1;
    quint64 epoch = 0; ///< bound at the receiver; 0: none yet
    quint32 disks = 0; ///< prepared
    quint64 round = 0; ///< of the bound epoch, see PrepareParams; this and the next are not said in version 1
    quint64 instance = 0; ///< another one after each start of the receiver
};
/// Why the sender refuses. `request` names the control request it answers; 0 elsewhere. A code unknown here becomes Internal.
struct Failure
{
    Error error;
    quint64 request = 0;
};
struct Request
{
    quint64 id = 0; ///< from 1, rising, below 2^53
    QString method;
    QJsonObject params;
};
struct Reply
{
    quint64 id = 0;
    QJsonObject result;
};

[[nodiscard]] QByteArray encode(const Hello &message);
[[nodiscard]] QByteArray encode(const Welcome &message);
[[nodiscard]] QByteArray encode(const Failure &message);
[[nodiscard]] QByteArray encode(const Request &message);
[[nodiscard]] QByteArray encode(const Reply &message);
[[nodiscard]] Result<Hello> decodeHello(QByteArrayView payload);
[[nodiscard]] Result<Welcome> decodeWelcome(QByteArrayView payload);
[[nodiscard]] Result<Failure> decodeFailure(QByteArrayView payload);
[[nodiscard]] Result<Request> decodeRequest(QByteArrayView payload);
[[nodiscard]] Result<Reply> decodeReply(QByteArrayView payload);

/// Whether a live copy may have blocks of so many bytes: a power of two from leastBlockSize to extentSize.
[[nodiscard]] constexpr bool isBlockSize(quint64 bytes)
{
    return bytes >= leastBlockSize && bytes <= extentSize && (bytes & (bytes - 1)) == 0;
}

/// The head of a Data message; the (compressed) bytes follow it in the payload.
struct DataHead
{
    quint32 disk = 0;
    bool compressed = false;
    quint64 epoch = 0;
    quint64 offset = 0; ///< a multiple of blockSize
    quint32 length = 0; ///< uncompressed, 1 to maxDataLength
    quint32 extents = 0; ///< as many blocks as `length` touches, at most maxDataHashes
    quint32 round = 0; ///< of a live copy (version 2); 0: not live
    quint32 blockSize = extentSize; ///< what each hash covers; another than extentSize only in a live copy
    std::array<Digest, maxDataHashes> digests{}; ///< of the uncompressed bytes of each block; the first `extents` count
    /// Bytes of block `index` of this message.
    quint32 extentLength(quint32 index) const { return std::min(blockSize, length - index * blockSize); }
};
struct DataMessage
{
    DataHead head;
    QByteArrayView bytes; ///< into the payload given to decodeData()
};
struct ZeroMessage
{
    quint32 disk = 0;
    quint64 epoch = 0;
    quint64 offset = 0; ///< a multiple of blockSize
    quint64 length = 0; ///< > 0; any length
    quint32 round = 0; ///< as in DataHead
    quint32 blockSize = extentSize; ///< as in DataHead
};
struct AckMessage
{
    quint64 upTo = 0; ///< every frame up to this sequence on this connection is on stable storage
};

[[nodiscard]] QByteArray encode(const DataHead &head);
[[nodiscard]] QByteArray encode(const ZeroMessage &message);
[[nodiscard]] QByteArray encode(const AckMessage &message);
/// An uncompressed message's bytes have exactly `length` bytes. That the range lies inside the disk is for the receiver to check;
/// offset + length does not overflow.
[[nodiscard]] Result<DataMessage> decodeData(QByteArrayView payload);
[[nodiscard]] Result<ZeroMessage> decodeZero(QByteArrayView payload);
[[nodiscard]] Result<AckMessage> decodeAck(QByteArrayView payload);

}
