#include "core/wire/controlmessages.h"
#include "core/wire/messages.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>
#include <QtEndian>

using namespace edgelift;
using namespace edgelift::wire;

namespace {
DataHead sampleHead()
{
    DataHead head{1, true, 2, 3U << 20, 512, 1, {}};
    for (quint8 i = 0; i < 16; ++i)
        head.digests[0].bytes[i] = i;
    return head;
}

QByteArray sampleData() { return encode(sampleHead()) + QByteArray(10, 'z'); }

QJsonObject json(const char *text) { return QJsonDocument::fromJson(text).object(); }

const char *const goodPrepare =
    R"({"epoch":"7","disks":[{"index":0,"serial":"bp1abc","sizeBytes":"200","sourceBytes":"100","fresh":true}]})";
}

class TestMessages : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void dataHeadOnTheWireNeverChanges();
    void zeroAndAckOnTheWireNeverChange();
    void liveFramesOnTheWireNeverChange();
    void liveFramesSurviveTheWayAndHostileOnesDoNot();
    void manifestNeverChanges();
    void greetingOnTheWireNeverChanges();
    void dataSurvivesTheWay();
    void hostileDataIsRefused_data();
    void hostileDataIsRefused();
    void everyTruncationOfDataIsRefused();
    void hostileZeroIsRefused();
    void failureKeepsCodeFactsAndRetry();
    void failureOfANewerReceiverIsInternal();
    void hostileGreetingIsRefused_data();
    void hostileGreetingIsRefused();
    void oversizedJsonIsRefused();
    void controlMessagesSurviveTheWay();
    void hostilePrepareIsRefused_data();
    void hostilePrepareIsRefused();
    void hostileVerifyIsRefused();
};

void TestMessages::dataHeadOnTheWireNeverChanges()
{
    QCOMPARE(encode(sampleHead()).toHex(),
        QByteArray("010000000100000002000000000000000000300000000000000200000100000"
                   "0000102030405060708090a0b0c0d0e0f"));
}

void TestMessages::zeroAndAckOnTheWireNeverChange()
{
    QCOMPARE(encode(ZeroMessage{3, 9, 1U << 20, 0x0102030405}).toHex(),
        QByteArray("0300000000000000090000000000000000001000000000000504030201000000"));
    QCOMPARE(encode(AckMessage{258}).toHex(), QByteArray("0201000000000000"));
}

void TestMessages::liveFramesOnTheWireNeverChange()
{
    QCOMPARE(encode(ZeroMessage{1, 2, 256U << 10, 512U << 10, 9, 256U << 10}).toHex(),
        QByteArray("01000000020000000200000000000000000004000000000000000800000000000900000000000400"));
    DataHead head = sampleHead();
    head.offset = 64U << 10;
    head.round = 3;
    head.blockSize = 64U << 10;
    QCOMPARE(encode(head).toHex(),
        QByteArray("0100000003000000020000000000000000000100000000000002000001000000"
                   "0300000000000100000102030405060708090a0b0c0d0e0f"));
}

void TestMessages::liveFramesSurviveTheWayAndHostileOnesDoNot()
{
    DataHead head;
    head.offset = 128U << 10;
    head.length = (4U << 20) / 4;
    head.round = 0xffffffff;
    head.blockSize = 64U << 10;
    head.extents = maxDataHashes;
    head.digests[15].bytes.fill(7);
    const QByteArray good = encode(head) + QByteArray(qsizetype(head.length), 'x');
    const Result<DataMessage> back = decodeData(good);
    QVERIFY(bool(back));
    QCOMPARE(back->head.round, head.round);
    QCOMPARE(back->head.blockSize, head.blockSize);
    QVERIFY(back->head.digests[15] == head.digests[15]);
    const Result<ZeroMessage> zero = decodeZero(encode(ZeroMessage{1, 2, 64U << 10, 1, 5, 64U << 10}));
    QVERIFY(zero && zero->round == 5 && zero->blockSize == (64U << 10));
    const auto with = [&good](qsizetype at, quint32 value) {
        QByteArray bad = good;
        qToLittleEndian(value, bad.data() + at);
        return bool(decodeData(bad));
    };
    QVERIFY(!with(32, 0)); // round
    for (const quint32 size : {0U, 1U, 32U << 10, 3U << 16, 2U << 20})
        QVERIFY2(!with(36, size), qPrintable(QString::number(size)));
    QVERIFY(!with(24, 17U << 16)); // 17 blocks
    QVERIFY(!with(16, 32U << 10)); // offset
    QVERIFY(!with(4, 4)); // flags
    QVERIFY(!decodeData(good.first(36)));
    QVERIFY(!decodeZero(encode(ZeroMessage{1, 2, 64U << 10, 1, 5, 64U << 10}).first(36)));
}

