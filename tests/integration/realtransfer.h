#pragma once
#include "core/receiver/receiverserver.h"
#include "core/stream/transfer.h"

#include <QFile>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>
#include <thread>

namespace edgelift::test {

inline constexpr quint64 MiB = 1U << 20;

/// One disk from the real sender to the real receiver over loopback. The test gives the receiver's disks, and may put something
/// in between.
class RealTransfer
{
public:
    /// `targets` outlives this.
    explicit RealTransfer(receiver::TargetDisks &targets)
        : folder(QStringLiteral("/var/tmp/edgelift-test-XXXXXX")) // a disk, not memory: what is read there is counted
        , m_server(config(), targets)
    {
        const Result<> started = m_server.start();
        if (!started)
            qFatal("the receiver does not start: %s", qPrintable(started.error().detail));
        m_waiter = std::jthread([this] { static_cast<void>(m_server.wait()); });
        settings.receiver = {QStringLiteral("127.0.0.1"), m_server.controlPort(), m_server.dataPort(), QStringLiteral("j-test")};
        settings.keys = sender;
        settings.peerPin = *wire::pinOf(target.certificate);
        settings.epoch = 7;
        settings.journalPath = folder.filePath(QStringLiteral("journal"));
        tuning.compression = 0;
    }
    ~RealTransfer() { m_server.requestStop(); }

    QString sourcePath() const { return folder.filePath(QStringLiteral("source")); }
    /// After the source file was written.
    void addSource()
    {
        const Bytes size{quint64(QFileInfo(sourcePath()).size())};
        disks.append({0, QStringLiteral("disk"), sourcePath(), {}, size, RangeSet({0, size.count}), QStringLiteral("identity"), size,
            QStringLiteral("bp0")});
    }
    Outcome run(const std::stop_token &stop = {})
    {
        return Transfer(settings, disks, tuning, [this](const TransferProgress &now) { progress = now; }).run(stop);
    }

    wire::LinkKeys sender = *wire::makeLinkKeys(QStringLiteral("source"));
    wire::LinkKeys target = *wire::makeLinkKeys(QStringLiteral("receiver"));
    QTemporaryDir folder;
    TransferSettings settings;
    TransferTuning tuning;
    QList<TransferDisk> disks;
    TransferProgress progress;

private:
    receiver::ReceiverConfig config() const
    {
        receiver::ReceiverConfig config;
        config.job = QStringLiteral("j-test");
        config.listen = QStringLiteral("127.0.0.1");
        config.controlPort = 0;
        config.dataPort = 0;
        config.keys = target;
        config.peerPin = *wire::pinOf(sender.certificate);
        config.stateDir = folder.filePath(QStringLiteral("state"));
        return config;
    }
    receiver::ReceiverServer m_server;
    std::jthread m_waiter;
};

}
