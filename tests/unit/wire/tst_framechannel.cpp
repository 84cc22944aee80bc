#include "core/wire/greeting.h"
#include "tlspair.h"

#include <QtEndian>

using namespace edgelift;
using namespace edgelift::wire;
using namespace edgelift::wire::test;

namespace {
struct Channels
{
    std::unique_ptr<FrameChannel> client;
    std::unique_ptr<FrameChannel> server;
};

Channels channels(const Ends &ends)
{
    Pair pair = connectPair(ends.sourceContext, ends.receiverContext);
    return {std::make_unique<FrameChannel>(pair.client.take()), std::make_unique<FrameChannel>(pair.server.take())};
}

/// What a channel makes of `bytes` that its peer wrote as they are.
Result<FrameChannel::Frame> receiveRaw(Channels &both, const QByteArray &bytes, std::chrono::milliseconds timeout = 5s)
{
    if (!both.client->socket().writeAll(view(bytes), 5s))
        return Error{};
    return both.server->receive(timeout);
}

QByteArray header(FrameHeader header)
{
    const auto bytes = encode(header);
    return QByteArray(bytes.data(), headerSize);
}
}

class TestFrameChannel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void framesKeepTheirOrderAndContent();
    void nothingLeavesUnadmitted();
    void fullDataFramesLieAligned();
    void admissionCanEndASend();
    void wrongSequenceEndsTheSession_data();
    void wrongSequenceEndsTheSession();
    void unknownTypesAreSkippedOnlyFromHighNumbers();
    void framesOverTheLimitAreRefused();
    void truncatedFrameIsAStallOrALostLink();
    void greetingSettlesVersionAndEpoch();
    void anOlderPeerGetsItsVersion();
    void receiverRefusesAnotherJobVersionOrPort();

private:
    Ends m_ends;
};

void TestFrameChannel::framesKeepTheirOrderAndContent()
{
    Channels both = channels(m_ends);
    QByteArray large(qsizetype(maxPayload), 0);
    for (qsizetype i = 0; i < large.size(); ++i)
        large[i] = char(i * 31 >> 3);
    auto sending = std::async(std::launch::async, [&] {
        return both.client->send(FrameType::Ack, {"ab", "c"}, 5s)
            && both.client->send(FrameType::Data, {large.first(7), large.sliced(7)}, 5s) && both.client->send(FrameType::Finish, {}, 5s);
    });
    Result<FrameChannel::Frame> frame = both.server->receive(5s);
    QVERIFY(bool(frame));
    QCOMPARE(frame->payload.toByteArray(), QByteArray("abc"));
    frame = both.server->receive(5s);
    QVERIFY(bool(frame));
    QCOMPARE(frame->sequence, 1ULL);
    QVERIFY(frame->payload == large);
    frame = both.server->receive(5s);
    QVERIFY(bool(frame));
    QVERIFY(frame->type == FrameType::Finish && frame->payload.isEmpty());
    QVERIFY(sending.get());
    QVERIFY(!both.client->send(FrameType::Data, {large, "x"}, 5s)); // one byte over the limit is never sent
}

void TestFrameChannel::nothingLeavesUnadmitted()
{
    Channels both = channels(m_ends);
    constexpr size_t piece = 30000;
    const QByteArray payload(100000, 'p');
    size_t admitted = 0;
    bool within = true;
    const quint64 before = both.client->socket().wireSent();
    auto sending = std::async(std::launch::async, [&] {
        return both.client->send(FrameType::Data, {QByteArrayView("head"), payload}, 5s, [&](size_t bytes) {
            within = within && both.client->socket().wireSent() - before <= admitted + 10 * TlsSocket::recordOverhead;
            admitted += std::min(bytes, piece);
            return std::min(bytes, piece);
        });
    });
    const Result<FrameChannel::Frame> frame = both.server->receive(5s);
    QVERIFY(bool(frame));
    QVERIFY(frame->payload == "head" + payload);
    QVERIFY(bool(sending.get()));
    QVERIFY(within);
    QCOMPARE(admitted, size_t(headerSize + 4 + payload.size()));
}

void TestFrameChannel::admissionCanEndASend()
{
    Channels both = channels(m_ends);
    QVERIFY(!both.client->send(FrameType::Data, {QByteArray(100000, 'p')}, 5s, [](size_t) { return size_t(0); }));
}

/// A Data frame with the full number of extents can be written with O_DIRECT from where it was received.
void TestFrameChannel::fullDataFramesLieAligned()
{
    Channels both = channels(m_ends);
    auto sending = std::async(std::launch::async, [&] { return both.client->send(FrameType::Data, {QByteArray(maxPayload, 'd')}, 5s); });
    const Result<FrameChannel::Frame> frame = both.server->receive(5s);
    QVERIFY(bool(frame));
    QCOMPARE(quintptr(frame->payload.data() + fullDataHead) % 4096, quintptr(0));
    QVERIFY(bool(sending.get()));
}

void TestFrameChannel::wrongSequenceEndsTheSession_data()
{
    QTest::addColumn<quint64>("second");
    QTest::newRow("repeated") << 0ULL;
    QTest::newRow("gap") << 2ULL;
}