void TestMessages::manifestNeverChanges()
{
    Manifest manifest;
    QCOMPARE(toHex(manifest.digest()), QByteArray(32, '0'));
    VerifyExtent block{5, {}};
    block.digest.bytes.fill(0xab);
    manifest.add(1, 256U << 10, block);
    const Digest first = manifest.digest();
    QByteArray link(16, '\0');
    link += QByteArray::fromHex("01000000000004000500000000000000") + QByteArray(16, '\xab');
    QVERIFY(first == digestOf({link.constData(), size_t(link.size())}));
    block.index = 6;
    manifest.add(1, 256U << 10, block);
    QVERIFY(!(manifest.digest() == first));
    QCOMPARE(manifest.blocks(), 2ULL);
}

void TestMessages::greetingOnTheWireNeverChanges()
{
    QCOMPARE(encode(Welcome{2, 7, 2, 5, 6}), QByteArray(R"({"disks":2,"epoch":"7","instance":"6","round":5,"version":2})"));
    QVERIFY(!decodeWelcome(R"({"disks":2,"epoch":"7","version":2})"));
    QCOMPARE(encode(Hello{{1, 2}, QStringLiteral("j-1"), Port::Data}), QByteArray(R"({"job":"j-1","newest":2,"oldest":1,"port":"data"})"));
    QCOMPARE(encode(Welcome{1, 18446744073709551615ULL, 2}), QByteArray(R"({"disks":2,"epoch":"18446744073709551615","version":1})"));
    const Result<Welcome> welcome = decodeWelcome(encode(Welcome{1, 18446744073709551615ULL, 2}));
    QCOMPARE(welcome->epoch, 18446744073709551615ULL);
}

void TestMessages::dataSurvivesTheWay()
{
    const QByteArray payload = sampleData();
    const Result<DataMessage> message = decodeData(payload);
    QVERIFY(bool(message));
    QCOMPARE(message->head.disk, 1U);
    QVERIFY(message->head.compressed);
    QCOMPARE(message->head.epoch, 2ULL);
    QCOMPARE(message->head.offset, 3ULL << 20);
    QCOMPARE(message->head.length, 512U);
    QVERIFY(message->head.digests[0] == sampleHead().digests[0]);
    QCOMPARE(message->bytes.toByteArray(), QByteArray(10, 'z'));
}

void TestMessages::hostileDataIsRefused_data()
{
    QTest::addColumn<int>("at");
    QTest::addColumn<QByteArray>("patch");
    QTest::newRow("unknown flag") << 4 << QByteArray::fromHex("03000000");
    QTest::newRow("offset within an extent") << 16 << QByteArray::fromHex("0102300000000000");
    QTest::newRow("offset near the end of 64 bits") << 16 << QByteArray::fromHex("0000f0ffffffffff") + QByteArray::fromHex("00001000");
    QTest::newRow("no bytes") << 24 << QByteArray::fromHex("0000000000000000");
    QTest::newRow("longer than 4 MiB") << 24 << QByteArray::fromHex("0100400005000000");
    QTest::newRow("4 GiB") << 24 << QByteArray::fromHex("ffffffff00100000");
    QTest::newRow("more hashes than extents") << 28 << QByteArray::fromHex("02000000");
    QTest::newRow("2^32 hashes") << 28 << QByteArray::fromHex("ffffffff");
    QTest::newRow("plain bytes of another length") << 4 << QByteArray::fromHex("00000000");
}

void TestMessages::hostileDataIsRefused()
{
    QFETCH(int, at);
    QFETCH(QByteArray, patch);
    QByteArray payload = sampleData();
    payload.replace(at, patch.size(), patch);
    const Result<DataMessage> message = decodeData(payload);
    QVERIFY(!message);
    QCOMPARE(int(message.error().code), int(ErrorCode::FrameMalformed));
}

void TestMessages::everyTruncationOfDataIsRefused()
{
    const QByteArray head = encode(sampleHead());
    for (qsizetype length = 0; length <= head.size(); ++length)
        QVERIFY2(!decodeData(head.first(length)), qPrintable(QString::number(length)));
}

void TestMessages::hostileZeroIsRefused()
{
    QVERIFY(bool(decodeZero(encode(ZeroMessage{0, 1, 0, 1}))));
    QVERIFY(!decodeZero(encode(ZeroMessage{0, 1, 0, 0})));
    QVERIFY(!decodeZero(encode(ZeroMessage{0, 1, 512, 512})));
    QVERIFY(!decodeZero(encode(ZeroMessage{0, 1, 1U << 20, ~0ULL})));
    QVERIFY(!decodeZero(encode(ZeroMessage{0, 1, 0, 1}).first(31)));
    QVERIFY(!decodeZero(encode(ZeroMessage{0, 1, 0, 1}) + "x"));
    QVERIFY(!decodeAck(QByteArray(7, 0)));
}

