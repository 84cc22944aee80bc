#pragma once
#include "core/wire/messages.h"

/// Parameters and results of the control methods (PROTOCOL.md). toJson() makes what Request::params and Reply::result carry; the
/// from…() functions trust nothing and answer FrameMalformed. Numbers of 64 bits travel as decimal strings: JSON's are doubles.
namespace edgelift::wire {

namespace method {
inline constexpr QLatin1String prepare{"prepare"};
inline constexpr QLatin1String status{"status"};
inline constexpr QLatin1String verify{"verify"};
inline constexpr QLatin1String read{"read"};
inline constexpr QLatin1String commit{"commit"};
inline constexpr QLatin1String build{"build"};
inline constexpr QLatin1String files{"files"}; ///< on a connection of its own (Port::Files)
inline constexpr QLatin1String finish{"finish"};
/// Parameters and result are JSON of core/layout and core/receiver/convert.
inline constexpr QLatin1String convert{"convert"};
inline constexpr QLatin1String shutdown{"shutdown"};
}

struct PrepareDisk
{
    quint32 index = 0; ///< below maxDisks
    QString serial; ///< of the target; [A-Za-z0-9._-]{1,64}: it becomes part of a path at the receiver
    Bytes size; ///< the target must have at least this much
    Bytes sourceSize; ///< writes end here
    bool fresh = true; ///< reads as zeros: nothing was ever written to it
};
struct PrepareParams
{
    quint64 epoch = 0; ///< not 0
    bool replace = false; ///< forget another epoch's data
    QList<PrepareDisk> disks; ///< 1 to maxDisks, distinct indexes
    quint64 round = 0; ///< of a live copy: grows with every prepare of the epoch, and only its frames are taken. 0: not live
};
struct PreparedDisk
{
    quint32 index = 0;
    QString device;
    Bytes size; ///< what the target really has
};
struct PrepareResult
{
    QList<PreparedDisk> disks;
};
struct StatusResult
{
    quint64 epoch = 0; ///< 0: none
    bool prepared = false;
    Bytes written;
    quint64 point = 0; ///< round whose point was committed and not written to since; 0: none
};
inline constexpr qsizetype maxVerifyExtents = 4096;
struct VerifyExtent
{
    quint64 index = 0; ///< offset / blockSize
    Digest digest;
};
struct VerifyParams
{
    quint32 disk = 0;
    QList<VerifyExtent> extents; ///< 1 to maxVerifyExtents
    quint32 blockSize = extentSize;
};
struct VerifyResult
{
    QList<quint64> different; ///< indexes, a subset of those asked
};
inline constexpr quint32 maxReadLength = 512U << 10;
struct ReadParams
{
    quint32 disk = 0;
    quint64 offset = 0;
    quint32 length = 0; ///< 1 to maxReadLength
};
struct ReadResult
{
    QByteArray bytes; ///< of the medium
};
/// The sender's half of a point's sign-off; the receiver's is to answer it.
struct CommitParams
{
    quint64 epoch = 0;
    quint64 round = 0;
    quint64 blocks = 0; ///< read back and equal since the last write
    Digest manifest; ///< of them, see Manifest
};
/// The hashes of what was read back, in the order it was: both ends keep one and compare. A value.
class Manifest
{
public:
    void add(quint32 disk, quint32 blockSize, const VerifyExtent &block);
    [[nodiscard]] quint64 blocks() const { return m_blocks; }
    [[nodiscard]] Digest digest() const { return m_digest; }

private:
    quint64 m_blocks = 0;
    Digest m_digest; // XXH3-128 of the one before it, and of disk, block size, index and hash
};
struct FinishParams
{
    quint32 disk = 0;
    bool relocateGpt = true;
};

[[nodiscard]] QJsonObject toJson(const PrepareParams &params);
[[nodiscard]] QJsonObject toJson(const PrepareResult &result);
[[nodiscard]] QJsonObject toJson(const StatusResult &result);
[[nodiscard]] QJsonObject toJson(const VerifyParams &params);
[[nodiscard]] QJsonObject toJson(const VerifyResult &result);
[[nodiscard]] QJsonObject toJson(const FinishParams &params);
[[nodiscard]] QJsonObject toJson(const ReadParams &params);
[[nodiscard]] QJsonObject toJson(const ReadResult &result);
[[nodiscard]] QJsonObject toJson(const CommitParams &params);
[[nodiscard]] Result<PrepareParams> prepareParams(const QJsonObject &object);
[[nodiscard]] Result<PrepareResult> prepareResult(const QJsonObject &object);
[[nodiscard]] Result<StatusResult> statusResult(const QJsonObject &object);
[[nodiscard]] Result<VerifyParams> verifyParams(const QJsonObject &object);
[[nodiscard]] Result<VerifyResult> verifyResult(const QJsonObject &object);
[[nodiscard]] Result<FinishParams> finishParams(const QJsonObject &object);
[[nodiscard]] Result<ReadParams> readParams(const QJsonObject &object);
[[nodiscard]] Result<ReadResult> readResult(const QJsonObject &object);
[[nodiscard]] Result<CommitParams> commitParams(const QJsonObject &object);

}
