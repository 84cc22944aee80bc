#include "core/base/errortext.h"
#include "core/base/log.h"
#include "core/receiver/alignedbuffer.h"
#include "core/wire/codec.h"
#include "flippingrelay.h"
#include "realtransfer.h"

#include <QJsonDocument>

using namespace edgelift;
using namespace edgelift::test;
using namespace std::chrono_literals;

namespace {

constexpr quint64 size = 12 * MiB;
constexpr quint64 place = 5 * MiB + 4711; // of the byte that flips
constexpr char flip = 0x10;

/// Flips one bit of what is written, or of what was already made durable.
struct TargetFaults
{
    std::atomic<int> writes = 0; ///< so many that cover `place`, on their way to the disk
    std::atomic<int> rots = 0; ///< so many times after a sync
};

class FlippingMedium final : public receiver::Medium
{
public:
    FlippingMedium(std::unique_ptr<receiver::Medium> real, TargetFaults &faults)
        : m_real(std::move(real))
        , m_faults(faults)
    {
    }
    Bytes size() const override { return m_real->size(); }
    QString path() const override { return m_real->path(); }
    int zero(quint64 offset, quint64 length) override { return m_real->zero(offset, length); }
    int read(std::span<char> into, quint64 offset) override { return m_real->read(into, offset); }
    int write(std::span<const char> data, quint64 offset) override
    {
        const bool covers = offset <= place && place < offset + data.size();
        m_written = m_written || covers;
        if (!covers || m_faults.writes <= 0)
            return m_real->write(data, offset);
        --m_faults.writes;
        const receiver::AlignedBuffer copy((data.size() + 4095) / 4096 * 4096);
        const std::span<char> bytes = copy.first(data.size());
        std::ranges::copy(data, bytes.begin());
        bytes[place - offset] ^= flip;
        return m_real->write(bytes, offset);
    }
    int sync() override
    {
        const int synced = m_real->sync();
        if (synced != 0 || !m_written || m_faults.rots <= 0)
            return synced;
        --m_faults.rots;
        const receiver::AlignedBuffer block(4096);
        const quint64 at = place / 4096 * 4096;
        static_cast<void>(m_real->read(block.first(4096), at));
        block.first(4096)[place - at] ^= flip;
        return m_real->write(block.first(4096), at);
    }

private:
    std::unique_ptr<receiver::Medium> m_real;
    TargetFaults &m_faults;
    std::atomic<bool> m_written = false;
};

class FlippingDisks final : public receiver::TargetDisks
{
public:
    Result<std::unique_ptr<receiver::Medium>> open(const QString &serial) override
    {
        Result<std::unique_ptr<receiver::Medium>> real = receiver::DiskMedium::open(path, serial);
        if (!real)
            return real;
        return std::unique_ptr<receiver::Medium>(std::make_unique<FlippingMedium>(real.take(), faults));
    }
    QString path;
    TargetFaults faults;
};

/// Compressible, different everywhere.
QByteArray content()
{
    QByteArray bytes(qsizetype(size), 'e');
    QRandomGenerator random(3);
    for (qsizetype i = 0; i < bytes.size(); i += 8)
        *reinterpret_cast<quint32 *>(bytes.data() + i) = random.generate();
    return bytes;
}

void write(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
}

QByteArray readFile(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// A read that sees a flipped bit at `place`, so many times.
BlockReader::ReadCall lyingRead(const std::shared_ptr<std::atomic<int>> &times)
{
    return [times](int fd, void *into, size_t length, off_t offset) {
        const ssize_t got = ::pread(fd, into, length, offset);
        if (got > 0 && quint64(offset) <= place && place < quint64(offset) + quint64(got) && (*times)-- > 0)
            // another bit each time, or a source that is always read wrongly in the same way would look steady
            static_cast<char *>(into)[place - quint64(offset)] ^= char(1 << (*times & 7));
        return got;
    };
}

/// What the log said of attempts that failed: "EL-0206 DataCorrupted".
QString attemptsIn(const QString &logPath)
{
    QStringList codes;
    for (const QByteArray &line : readFile(logPath).split('\n')) {
        const QString message = QJsonDocument::fromJson(line).object().value(QLatin1String("message")).toString();
        const QString failed = QStringLiteral("attempt failed: ");
        const QString code =
            message.startsWith(failed) ? message.mid(failed.size()).section(QRegularExpression(QStringLiteral("[ :(]+")), 0, 1) : QString();
        if (!code.isEmpty() && !codes.contains(code))
            codes.append(code);
    }
    return codes.join(QLatin1String(", "));
}

}

class TestIntegrity : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void bitFlip_data();
    void bitFlip();
    void cleanupTestCase();

private:
    QStringList m_table;
};

