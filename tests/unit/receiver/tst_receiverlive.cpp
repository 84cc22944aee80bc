#include "core/wire/digest.h"
#include "receiverfixture.h"

#include <QTest>

using namespace edgelift;
using namespace edgelift::receiver::test;

/// What a live copy asks of the receiver: nothing that comes late is written, and a point is what was read back.
class TestReceiverLive : public QObject
{
    Q_OBJECT

    static constexpr quint32 block = 64U << 10;
    static QString serial() { return QStringLiteral("bp1abc"); }
    std::unique_ptr<ReceiverFixture> m_receiver;
    Result<QJsonObject> prepare(quint64 round, quint64 epoch = 7) const
    {
        QJsonObject params = ReceiverFixture::prepareParams(epoch, serial(), 4 * MiB, 4 * MiB - 512);
        if (round != 0)
            params.insert(QStringLiteral("round"), qint64(round));
        TestClient control = m_receiver->control();
        return control.ask(QStringLiteral("prepare"), params);
    }
    static ErrorCode code(const Result<QJsonObject> &result) { return result ? ErrorCode(0) : result.error().code; }
    static QByteArray live(quint64 round, quint64 offset, const QByteArray &bytes)
    {
        wire::DataHead head;
        head.epoch = 7;
        head.offset = offset;
        head.length = quint32(bytes.size());
        head.round = quint32(round);
        head.blockSize = block;
        head.extents = (head.length + block - 1) / block;
        for (quint32 i = 0; i < head.extents; ++i)
            head.digests[i] = digest(bytes.mid(qsizetype(i * block), qsizetype(head.extentLength(i))));
        return wire::encode(head) + bytes;
    }
    static wire::Digest digest(const QByteArray &bytes) { return wire::digestOf({bytes.constData(), size_t(bytes.size())}); }
    ErrorCode put(const QByteArray &payload, wire::FrameType type = wire::FrameType::Data) const
    {
        TestClient data = m_receiver->data();
        const quint64 sequence = data.put(type, payload);
        const Result<> acknowledged = data.waitForAck(sequence);
        return acknowledged ? ErrorCode(0) : acknowledged.error().code;
    }
    static Result<QJsonObject> verify(TestClient &control, const QList<wire::VerifyExtent> &blocks)
    {
        return control.ask(QStringLiteral("verify"), wire::toJson(wire::VerifyParams{0, blocks, block}));
    }

private Q_SLOTS:
    void init();
    void roundsOnlyGrow();
    void framesOfAnotherRoundAreNotWritten();
    void theRoundOutlivesTheReceiver();
    void blocksAreVerifiedOneByOne();
    void aPointIsWhatWasReadBack();
    void readGivesTheMedium();
};

void TestReceiverLive::init()
{
    m_receiver = std::make_unique<ReceiverFixture>();
    m_receiver->addDisk(serial(), 4 * MiB);
    m_receiver->start();
}

void TestReceiverLive::roundsOnlyGrow()
{
    QCOMPARE(m_receiver->control().welcome().round, 0ULL);
    QVERIFY(prepare(5));
    QCOMPARE(m_receiver->control().welcome().round, 5ULL);
    QCOMPARE(code(prepare(5)), ErrorCode::RoundPassed);
    QCOMPARE(code(prepare(4)), ErrorCode::RoundPassed);
    QCOMPARE(code(prepare(0)), ErrorCode::RoundPassed);
    QVERIFY(prepare(6));
}

void TestReceiverLive::framesOfAnotherRoundAreNotWritten()
{
    const QByteArray bytes = noise(3 * block, 1);
    QVERIFY(prepare(5));
    for (const quint64 round : {quint64(4), quint64(6)})
        QCOMPARE(put(live(round, block, bytes)), ErrorCode::RoundPassed);
    QCOMPARE(put(dataPayload(0, 7, 0, bytes)), ErrorCode::RoundPassed); // a frame without a round
    QCOMPARE(put(wire::encode(wire::ZeroMessage{0, 7, 0, block, 4, block}), wire::FrameType::Zero), ErrorCode::RoundPassed);
    QCOMPARE(m_receiver->disks().faults.writes().size(), 0);
    TestClient early = m_receiver->data(); // connected in round 5, speaks when 6 is under way
    QVERIFY(early);
    QCOMPARE(put(live(5, block, bytes)), ErrorCode(0));
    QVERIFY(prepare(6));
    (void)early.put(wire::FrameType::Data, live(5, block, noise(3 * block, 2)));
    QVERIFY(early.failure() != ErrorCode(0)); // its connection ended with the round
    QVERIFY(m_receiver->diskContent(serial(), block, 3 * block) == bytes);
    QVERIFY(prepare(0, 8).error().code == ErrorCode::EpochUnknown); // and other copies are refused as ever
}