void TestFrameChannel::wrongSequenceEndsTheSession()
{
    QFETCH(quint64, second);
    Channels both = channels(m_ends);
    QVERIFY(bool(receiveRaw(both, header({1, FrameType::Finish, 0, 0}))));
    const Result<FrameChannel::Frame> frame = receiveRaw(both, header({1, FrameType::Finish, second, 0}));
    QVERIFY(!frame);
    QCOMPARE(int(frame.error().code), int(ErrorCode::FrameMalformed));
}

void TestFrameChannel::unknownTypesAreSkippedOnlyFromHighNumbers()
{
    Channels both = channels(m_ends);
    const QByteArray skipped = header({1, FrameType(0x8001), 0, 9000}) + QByteArray(9000, '?');
    const Result<FrameChannel::Frame> frame = receiveRaw(both, skipped + header({1, FrameType::Finish, 1, 0}));
    QVERIFY(bool(frame));
    QVERIFY(frame->type == FrameType::Finish);
    const Result<FrameChannel::Frame> bad = receiveRaw(both, header({1, FrameType(77), 2, 0}));
    QVERIFY(!bad);
    QCOMPARE(int(bad.error().code), int(ErrorCode::FrameMalformed));
}

void TestFrameChannel::framesOverTheLimitAreRefused()
{
    Channels both = channels(m_ends);
    QVERIFY(bool(both.client->send(FrameType::Request, {QByteArray(2000, 'x')}, 5s)));
    const Result<FrameChannel::Frame> frame = both.server->receive(5s, 1999);
    QVERIFY(!frame);
    QCOMPARE(int(frame.error().code), int(ErrorCode::FrameMalformed));
}

void TestFrameChannel::truncatedFrameIsAStallOrALostLink()
{
    Channels both = channels(m_ends);
    const Result<FrameChannel::Frame> waiting = receiveRaw(both, header({1, FrameType::Data, 0, 100}) + QByteArray(99, 'x'), 100ms);
    QVERIFY(!waiting);
    QCOMPARE(int(waiting.error().code), int(ErrorCode::LinkStalled));
    Channels closed = channels(m_ends);
    QVERIFY(bool(closed.client->socket().writeAll(view(header({1, FrameType::Data, 0, 100})), 5s)));
    closed.client.reset();
    const Result<FrameChannel::Frame> cut = closed.server->receive(5s);
    QVERIFY(!cut);
    QCOMPARE(int(cut.error().code), int(ErrorCode::LinkLost));
}

void TestFrameChannel::greetingSettlesVersionAndEpoch()
{
    Channels both = channels(m_ends);
    auto answering = std::async(std::launch::async, [&] {
        const Result<Hello> hello = receiveHello(*both.server, QStringLiteral("j-1"), Port::Data, 5s);
        return hello && answerHello(*both.server, {0, 77, 2}, 5s);
    });
    const Result<Welcome> welcome = greet(*both.client, {ourVersions, QStringLiteral("j-1"), Port::Data}, 5s);
    QVERIFY(answering.get());
    QVERIFY(bool(welcome));
    QCOMPARE(welcome->epoch, 77ULL);
    QCOMPARE(both.client->version(), ourVersions.newest);
    // from now on another version is an offence
    const Result<FrameChannel::Frame> frame = receiveRaw(both, header({1, FrameType::Finish, 1, 0}));
    QVERIFY(!frame);
    QCOMPARE(int(frame.error().code), int(ErrorCode::FrameMalformed));
}

void TestFrameChannel::anOlderPeerGetsItsVersion()
{
    Channels both = channels(m_ends);
    auto answering = std::async(std::launch::async, [&] {
        const Result<Hello> hello = receiveHello(*both.server, QStringLiteral("j-1"), Port::Control, 5s);
        return hello && answerHello(*both.server, {0, 77, 2, 5, 6}, 5s);
    });
    const Result<Welcome> welcome = greet(*both.client, {{1, 1}, QStringLiteral("j-1"), Port::Control}, 5s);
    QVERIFY(answering.get());
    QVERIFY(bool(welcome));
    QCOMPARE(both.client->version(), quint16(1));
    QCOMPARE(welcome->round, 0ULL); // version 1 does not say it
}

void TestFrameChannel::receiverRefusesAnotherJobVersionOrPort()
{
    const auto refusal = [this](const Hello &hello) {
        Channels both = channels(m_ends);
        auto answering =
            std::async(std::launch::async, [&] { return bool(receiveHello(*both.server, QStringLiteral("j-1"), Port::Data, 5s)); });
        const Result<Welcome> welcome = greet(*both.client, hello, 5s);
        const bool accepted = answering.get();
        return welcome || accepted ? ErrorCode::Internal : welcome.error().code;
    };
    QCOMPARE(int(refusal({ourVersions, QStringLiteral("j-2"), Port::Data})), int(ErrorCode::PeerNotTrusted));
    QCOMPARE(int(refusal({{ourVersions.newest + 1, ourVersions.newest + 2}, QStringLiteral("j-1"), Port::Data})), int(ErrorCode::ReceiverVersion));
    QCOMPARE(int(refusal({ourVersions, QStringLiteral("j-1"), Port::Control})), int(ErrorCode::FrameMalformed));
}

QTEST_GUILESS_MAIN(TestFrameChannel)
#include "tst_framechannel.moc"