void TestMessages::failureKeepsCodeFactsAndRetry()
{
    const Error error{ErrorCode::TargetDiskTooSmall, Retry::Never, {QStringLiteral("bp1"), QStringLiteral("1")}, QStringLiteral("why")};
    const Result<Failure> failure = decodeFailure(encode(Failure{error, 12}));
    QVERIFY(bool(failure));
    QCOMPARE(int(failure->error.code), int(ErrorCode::TargetDiskTooSmall));
    QCOMPARE(failure->error.args, error.args);
    QCOMPARE(failure->error.detail, error.detail);
    QVERIFY(failure->error.retry == Retry::Never);
    QCOMPARE(failure->request, 12ULL);
}

void TestMessages::failureOfANewerReceiverIsInternal()
{
    const Result<Failure> failure = decodeFailure(R"({"code":4999,"retry":1,"args":[],"detail":"new"})");
    QVERIFY(bool(failure));
    QCOMPARE(int(failure->error.code), int(ErrorCode::Internal));
    QVERIFY(failure->error.detail.contains(QLatin1String("4999")));
}

void TestMessages::hostileGreetingIsRefused_data()
{
    QTest::addColumn<QByteArray>("payload");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("not JSON") << QByteArray("hello");
    QTest::newRow("an array") << QByteArray("[1]");
    QTest::newRow("deep") << QByteArray(5000, '[');
    QTest::newRow("no job") << QByteArray(R"({"oldest":1,"newest":1,"port":"data"})");
    QTest::newRow("job too long") << QByteArray(R"({"oldest":1,"newest":1,"port":"data","job":")") + QByteArray(65, 'a') + "\"}";
    QTest::newRow("unknown port") << QByteArray(R"({"oldest":1,"newest":1,"job":"j","port":"ssh"})");
    QTest::newRow("version 0") << QByteArray(R"({"oldest":0,"newest":1,"job":"j","port":"data"})");
    QTest::newRow("backward range") << QByteArray(R"({"oldest":2,"newest":1,"job":"j","port":"data"})");
    QTest::newRow("fraction") << QByteArray(R"({"oldest":1,"newest":1.5,"job":"j","port":"data"})");
    QTest::newRow("huge") << QByteArray(R"({"oldest":1,"newest":1e300,"job":"j","port":"data"})");
    QTest::newRow("string for a number") << QByteArray(R"({"oldest":"1","newest":1,"job":"j","port":"data"})");
}

void TestMessages::hostileGreetingIsRefused()
{
    QFETCH(QByteArray, payload);
    const Result<Hello> hello = decodeHello(payload);
    QVERIFY(!hello);
    QCOMPARE(int(hello.error().code), int(ErrorCode::FrameMalformed));
}

void TestMessages::oversizedJsonIsRefused()
{
    const QByteArray start = R"({"oldest":1,"newest":1,"job":"j","port":"data","pad":")";
    const QByteArray fits = start + QByteArray(qsizetype(maxJsonPayload) - start.size() - 2, 'x') + "\"}";
    QVERIFY(bool(decodeHello(fits)));
    QVERIFY(!decodeHello(fits + " "));
}

void TestMessages::controlMessagesSurviveTheWay()
{
    const PrepareParams prepare{7, true, {{3, QStringLiteral("bp1-x"), {1ULL << 60}, {(1ULL << 60) - 1}, false}}};
    const Result<PrepareParams> back = prepareParams(toJson(prepare));
    QVERIFY(bool(back));
    QCOMPARE(back->epoch, 7ULL);
    QVERIFY(back->replace);
    QCOMPARE(back->disks.at(0).serial, QStringLiteral("bp1-x"));
    QCOMPARE(back->disks.at(0).sourceSize.count, (1ULL << 60) - 1); // a double would have lost the last bit
    QVERIFY(!back->disks.at(0).fresh);

    Digest digest;
    digest.bytes.fill(0xab);
    const Result<VerifyParams> verify = verifyParams(toJson(VerifyParams{1, {{5, digest}}}));
    QVERIFY(bool(verify));
    QCOMPARE(verify->extents.at(0).index, 5ULL);
    QVERIFY(verify->extents.at(0).digest == digest);
    QCOMPARE(verifyResult(toJson(VerifyResult{{4, 9}}))->different, (QList<quint64>{4, 9}));
    QCOMPARE(verifyParams(toJson(VerifyParams{1, {{5, digest}}, 64U << 10}))->blockSize, 64U << 10);
    QVERIFY(!verifyParams(toJson(VerifyParams{1, {{5, digest}}, 96U << 10})));
    QCOMPARE(prepareParams(toJson(PrepareParams{7, false, prepare.disks, 12}))->round, 12ULL);
    QCOMPARE(readParams(toJson(ReadParams{1, 1ULL << 60, 512}))->offset, 1ULL << 60);
    QVERIFY(!readParams(toJson(ReadParams{1, 0, maxReadLength + 1})));
    QCOMPARE(readResult(toJson(ReadResult{QByteArray(1000, '\0')}))->bytes, QByteArray(1000, '\0'));
    QVERIFY(!readResult(json(R"({"bytes":"!"})")));
    const Result<CommitParams> commit = commitParams(toJson(CommitParams{7, 12, 1ULL << 60, digest}));
    QVERIFY(commit && commit->blocks == 1ULL << 60 && commit->round == 12 && commit->manifest == digest);
    QVERIFY(!commitParams(toJson(CommitParams{7, 0, 1, digest})));
    QCOMPARE(finishParams(toJson(FinishParams{2, false}))->relocateGpt, false);
    QCOMPARE(statusResult(toJson(StatusResult{9, true, {5}}))->written.count, 5ULL);
    QCOMPARE(prepareResult(toJson(PrepareResult{{{1, QStringLiteral("/dev/vdb"), {3}}}}))->disks.at(0).device, QStringLiteral("/dev/vdb"));
}

