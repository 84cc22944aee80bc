#pragma once
#include "core/receiver/receiverserver.h"
#include "fakedisks.h"
#include "testclient.h"

#include <QTemporaryDir>
#include <thread>

namespace edgelift::receiver::test {

inline constexpr quint64 MiB = 1U << 20;

/// A receiver on 127.0.0.1 with plain files as disks, and the keys to talk to it.
class ReceiverFixture
{
public:
    explicit ReceiverFixture(FlushLimits limits = {});
    ~ReceiverFixture();

    /// A sparse file that is found under this serial.
    void addDisk(const QString &serial, quint64 bytes);
    [[nodiscard]] QString diskPath(const QString &serial) const;
    [[nodiscard]] QByteArray diskContent(const QString &serial, quint64 offset, quint64 length) const;
    [[nodiscard]] quint64 allocatedBytes(const QString &serial) const;

    void start(); ///< again after stop(): a new process on the same state folder
    void stop();
    [[nodiscard]] bool ended() const { return m_ended; } ///< wait() returned by itself
    [[nodiscard]] ReceiverServer &server() { return *m_server; }
    [[nodiscard]] FakeDisks &disks() { return m_disks; }
    [[nodiscard]] const ReceiverConfig &config() const { return m_config; }

    [[nodiscard]] Address address(wire::Port port) const;
    [[nodiscard]] Address strangersAddress(wire::Port port) const; ///< with keys of their own
    [[nodiscard]] TestClient control() const { return {address(wire::Port::Control), wire::Port::Control}; }
    [[nodiscard]] TestClient data() const { return {address(wire::Port::Data), wire::Port::Data}; }

    /// Parameters of prepare for one disk. Sizes in bytes.
    [[nodiscard]] static QJsonObject prepareParams(
        quint64 epoch, const QString &serial, quint64 size, quint64 sourceSize, bool fresh = true, bool replace = false);

private:
    QTemporaryDir m_folder;
    ReceiverConfig m_config;
    wire::LinkKeys m_senderKeys;
    FlushLimits m_limits;
    FakeDisks m_disks;
    std::unique_ptr<ReceiverServer> m_server;
    std::thread m_waiter;
    std::atomic<bool> m_ended{false};
};

/// `length` bytes that differ by `seed` and do not compress to nothing.
[[nodiscard]] QByteArray noise(quint64 length, quint32 seed);

}
