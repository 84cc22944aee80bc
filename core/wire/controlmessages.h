#pragma once
#include "core/wire/messages.h"

/// Parameters and results of the control methods (PROTOCOL.md). toJson() makes what Request::params and Reply::result carry; the
/// from…() functions trust nothing and answer FrameMalformed. Numbers of 64 bits travel as decimal strings: JSON's are doubles.
namespace edgelift::wire {

namespace method {
inline constexpr QLatin1String prepare{"prepare"};
inline constexpr QLatin1String status{"status"};
inline constexpr QLatin1String verify{"verify"};
inline constexpr QLatin1String finish{"finish"};
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
};
inline constexpr qsizetype maxVerifyExtents = 4096;
struct VerifyExtent
{
    quint64 index = 0; ///< offset / extentSize
    Digest digest;
};
struct VerifyParams
{
    quint32 disk = 0;
    QList<VerifyExtent> extents; ///< 1 to maxVerifyExtents
};
struct VerifyResult
{
    QList<quint64> different; ///< indexes, a subset of those asked
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
[[nodiscard]] Result<PrepareParams> prepareParams(const QJsonObject &object);
[[nodiscard]] Result<PrepareResult> prepareResult(const QJsonObject &object);
[[nodiscard]] Result<StatusResult> statusResult(const QJsonObject &object);
[[nodiscard]] Result<VerifyParams> verifyParams(const QJsonObject &object);
[[nodiscard]] Result<VerifyResult> verifyResult(const QJsonObject &object);
[[nodiscard]] Result<FinishParams> finishParams(const QJsonObject &object);

}
