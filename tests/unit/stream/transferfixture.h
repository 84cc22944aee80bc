#pragma once
#include "core/stream/transfer.h"
#include "fakereceiver.h"

#include <QFile>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

namespace edgelift::test {

using namespace std::chrono_literals;

inline constexpr quint64 MiB = 1U << 20;

/// Bytes that compress about to a half, different in every block of 512 and for every seed.
inline QByteArray content(qsizetype size, quint32 seed)
{
    QByteArray bytes(size + 8, 'e');
    QRandomGenerator random(seed);
    for (qsizetype i = 0; i < size; i += 8)
        *reinterpret_cast<quint32 *>(bytes.data() + i) = random.generate();
    bytes.truncate(size);
    return bytes;
}

/// A source disk in a file, its target at a fake receiver, and one transfer between them at a time.
class TransferFixture
{
public:
    TransferFixture()
    {
        settings.receiver = {QStringLiteral("127.0.0.1"), receiver.controlPort(), receiver.dataPort(), QStringLiteral("j-1")};
        settings.keys = source;
        settings.peerPin = *wire::pinOf(target.certificate);
        settings.epoch = 7;
        settings.streams = 2;
        settings.journalPath = folder.filePath(QStringLiteral("journal"));
        settings.patience = 60s; // the machine may be busy
        settings.stall = 20s;
        tuning.compression = 1; // the default takes most of a test's time
    }

    /// Adds a disk of `bytes` of which `used` must be copied; its target is `extra` bytes larger.
    void addDisk(const QByteArray &bytes, const RangeSet &used, qsizetype extra = 0)
    {
        const quint32 index = quint32(disks.size());
        const QString path = folder.filePath(QStringLiteral("disk%1").arg(index));
        write(path, bytes);
        const QString serial = QStringLiteral("bp%1").arg(index);
        receiver.addDisk(serial, bytes.size() + extra);
        disks.append({index, QStringLiteral("d%1").arg(index), path, {}, {quint64(bytes.size())}, used, QStringLiteral("id%1").arg(index),
            {quint64(bytes.size() + extra)}, serial});
        contents.append(bytes);
    }
    void addWholeDisk(const QByteArray &bytes, qsizetype extra = 0) { addDisk(bytes, RangeSet({0, quint64(bytes.size())}), extra); }

    Outcome run(std::stop_token stop = {}, const Transfer::Observer &observer = {})
    {
        Transfer transfer(settings, disks, tuning, [&](const TransferProgress &now) {
            progress = now;
            if (observer)
                observer(now);
        });
        return transfer.run(stop);
    }

    /// Empty when every target holds the used bytes of its source, zeros in the rest of each sent extent and nothing beyond.
    QString difference() const
    {
        for (qsizetype d = 0; d < disks.size(); ++d) {
            const TransferDisk &disk = disks.at(d);
            QByteArray expected(qsizetype(disk.targetSize.count), 0);
            for (const ByteRange &range : disk.used)
                expected.replace(
                    qsizetype(range.offset), qsizetype(range.length), contents.at(d).mid(qsizetype(range.offset), qsizetype(range.length)));
            const QByteArray found = receiver.disk(disk.serial);
            const auto at = std::mismatch(expected.begin(), expected.end(), found.begin(), found.end());
            if (at.first != expected.end() || at.second != found.end())
                return QStringLiteral("disk %1 differs at %2").arg(d).arg(at.first - expected.begin());
        }
        return {};
    }

    static void write(const QString &path, const QByteArray &bytes)
    {
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            qFatal("cannot write the test's disk");
    }

    wire::LinkKeys source = *wire::makeLinkKeys(QStringLiteral("source"));
    wire::LinkKeys target = *wire::makeLinkKeys(QStringLiteral("receiver"));
    QTemporaryDir folder;
    FakeReceiver receiver{target, *wire::pinOf(source.certificate), QStringLiteral("j-1")};
    TransferSettings settings;
    TransferTuning tuning;
    QList<TransferDisk> disks;
    QList<QByteArray> contents;
    TransferProgress progress;
};

inline QString describeEnd(const Outcome &outcome)
{
    if (outcome.error)
        return QString::number(int(outcome.error->code)) + QLatin1Char(' ') + outcome.error->detail;
    return outcome.end == Outcome::End::Stopped ? QStringLiteral("stopped") : QStringLiteral("finished");
}

}
#define VERIFY_FINISHED(outcome) QCOMPARE(edgelift::test::describeEnd(outcome), QStringLiteral("finished"))
