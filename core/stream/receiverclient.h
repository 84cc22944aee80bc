#pragma once
#include "core/wire/controlmessages.h"
#include "core/wire/framechannel.h"
#include "core/wire/greeting.h"

#include <memory>
#include <optional>

namespace edgelift {

/// Where the receiver is and how both ends know each other: everything a connection needs.
struct ReceiverAddress
{
    QString host; ///< numeric IPv4 or IPv6 address
    quint16 controlPort = 8080;
    quint16 dataPort = 8703;
    QString job;
};

/// The control connection: one call at a time, each answered before the next. One thread. Every wait ends at once with LinkLost
/// when stop is asked. Errors of all calls: those of TlsSocket, ReceiverUnreachable, ReceiverVersion, FrameMalformed, and whatever
/// the receiver answers with (EpochUnknown, TargetDiskMissing, TargetDiskTooSmall, TargetReadFailed, TargetTableFailed, …).
class ReceiverClient
{
public:
    [[nodiscard]] static Result<std::unique_ptr<ReceiverClient>> connect(const ReceiverAddress &address, const wire::TlsContext &context,
        std::stop_token stop, std::shared_ptr<std::atomic<quint64>> sentBytes = {});

    /// What the receiver said of itself when we connected.
    const wire::Welcome &welcome() const { return m_welcome; }

    [[nodiscard]] Result<wire::PrepareResult> prepare(const wire::PrepareParams &params);
    [[nodiscard]] Result<wire::StatusResult> status();
    /// Indexes of the extents whose bytes on the medium have another hash. Reads the medium: may take a minute for 4096 extents.
    [[nodiscard]] Result<QList<quint64>> verify(const wire::VerifyParams &params);
    /// Bytes of the target's medium, exactly `params.length` of them.
    [[nodiscard]] Result<QByteArray> read(const wire::ReadParams &params);
    /// The receiver's sign-off of a point. Errors: VerificationFailed, RoundPassed, EpochUnknown.
    [[nodiscard]] Result<> commit(const wire::CommitParams &params);
    /// Makes the disks of a changed layout; `image`: TargetImage as JSON. Repeating it changes nothing. After prepare. Errors: ReceiverVersion
    /// (too old for it), TargetBuildFailed, ToolMissing.
    [[nodiscard]] Result<> build(quint64 epoch, const QJsonObject &image);
    [[nodiscard]] Result<> finish(const wire::FinishParams &params);
    /// Makes the copied server start on an instance: params and result as in PROTOCOL.md. May take many minutes. Its errors besides are
    /// those of convert::Converter.
    [[nodiscard]] Result<QJsonObject> convert(const QJsonObject &order);
    /// The receiver flushes, answers and ends itself.
    [[nodiscard]] Result<> shutdown();

private:
    ReceiverClient(std::unique_ptr<wire::FrameChannel> channel, wire::Welcome welcome);
    [[nodiscard]] Result<QJsonObject> call(QLatin1String method, const QJsonObject &params, std::chrono::milliseconds timeout);

    std::unique_ptr<wire::FrameChannel> m_channel;
    wire::Welcome m_welcome;
    quint64 m_nextId = 1;
};

}