void TestReceiverLive::theRoundOutlivesTheReceiver()
{
    QVERIFY(prepare(5));
    QCOMPARE(put(live(5, 0, noise(block, 1))), ErrorCode(0));
    const quint64 instance = m_receiver->control().welcome().instance;
    m_receiver->stop();
    m_receiver->start();
    const TestClient again = m_receiver->control();
    QCOMPARE(again.welcome().round, 5ULL);
    QVERIFY(again.welcome().instance != instance);
    QCOMPARE(put(live(4, 0, noise(block, 2))), ErrorCode::RoundPassed);
    QCOMPARE(code(prepare(5)), ErrorCode::RoundPassed);
}

void TestReceiverLive::blocksAreVerifiedOneByOne()
{
    const QByteArray bytes = noise(block, 3);
    QVERIFY(prepare(1));
    QCOMPARE(put(live(1, 3 * block, bytes)), ErrorCode(0));
    TestClient control = m_receiver->control();
    const auto found = verify(control, {{2, digest(QByteArray(block, '\0'))}, {3, digest(bytes)}, {4, digest(bytes)}});
    QVERIFY(found);
    QCOMPARE(wire::verifyResult(*found)->different, QList<quint64>{4});
    const auto last = verify(control, {{63, digest(QByteArray(block - 512, '\0'))}}); // shorter
    QVERIFY(last && wire::verifyResult(*last)->different.isEmpty());
    QCOMPARE(code(verify(control, {{64, digest(bytes)}})), ErrorCode::OutsideRegion);
}

void TestReceiverLive::aPointIsWhatWasReadBack()
{
    const QByteArray bytes = noise(block, 3);
    const wire::VerifyExtent sent{3, digest(bytes)};
    wire::Manifest manifest;
    manifest.add(0, block, sent);
    const auto commit = [&](TestClient &control, quint64 round, quint64 epoch = 7) {
        return code(
            control.ask(QStringLiteral("commit"), wire::toJson(wire::CommitParams{epoch, round, manifest.blocks(), manifest.digest()})));
    };
    const auto point = [](TestClient &control) { return wire::statusResult(*control.ask(QStringLiteral("status")))->point; };
    QVERIFY(prepare(1));
    QCOMPARE(put(live(1, 3 * block, bytes)), ErrorCode(0));
    TestClient control = m_receiver->control();
    QCOMPARE(commit(control, 1), ErrorCode::VerificationFailed); // nothing was read back yet
    QVERIFY(verify(control, {sent}));
    QCOMPARE(commit(control, 2), ErrorCode::RoundPassed);
    QCOMPARE(commit(control, 1, 9), ErrorCode::EpochUnknown);
    QCOMPARE(put(live(1, 3 * block, bytes)), ErrorCode(0)); // written again, read back before
    QCOMPARE(commit(control, 1), ErrorCode::VerificationFailed);
    QVERIFY(verify(control, {{3, digest(noise(block, 4))}})); // different: does not count
    QCOMPARE(commit(control, 1), ErrorCode::VerificationFailed);
    QVERIFY(verify(control, {sent}));
    QCOMPARE(point(control), 0ULL);
    QCOMPARE(commit(control, 1), ErrorCode(0));
    QCOMPARE(point(control), 1ULL);
    control.close();
    m_receiver->stop();
    m_receiver->start();
    TestClient again = m_receiver->control();
    QCOMPARE(point(again), 1ULL);
    again.close();
    QVERIFY(prepare(2));
    TestClient later = m_receiver->control();
    QCOMPARE(point(later), 0ULL);
}

void TestReceiverLive::readGivesTheMedium()
{
    const QByteArray bytes = noise(block, 5);
    QVERIFY(prepare(1));
    QCOMPARE(put(live(1, block, bytes)), ErrorCode(0));
    TestClient control = m_receiver->control();
    const auto read = [&control](quint64 offset, quint32 length) {
        return control.ask(QStringLiteral("read"), wire::toJson(wire::ReadParams{0, offset, length}));
    };
    QCOMPARE(wire::readResult(*read(block + 5, 1000))->bytes, bytes.mid(5, 1000));
    QCOMPARE(wire::readResult(*read(0, wire::maxReadLength))->bytes.mid(block, block), bytes);
    QCOMPARE(code(read(4 * MiB - 512, 1)), ErrorCode::OutsideRegion);
    QCOMPARE(code(read(quint64(-1), 2)), ErrorCode::OutsideRegion);
}

QTEST_GUILESS_MAIN(TestReceiverLive)
#include "tst_receiverlive.moc"