void TestIntegrity::bitFlip_data()
{
    QTest::addColumn<QString>("stage");
    QTest::addColumn<int>("times");
    QTest::addColumn<bool>("checksum");
    QTest::addColumn<QString>("caught"); ///< where
    QTest::addColumn<QString>("code");
    QTest::addColumn<QString>("outcome"); ///< repaired, refused, unnoticed
    const auto row = [](const char *stage, int times, bool checksum, const char *caught, const char *code, const char *outcome) {
        QTest::addRow("%s, %d times, checksum %s", stage, times, checksum ? "on" : "off")
            << QString::fromLatin1(stage) << times << checksum << QString::fromLatin1(caught) << QString::fromLatin1(code)
            << QString::fromLatin1(outcome);
    };
    constexpr int always = 1000;
    row("reader: between disk and hash", 1, true, "verification, at the source", "", "repaired");
    row("reader: between disk and hash", always, true, "verification, at the source", "EL-0119 SourceUnsteady", "refused");
    row("reader: between disk and hash", 1, false, "", "", "unnoticed");
    row("codec: before compression", 1, false, "receiver, before writing", "EL-0206 DataCorrupted", "repaired");
    row("codec: compressed bytes", 1, false, "receiver, before writing", "EL-0206 DataCorrupted", "repaired");
    row("codec: compressed bytes", always, false, "receiver, before writing", "EL-0206 DataCorrupted", "refused");
    row("wire: beneath TLS", 1, false, "receiver, TLS", "EL-0212 LinkLost", "repaired");
    row("wire: inside a frame", 1, false, "receiver, before writing", "EL-0206 DataCorrupted", "repaired");
    row("wire: hash in a frame", 1, false, "receiver, before writing", "EL-0206 DataCorrupted", "repaired");
    row("wire: place in a frame", 1, true, "verification, at the target", "", "repaired");
    row("writer: between check and write", 1, true, "verification, at the target", "", "repaired");
    row("writer: between check and write", always, true, "verification, at the target", "EL-0211 VerificationFailed", "refused");
    row("writer: between check and write", 1, false, "", "", "unnoticed");
    row("target disk: after the acknowledgement", 1, true, "verification, at the target", "", "repaired");
    row("target disk: after the acknowledgement", 1, false, "", "", "unnoticed");
}

namespace {

/// Puts the fault of `stage` into the transfer. The relay, when one is needed, is the caller's to keep.
std::unique_ptr<FlippingRelay> arrange(RealTransfer &transfer, FlippingDisks &disks, const QString &stage, int times)
{
    const auto left = std::make_shared<std::atomic<int>>(times);
    const quint16 port = transfer.settings.receiver.dataPort;
    if (stage.startsWith(QLatin1String("reader")))
        transfer.settings.read = lyingRead(left);
    if (stage.startsWith(QLatin1String("writer")))
        disks.faults.writes = times;
    if (stage.startsWith(QLatin1String("target")))
        disks.faults.rots = times;
    if (stage.contains(QLatin1String("beneath TLS")))
        return std::make_unique<FlippingRelay>(port, [left](quint64 offset, std::span<char> bytes) {
            constexpr quint64 at = MiB + 17;
            if (offset <= at && at < offset + bytes.size() && (*left)-- > 0)
                bytes[at - offset] ^= flip;
        });
    const auto inFrames = [&](const FlippingRelay::DamageFrame &damage) {
        return std::make_unique<FlippingRelay>(port, transfer.sender, transfer.target, [left, damage](QByteArray &payload) {
            if ((*left)-- > 0)
                damage(payload);
        });
    };
    const auto headOf = [](const QByteArray &payload) { return 32 + 16 * qsizetype(payload.at(28)); };
    transfer.tuning.compression = stage.startsWith(QLatin1String("codec")) ? 1 : 0;
    if (stage.contains(QLatin1String("before compression")))
        return inFrames([headOf](QByteArray &payload) {
            const Result<wire::DataMessage> message = wire::decodeData(payload);
            QByteArray plain(message->head.length, 0);
            const QByteArray packed = payload.mid(headOf(payload));
            static_cast<void>(
                wire::Decompressor().decompress({packed.data(), size_t(packed.size())}, {plain.data(), size_t(plain.size())}));
            plain[4711] = char(plain.at(4711) ^ flip);
            QByteArray again(qsizetype(wire::compressedBound(size_t(plain.size()))), 0);
            again.truncate(
                qsizetype(wire::Compressor().compress({plain.constData(), size_t(plain.size())}, {again.data(), size_t(again.size())}, 1)));
            payload = payload.left(headOf(payload)) + again;
        });
    if (stage.contains(QLatin1String("compressed bytes")) || stage.contains(QLatin1String("inside a frame")))
        return inFrames([headOf](QByteArray &payload) {
            const qsizetype at = (headOf(payload) + payload.size()) / 2;
            payload[at] = char(payload.at(at) ^ flip);
        });
    if (stage.contains(QLatin1String("hash in a frame")))
        return inFrames([](QByteArray &payload) { payload[35] = char(payload.at(35) ^ flip); });
    if (stage.contains(QLatin1String("place in a frame")))
        return inFrames([](QByteArray &payload) { payload[18] = char(payload.at(18) ^ 0x40); }); // 4 MiB further, or nearer
    return nullptr;
}

}

