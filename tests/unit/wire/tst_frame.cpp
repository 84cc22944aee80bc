#include "core/wire/frame.h"
#include "core/wire/negotiation.h"

#include <QTest>

using namespace edgelift;
using namespace edgelift::wire;

class TestFrame : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void layoutOnTheWireNeverChanges();
    void limitsNeverChange();
    void hostileHeadersAreRefused_data();
    void hostileHeadersAreRefused();
    void largestPayloadIsAccepted();
    void newestCommonVersionIsTaken();
    void noCommonVersionNamesTheirs();
};

void TestFrame::layoutOnTheWireNeverChanges()
{
    const auto bytes = encode(FrameHeader{0x0102, FrameType::Data, 0x1112131415161718, 0x212223});
    const QByteArray hex = QByteArray(bytes.data(), headerSize).toHex(' ');
    QCOMPARE(hex, QByteArray("45 44 47 4c 02 01 10 00 18 17 16 15 14 13 12 11 23 22 21 00"));
    const Result<FrameHeader> back = decode(QByteArrayView(bytes.data(), headerSize));
    QVERIFY(bool(back));
    QCOMPARE(back->sequence, 0x1112131415161718ULL);
    QVERIFY(back->type == FrameType::Data);
}

void TestFrame::limitsNeverChange()
{
    QCOMPARE(maxPayload, 4259840U);
    QCOMPARE(quint16(FrameType::Failure), quint16(5));
    QCOMPARE(quint16(FrameType::Finish), quint16(19));
}

void TestFrame::hostileHeadersAreRefused_data()
{
    QTest::addColumn<QByteArray>("hex");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("one byte short") << QByteArray("4544474c010010000000000000000000000000");
    QTest::newRow("wrong magic") << QByteArray("4544474d01001000000000000000000000000000");
    QTest::newRow("HTTP") << QByteArray("474554202f20485454502f312e310d0a486f7374");
    QTest::newRow("payload one over the limit") << QByteArray("4544474c0100100000000000000000000100410000");
    QTest::newRow("payload of 4 GiB") << QByteArray("4544474c010010000000000000000000ffffffff");
}

void TestFrame::hostileHeadersAreRefused()
{
    QFETCH(QByteArray, hex);
    const Result<FrameHeader> header = decode(QByteArray::fromHex(hex));
    QVERIFY(!header);
    QCOMPARE(int(header.error().code), int(ErrorCode::FrameMalformed));
}

void TestFrame::largestPayloadIsAccepted()
{
    const Result<FrameHeader> header = decode(QByteArray::fromHex("4544474c01001000000000000000000000004100"));
    QVERIFY(bool(header));
    QCOMPARE(header->length, maxPayload);
}

void TestFrame::newestCommonVersionIsTaken()
{
    QCOMPARE(*negotiate({1, 3}, {2, 5}), quint16(3));
    QCOMPARE(*negotiate({1, 3}, {1, 1}), quint16(1));
}

void TestFrame::noCommonVersionNamesTheirs()
{
    const Result<quint16> version = negotiate({1, 1}, {2, 3});
    QVERIFY(!version);
    QCOMPARE(int(version.error().code), int(ErrorCode::ReceiverVersion));
    QCOMPARE(version.error().args, QStringList{QStringLiteral("2-3")});
}

QTEST_GUILESS_MAIN(TestFrame)
#include "tst_frame.moc"
