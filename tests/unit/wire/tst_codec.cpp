#include "core/wire/codec.h"
#include "core/wire/digest.h"

#include <QRandomGenerator>
#include <QTest>
#include <zstd.h>

using namespace edgelift;
using namespace edgelift::wire;

namespace {
std::span<const char> view(const QByteArray &bytes) { return {bytes.constData(), size_t(bytes.size())}; }

/// Text-like bytes that compress, the same every time.
QByteArray sample(qsizetype size)
{
    QByteArray bytes;
    QRandomGenerator random(7);
    while (bytes.size() < size)
        bytes += "block " + QByteArray::number(random.bounded(1000)) + '\n';
    return bytes.left(size);
}

QByteArray packed(const QByteArray &bytes, int level)
{
    QByteArray out(qsizetype(compressedBound(size_t(bytes.size()))), 0);
    Compressor compressor;
    out.truncate(qsizetype(compressor.compress(view(bytes), {out.data(), size_t(out.size())}, level)));
    return out;
}

/// Decompresses into a buffer of `length` bytes between guards that must stay as they are.
std::optional<Error> unpack(const QByteArray &bytes, qsizetype length, QByteArray *result = nullptr)
{
    QByteArray guarded(length + 128, '#');
    Decompressor decompressor;
    const Result<> done = decompressor.decompress(view(bytes), {guarded.data() + 64, size_t(length)});
    if (!guarded.startsWith(QByteArray(64, '#')) || !guarded.endsWith(QByteArray(64, '#')))
        qFatal("wrote outside the buffer");
    if (result)
        *result = guarded.mid(64, length);
    return done ? std::nullopt : std::optional(done.error());
}
}

class TestCodec : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyLevelComesBackTheSame();
    void levelZeroAndRandomBytesAreNotCompressed();
    void higherLevelsAreNotLarger();
    void sizeIsThatOfZstdInOneGo();
    void stopEndsItEarly();
    void bombIsStoppedAtItsStatedLength();
    void anyFlippedByteOrLengthIsSeen();
    void digestIsTheCanonicalXxh3();
    void digestHexIsStrict();
    void zerosAreTold();
};

void TestCodec::everyLevelComesBackTheSame()
{
    const QByteArray bytes = sample(300000);
    for (int level = 1; level <= highestCompression; ++level) {
        QByteArray back;
        QVERIFY(!unpack(packed(bytes, level), bytes.size(), &back));
        QCOMPARE(back, bytes);
    }
}

void TestCodec::levelZeroAndRandomBytesAreNotCompressed()
{
    QCOMPARE(packed(sample(1000), noCompression).size(), 0);
    QByteArray noise(100000, 0);
    QRandomGenerator random(1);
    for (char &c : noise)
        c = char(random.generate());
    QCOMPARE(packed(noise, 7).size(), 0);
}

void TestCodec::higherLevelsAreNotLarger()
{
    const QByteArray bytes = sample(1 << 20);
    QVERIFY(packed(bytes, 7).size() < packed(bytes, 1).size());
    QCOMPARE(packed(bytes, 99), packed(bytes, highestCompression));
}

void TestCodec::sizeIsThatOfZstdInOneGo()
{
    const QByteArray bytes = sample(4 << 20);
    QByteArray out(qsizetype(ZSTD_compressBound(size_t(bytes.size()))), 0);
    const size_t whole = ZSTD_compress(out.data(), size_t(out.size()), bytes.constData(), size_t(bytes.size()), 7);
    const qsizetype ours = packed(bytes, 7).size();
    QVERIFY2(ours <= qsizetype(whole + whole / 100), qPrintable(QStringLiteral("%1 and %2").arg(ours).arg(whole)));
}

void TestCodec::stopEndsItEarly()
{
    const QByteArray bytes = sample(1 << 20);
    QByteArray out(qsizetype(compressedBound(size_t(bytes.size()))), 0);
    std::stop_source stop;
    Compressor compressor;
    QVERIFY(compressor.compress(view(bytes), {out.data(), size_t(out.size())}, 7, stop.get_token()) > 0);
    stop.request_stop();
    QCOMPARE(compressor.compress(view(bytes), {out.data(), size_t(out.size())}, 7, stop.get_token()), size_t(0));
    QVERIFY(compressor.compress(view(bytes), {out.data(), size_t(out.size())}, 7) > 0); // and it can go on
}

void TestCodec::bombIsStoppedAtItsStatedLength()
{
    const QByteArray bomb = packed(QByteArray(64 << 20, 0), 7);
    QVERIFY(bomb.size() < 10000);
    const std::optional<Error> error = unpack(bomb, 4096);
    QVERIFY(error);
    QCOMPARE(int(error->code), int(ErrorCode::DataCorrupted));
}

void TestCodec::anyFlippedByteOrLengthIsSeen()
{
    const QByteArray bytes = sample(5000);
    const QByteArray good = packed(bytes, 3);
    const Digest digest = digestOf(view(bytes));
    for (qsizetype i = 0; i < good.size(); ++i) {
        QByteArray bad = good;
        bad[i] = char(bad[i] ^ 0x10);
        QByteArray back;
        const std::optional<Error> error = unpack(bad, bytes.size(), &back);
        QVERIFY2(error || !(digestOf(view(back)) == digest) || back == bytes, qPrintable(QString::number(i)));
    }
    for (qsizetype length = 0; length < good.size(); ++length)
        QVERIFY(unpack(good.first(length), bytes.size()));
    QVERIFY(unpack(good, bytes.size() - 1));
    QVERIFY(unpack(good, bytes.size() + 1));
    QVERIFY(unpack(good + good, bytes.size()));
    QVERIFY(unpack(good + "x", bytes.size()));
    QVERIFY(unpack({}, 1));
}

void TestCodec::digestIsTheCanonicalXxh3()
{
    // The reference values of xxHash 0.8 (xxhsum -H2)
    QCOMPARE(toHex(digestOf({})), QByteArray("99aa06d3014798d86001c324468d497f"));
    const QByteArray abc("abc");
    QCOMPARE(toHex(digestOf(view(abc))), QByteArray("06b05ab6733a618578af5f94892f3950"));
}

void TestCodec::digestHexIsStrict()
{
    QVERIFY(digestFromHex("06B05AB6733A618578af5f94892f3950"));
    QVERIFY(!digestFromHex("06b05ab6733a618578af5f94892f395"));
    QVERIFY(!digestFromHex("06b05ab6733a618578af5f94892f39500"));
    QVERIFY(!digestFromHex("06b05ab6733a618578af5f94892f395 "));
}

void TestCodec::zerosAreTold()
{
    QVERIFY(isAllZero({}));
    for (const qsizetype size : {1, 7, 4096, 100001}) {
        QByteArray bytes(size, 0);
        QVERIFY(isAllZero(view(bytes)));
        for (const qsizetype at : {qsizetype(0), size / 2, size - 1}) {
            bytes[at] = 1;
            QVERIFY(!isAllZero(view(bytes)));
            bytes[at] = 0;
        }
        QVERIFY(!isAllZero(view(QByteArray(size, 'a'))));
    }
}

QTEST_GUILESS_MAIN(TestCodec)
#include "tst_codec.moc"