void TestIntegrity::bitFlip()
{
    QFETCH(QString, stage);
    QFETCH(int, times);
    QFETCH(bool, checksum);
    FlippingDisks disks;
    RealTransfer transfer(disks);
    const QByteArray bytes = content();
    write(transfer.sourcePath(), bytes);
    disks.path = transfer.folder.filePath(QStringLiteral("target"));
    write(disks.path, QByteArray(qsizetype(size), 0));
    transfer.addSource();
    transfer.settings.streams = 2;
    transfer.settings.patience = times > 1 ? 3s : 60s;
    transfer.tuning.checksum = checksum;
    const std::unique_ptr<FlippingRelay> relay = arrange(transfer, disks, stage, times);
    if (relay)
        transfer.settings.receiver.dataPort = relay->port();
    const QString logPath = transfer.folder.filePath(QStringLiteral("log"));
    QVERIFY(log::openFile(logPath));
    const Outcome outcome = transfer.run();

    const bool equal = readFile(disks.path) == bytes;
    const bool finished = outcome.end == Outcome::End::Finished;
    const QString code =
        finished ? attemptsIn(logPath) : displayCode(outcome.error->code) + QLatin1Char(' ') + codeName(outcome.error->code);
    const QString caught = code.contains(QLatin1String("DataCorrupted")) ? QStringLiteral("receiver, before writing")
        : code.contains(QLatin1String("LinkLost"))                       ? QStringLiteral("receiver, TLS")
        : transfer.progress.rereadExtents > 0                            ? QStringLiteral("verification, at the source")
        : transfer.progress.repairedExtents > 0                          ? QStringLiteral("verification, at the target")
                                                                         : QString();
    const QString end = !finished ? QStringLiteral("refused") : equal ? QStringLiteral("repaired") : QStringLiteral("unnoticed");
    m_table.append(QStringLiteral("%1 %2 %3 %4 %5 %6")
                       .arg(stage, -40)
                       .arg(times > 1 ? QStringLiteral("always") : QStringLiteral("once"), -7)
                       .arg(checksum ? QStringLiteral("on") : QStringLiteral("off"), -9)
                       .arg(caught.isEmpty() ? QStringLiteral("-") : caught, -28)
                       .arg(code.isEmpty() ? QStringLiteral("-") : code, -27)
                       .arg(end));
    QTEST(end, "outcome");
    QTEST(caught, "caught");
    QTEST(code, "code");
    if (!finished)
        QVERIFY(!describe(*outcome.error).remedy.isEmpty());
}

void TestIntegrity::cleanupTestCase()
{
    QTextStream out(stdout);
    out << QStringLiteral("%1 %2 %3 %4 %5 %6\n")
               .arg(QStringLiteral("stage"), -40)
               .arg(QStringLiteral("how"), -7)
               .arg(QStringLiteral("checksum"), -9)
               .arg(QStringLiteral("where caught"), -28)
               .arg(QStringLiteral("code"), -27)
               .arg(QStringLiteral("outcome"));
    for (const QString &line : std::as_const(m_table))
        out << line << '\n';
}

QTEST_GUILESS_MAIN(TestIntegrity)
#include "tst_integrity.moc"
