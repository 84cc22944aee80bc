#include "core/base/fd.h"
#include "core/wire/messages.h"
#include "core/wire/streamrelay.h"
#include "tlspair.h"

#include <QTest>
#include <QtEndian>
#include <atomic>
#include <fcntl.h>
#include <sys/socket.h>
#include <thread>

using namespace edgelift;
using namespace edgelift::wire;
using namespace std::chrono_literals;

namespace {

struct Channels
{
    std::unique_ptr<FrameChannel> client;
    std::unique_ptr<FrameChannel> server;
};

Channels channels()
{
    static const test::Ends ends;
    test::Pair pair = test::connectPair(ends.sourceContext, ends.receiverContext);
    return {std::make_unique<FrameChannel>(pair.client.take()), std::make_unique<FrameChannel>(pair.server.take())};
}

struct Pipe
{
    Pipe()
    {
        int ends[2] = {-1, -1};
        if (::pipe2(ends, O_CLOEXEC) == 0) {
            reading.reset(ends[0]);
            writing.reset(ends[1]);
        }
    }
    Fd reading;
    Fd writing;
};

/// Everything that comes out of a pipe.
QByteArray drain(int from)
{
    QByteArray out;
    char buffer[65536];
    for (ssize_t got = 0; (got = ::read(from, buffer, sizeof buffer)) > 0;)
        out.append(buffer, got);
    return out;
}

QByteArray stream(quint32 flags, quint32 length, const QByteArray &bytes)
{
    QByteArray out(8, '\0');
    qToLittleEndian(flags, out.data());
    qToLittleEndian(length, out.data() + 4);
    return out + bytes;
}

}

/// The bytes of a program, through a connection and back out.
class TestStreamRelay : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void bytesArriveAsTheyWere_data()
    {
        QTest::addColumn<int>("level");
        QTest::newRow("plain") << 0;
        QTest::newRow("compressed") << 3;
    }
    void bytesArriveAsTheyWere()
    {
        QFETCH(int, level);
        const Channels both = channels();
        Pipe from;
        Pipe to;
        QByteArray sent(3'000'001, 'x');
        for (int i = 0; i < sent.size(); i += 7)
            sent[i] = char(i * 31 >> 3);
        std::atomic<quint64> counted = 0;
        Result<> sending = ok();
        Result<> receiving = ok();
        QByteArray got;
        {
            std::jthread writer([&] {
                for (qsizetype at = 0; at < sent.size();)
                    at += std::max<ssize_t>(0, ::write(from.writing.get(), sent.constData() + at, size_t(sent.size() - at)));
                from.writing.reset();
            });
            std::jthread sender([&] {
                StreamSender::Calls calls;
                calls.level = [level] { return level; };
                calls.sent = [&](quint64 bytes) { counted += bytes; };
                StreamSender relay(*both.client, calls);
                sending = relay.run(from.reading.get(), {});
            });
            std::jthread receiver([&] {
                receiving = receiveStream(*both.server, to.writing.get());
                to.writing.reset();
            });
            got = drain(to.reading.get());
        }
        QVERIFY(sending);
        QVERIFY(receiving);
        QCOMPARE(got == sent, true);
        QCOMPARE(quint64(counted), quint64(sent.size()));
    }

    void aProgramThatReadsNoMoreIsNoError()
    {
        const Channels both = channels();
        Pipe to;
        to.reading.reset();
        QVERIFY(both.client->send(FrameType::Stream, {stream(0, 5, "hello")}, 5s));
        QVERIFY(both.client->send(FrameType::StreamEnd, {}, 5s));
        QVERIFY(receiveStream(*both.server, to.writing.get()));
    }

    /// The program at this end goes on talking and keeps its end open: nothing but the connection's end can end it.
    void theConnectionsEndIsTheSenders()
    {
        Channels both = channels();
        int ends[2] = {-1, -1};
        QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        const Fd ours(ends[0]);
        const Fd program(ends[1]);
        Result<> sending = ok();
        {
            std::jthread sender([&] { sending = StreamSender(*both.client, {}).run(ours.get(), {}); });
            std::jthread hearing([&] { // as whoever carries both directions does
                const Pipe nowhere;
                (void)receiveStream(*both.client, nowhere.writing.get());
                ::shutdown(ours.get(), SHUT_RDWR);
            });
            both.server.reset();
            while (::send(program.get(), "word", 4, MSG_NOSIGNAL) == 4)
                std::this_thread::sleep_for(1ms);
        }
        QVERIFY(!sending);
    }

    /// Sending gives up while the connection lives and both programs are silent: whoever waits for an answer must hear of it.
    void givingUpIsHeardByBothDirections()
    {
        Channels both = channels();
        int ends[2] = {-1, -1};
        QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        const Fd ours(ends[0]);
        const Fd program(ends[1]);
        QCOMPARE(::send(program.get(), "word", 4, MSG_NOSIGNAL), 4);
        StreamSender::Calls calls;
        calls.admission = [](size_t) { return size_t(0); };
        Result<> sending = ok();
        {
            std::jthread sender([&] { sending = StreamSender(*both.client, calls).run(ours.get(), {}); });
            std::jthread hearing([&] {
                const Pipe nowhere;
                (void)receiveStream(*both.client, nowhere.writing.get());
                ::shutdown(ours.get(), SHUT_RDWR);
            });
        }
        QVERIFY(!sending);
    }

    void hostileFramesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("payload");
        QTest::newRow("short") << QByteArray(7, '\0');
        QTest::newRow("empty") << stream(0, 0, {});
        QTest::newRow("longer than it says") << stream(0, 3, "four");
        QTest::newRow("shorter than it says") << stream(0, 5, "four");
        QTest::newRow("too long") << stream(1, maxStreamLength + 1, "x");
        QTest::newRow("unknown flag") << stream(2, 4, "four");
        QTest::newRow("no zstd") << stream(1, 100, "this is no zstd frame");
    }
    void hostileFramesAreRefused()
    {
        QFETCH(QByteArray, payload);
        const Channels both = channels();
        Pipe to;
        QVERIFY(both.client->send(FrameType::Stream, {payload}, 5s));
        const Result<> received = receiveStream(*both.server, to.writing.get());
        QVERIFY(!received);
        QVERIFY(received.error().code == ErrorCode::FrameMalformed || received.error().code == ErrorCode::DataCorrupted);
    }

    void whyTheOtherEndGaveUpIsHeard()
    {
        const Channels both = channels();
        Pipe to;
        const Failure failure{{ErrorCode::TargetFilesystemFull, Retry::AfterUserAction, {QStringLiteral("/srv")}, {}}};
        QVERIFY(both.client->send(FrameType::Failure, {encode(failure)}, 5s));
        const Result<> received = receiveStream(*both.server, to.writing.get());
        QVERIFY(!received);
        QCOMPARE(int(received.error().code), int(ErrorCode::TargetFilesystemFull));
    }
};

QTEST_GUILESS_MAIN(TestStreamRelay)
#include "tst_streamrelay.moc"