void TestMessages::hostilePrepareIsRefused_data()
{
    QTest::addColumn<QByteArray>("find");
    QTest::addColumn<QByteArray>("put");
    QTest::newRow("epoch 0") << QByteArray(R"("7")") << QByteArray(R"("0")");
    QTest::newRow("epoch as number") << QByteArray(R"("7")") << QByteArray("7");
    QTest::newRow("epoch with sign") << QByteArray(R"("7")") << QByteArray(R"("+7")");
    QTest::newRow("epoch over 64 bits") << QByteArray(R"("7")") << QByteArray(R"("18446744073709551616")");
    QTest::newRow("serial is a path") << QByteArray("bp1abc") << QByteArray("../../etc/passwd");
    QTest::newRow("serial is a folder") << QByteArray("bp1abc") << QByteArray("..");
    QTest::newRow("serial with a letter of another script") << QByteArray("bp1abc") << QByteArray("bp\xc3\xa4");
    QTest::newRow("serial empty") << QByteArray("bp1abc") << QByteArray();
    QTest::newRow("source larger than target") << QByteArray(R"("200")") << QByteArray(R"("99")");
    QTest::newRow("no disks") << QByteArray(goodPrepare).mid(21, 81) << QByteArray();
    QTest::newRow("index too high") << QByteArray(R"("index":0)") << QByteArray(R"("index":64)");
    QTest::newRow("disk is no object") << QByteArray(R"("disks":[)") << QByteArray(R"("disks":[3,)");
    QTest::newRow("same index twice") << QByteArray(R"("disks":[)")
                                      << QByteArray(R"("disks":[{"index":0,"serial":"a","sizeBytes":"2","sourceBytes":"1","fresh":true},)");
}

void TestMessages::hostilePrepareIsRefused()
{
    QVERIFY(bool(prepareParams(json(goodPrepare))));
    QFETCH(QByteArray, find);
    QFETCH(QByteArray, put);
    QByteArray text = goodPrepare;
    QVERIFY(text.contains(find));
    text.replace(find, put);
    QVERIFY2(!prepareParams(QJsonDocument::fromJson(text).object()), text.constData());
}

void TestMessages::hostileVerifyIsRefused()
{
    const QString hash(32, QLatin1Char('a'));
    const auto refused = [](const QJsonArray &extents) {
        return !verifyParams({{QStringLiteral("disk"), 0}, {QStringLiteral("extents"), extents}});
    };
    const auto one = [](const QJsonArray &pair) { // QJsonArray{pair} would be a copy
        QJsonArray extents;
        extents.append(pair);
        return extents;
    };
    QVERIFY(!refused(one({0, hash})));
    QVERIFY(refused({}));
    QVERIFY(refused({0, hash}));
    QVERIFY(refused(one({0, hash.left(31)})));
    QVERIFY(refused(one({0, hash.left(31) + QLatin1Char('g')})));
    QVERIFY(refused(one({-1, hash})));
    QVERIFY(refused(one({0.5, hash})));
    QVERIFY(refused(one({1e18, hash}))); // its offset would not fit 64 bits
    QVERIFY(refused(one({0})));
    QVERIFY(refused(one({0, hash, 1})));
    QJsonArray many;
    for (qsizetype i = 0; i <= maxVerifyExtents; ++i)
        many.append(QJsonArray{i, hash});
    QVERIFY(refused(many));
}

QTEST_GUILESS_MAIN(TestMessages)
#include "tst_messages.moc"
