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
inline constexpr quint32 fullDataHead = 32 + maxDataExtents * quint32(sizeof(Digest)); ///< bytes before those of a Data message of that length
inline constexpr quint32 maxJsonPayload = 1U << 20;
inline constexpr quint32 maxDisks = 64;

enum class Port : quint8 { Control, Data };

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

/// The head of a Data message; the (compressed) bytes follow it in the payload.
struct DataHead
{
    quint32 disk = 0;
    bool compressed = false;
    quint64 epoch = 0;
    quint64 offset = 0; ///< a multiple of extentSize
    quint32 length = 0; ///< uncompressed, 1 to maxDataLength
    quint32 extents = 0; ///< as many as `length` touches
    std::array<Digest, maxDataExtents> digests{}; ///< of the uncompressed bytes of each extent; the first `extents` count
    /// Bytes of extent `index` of this message.
    quint32 extentLength(quint32 index) const { return std::min(extentSize, length - index * extentSize); }
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
    quint64 offset = 0; ///< a multiple of extentSize
    quint64 length = 0; ///< > 0; any length
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
