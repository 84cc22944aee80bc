#pragma once
#include "core/wire/controlmessages.h"
#include "core/wire/greeting.h"

#include <QByteArray>
#include <memory>

namespace edgelift::receiver::test {

/// How to reach a receiver: what a sender would know.
struct Address
{
    quint16 port = 0;
    wire::LinkKeys keys;
    QByteArray receiverPin;
    QString job;
};

/// The sender's side, by hand. Every wait ends after ten seconds with an error.
class TestClient
{
public:
    /// TLS and Hello. Check error() before anything else.
    TestClient(const Address &address, wire::Port port);
    explicit operator bool() const { return !m_error; }
    ErrorCode error() const { return m_error ? m_error->code : ErrorCode(0); }
    const wire::Welcome &welcome() const { return m_welcome; }
    wire::FrameChannel &channel() { return *m_channel; }
    void close() { m_channel.reset(); }

    // control
    [[nodiscard]] Result<QJsonObject> ask(const QString &method, const QJsonObject &params = {});

    // data
    /// `payload` as a frame; the sequence it got.
    quint64 put(wire::FrameType type, const QByteArray &payload = {});
    /// Whatever the receiver says next: upTo of an Ack, or its Failure, or the end of the link.
    [[nodiscard]] Result<quint64> nextAck(std::chrono::milliseconds timeout = std::chrono::seconds(10));
    /// Reads Acks until one covers `sequence`. The error otherwise.
    [[nodiscard]] Result<> waitForAck(quint64 sequence);
    /// The code of the Failure (or of the link's end) that follows, Acks skipped.
    [[nodiscard]] ErrorCode failure();

private:
    std::optional<Error> m_error;
    wire::Welcome m_welcome;
    std::unique_ptr<wire::FrameChannel> m_channel;
    quint64 m_request = 0;
};

/// A Data payload with right hashes. `level` 0: not compressed.
[[nodiscard]] QByteArray dataPayload(quint32 disk, quint64 epoch, quint64 offset, const QByteArray &bytes, int level = 0);
[[nodiscard]] QByteArray zeroPayload(quint32 disk, quint64 epoch, quint64 offset, quint64 length);

}
