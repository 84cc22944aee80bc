#include "core/wire/greeting.h"
#include "transferfixture.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <functional>

using namespace edgelift;
using namespace edgelift::test;

namespace {

using Channel = wire::FrameChannel;

/// A receiver with the right key that lies. Each part has an honest default; a test replaces one.
class Liar
{
public:
    Liar(const wire::LinkKeys &keys, const QByteArray &peerPin)
        : m_context(*wire::TlsContext::make(keys, peerPin))
    {
        m_threads.emplace_back([this] { acceptAll(m_control, wire::Port::Control); });
        m_threads.emplace_back([this] { acceptAll(m_data, wire::Port::Data); });
    }
    ~Liar()
    {
        m_stop.request_stop();
        m_threads.clear();
    }
    quint16 controlPort() const { return m_control.port(); }
    quint16 dataPort() const { return m_data.port(); }

    QByteArray welcome = wire::encode(wire::Welcome{wire::ourVersions.newest, 7, 0}); // the epoch of every transfer here
    std::function<QJsonObject(const wire::Request &)> answer = [](const wire::Request &request) { return honest(request); };
    std::function<void(Channel &)> control = [this](Channel &channel) { serveControl(channel); };
    std::function<void(Channel &, const Channel::Frame &)> onFrame = [](Channel &channel, const Channel::Frame &frame) {
        put(channel, wire::FrameType::Ack, wire::encode(wire::AckMessage{frame.sequence}));
    };

    static void put(Channel &channel, wire::FrameType type, const QByteArray &payload) { (void)channel.send(type, {payload}, 5s); }
    static QJsonObject honest(const wire::Request &request)
    {
        wire::PrepareResult result;
        if (const auto asked = wire::prepareParams(request.params)) {
            for (const wire::PrepareDisk &disk : asked->disks)
                result.disks.append({disk.index, QStringLiteral("/dev/vdb"), disk.size});
            return wire::toJson(result);
        }
        return request.method == wire::method::verify ? wire::toJson(wire::VerifyResult{}) : QJsonObject();
    }

private:
    void acceptAll(const wire::TlsListener &listener, wire::Port port)
    {
        std::vector<std::jthread> connections; // ended by the stop, like this
        while (!m_stop.stop_requested()) {
            Result<wire::TlsListener::Connection> raw = listener.accept(1s, m_stop.get_token());
            if (raw && raw->socket)
                connections.emplace_back([this, port, fd = raw->socket.release()] { serve(Fd(fd), port); });
        }
    }
    void serve(Fd socket, wire::Port port)
    {
        auto tls = wire::TlsSocket::accept(std::move(socket), QStringLiteral("source"), m_context, 20s, m_stop.get_token());
        if (!tls)
            return;
        Channel channel(tls.take());
        if (!wire::receiveHello(channel, QStringLiteral("j-1"), port, 20s))
            return;
        put(channel, wire::FrameType::Welcome, welcome);
        if (port == wire::Port::Control)
            return control(channel);
        for (auto frame = channel.receive(0ms); frame; frame = channel.receive(0ms))
            onFrame(channel, *frame);
    }
    void serveControl(Channel &channel)
    {
        for (auto frame = channel.receive(0ms); frame; frame = channel.receive(0ms)) {
            const Result<wire::Request> request = wire::decodeRequest(frame->payload);
            if (!request)
                return;
            put(channel, wire::FrameType::Reply, wire::encode(wire::Reply{request->id, answer(*request)}));
        }
    }

    wire::TlsContext m_context;
    wire::TlsListener m_control = wire::TlsListener::listen(QStringLiteral("127.0.0.1"), 0).take();
    wire::TlsListener m_data = wire::TlsListener::listen(QStringLiteral("127.0.0.1"), 0).take();
    std::stop_source m_stop;
    std::vector<std::jthread> m_threads; ///< last: they use the rest
};

QJsonObject prepared(const QList<wire::PreparedDisk> &disks) { return wire::toJson(wire::PrepareResult{disks}); }

QByteArray failureOf(qsizetype letters)
{
    const QJsonObject failure{{QStringLiteral("code"), 1}, {QStringLiteral("retry"), 1}, {QStringLiteral("args"), QJsonArray()},
        {QStringLiteral("detail"), QString(letters, QLatin1Char('f'))}};
    return QJsonDocument(failure).toJson(QJsonDocument::Compact);
}

}

/// A receiver with the right key that does not keep to the protocol: the sender ends with a name for it, and takes nothing for stored that
/// was not sent.
class TestHostileReceiver : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theHonestDefaultsFinish();
    void liesEndInANamedError_data();
    void liesEndInANamedError();
};

using Lie = std::function<void(Liar &)>;
Q_DECLARE_METATYPE(Lie)

namespace {

constexpr quint64 size = 2 * MiB;

struct LiedTo
{
    LiedTo()
    {
        fixture.settings.receiver.controlPort = liar.controlPort();
        fixture.settings.receiver.dataPort = liar.dataPort();
        fixture.settings.streams = 1;
        fixture.settings.patience = 1s; // such an end may be tried again: a receiver that was replaced is honest
        fixture.addWholeDisk(content(size, 1));
    }
    TransferFixture fixture;
    Liar liar{fixture.target, *wire::pinOf(fixture.source.certificate)};
};

}

void TestHostileReceiver::theHonestDefaultsFinish()
{
    LiedTo both;
    VERIFY_FINISHED(both.fixture.run());
}

void TestHostileReceiver::liesEndInANamedError_data()
{
    QTest::addColumn<Lie>("lie");
    QTest::addColumn<ErrorCode>("code");
    const auto row = [](const char *name, ErrorCode code, const Lie &lie) { QTest::newRow(name) << lie << code; };
    const auto malformed = ErrorCode::FrameMalformed;
    row("a version nobody offered", ErrorCode::ReceiverVersion, [](Liar &l) { l.welcome = wire::encode(wire::Welcome{9, 0, 0}); });
    row("a greeting that is no JSON", malformed, [](Liar &l) { l.welcome = "{"; });
    row("a greeting with a thousand disks", malformed, [](Liar &l) { l.welcome = wire::encode(wire::Welcome{wire::ourVersions.newest, 0, 1000}); });
    row("a greeting over the limit", malformed, [](Liar &l) { l.welcome = QByteArray(65537, ' '); });
    row("a disk nobody asked for", malformed, [](Liar &l) {
        l.answer = [](const wire::Request &) { return prepared({{7, QStringLiteral("/dev/vdb"), Bytes{size}}}); };
    });
    row("one disk too many", malformed, [](Liar &l) {
        l.answer = [](const wire::Request &) {
            return prepared({{0, QStringLiteral("/dev/vdb"), Bytes{size}}, {1, QStringLiteral("/dev/vdc"), Bytes{size}}});
        };
    });
    row("a disk that shrank", malformed, [](Liar &l) {
        l.answer = [](const wire::Request &) { return prepared({{0, QStringLiteral("/dev/vdb"), Bytes{size - 512}}}); };
    });
    row("a name without end", malformed, [](Liar &l) {
        l.answer = [](const wire::Request &) { return prepared({{0, QString(5000, QLatin1Char('d')), Bytes{size}}}); };
    });
    row("a reply to another request", malformed, [](Liar &l) {
        l.control = [](Channel &c) {
            (void)c.receive(20s);
            Liar::put(c, wire::FrameType::Reply, wire::encode(wire::Reply{99, {}}));
            (void)c.receive(20s);
        };
    });
    row("a Failure without end on the control port", malformed, [](Liar &l) {
        l.control = [](Channel &c) {
            (void)c.receive(20s);
            Liar::put(c, wire::FrameType::Failure, failureOf(900000));
            (void)c.receive(20s);
        };
    });
    row("acknowledged before it was sent", malformed, [](Liar &l) {
        l.onFrame = [](Channel &c, const Channel::Frame &f) {
            Liar::put(c, wire::FrameType::Ack, wire::encode(wire::AckMessage{f.sequence + 1000}));
        };
    });
    row("the highest acknowledgement there is", malformed, [](Liar &l) {
        l.onFrame = [](Channel &c, const Channel::Frame &) { Liar::put(c, wire::FrameType::Ack, wire::encode(wire::AckMessage{~0ULL})); };
    });
    row("an acknowledgement of seven bytes", malformed,
        [](Liar &l) { l.onFrame = [](Channel &c, const Channel::Frame &) { Liar::put(c, wire::FrameType::Ack, QByteArray(7, '\0')); }; });
    row("data from the receiver", malformed, [](Liar &l) {
        l.onFrame = [](Channel &c, const Channel::Frame &) { Liar::put(c, wire::FrameType::Data, QByteArray(4096, 'x')); };
    });
    row("a Failure without end on the data port", malformed,
        [](Liar &l) { l.onFrame = [](Channel &c, const Channel::Frame &) { Liar::put(c, wire::FrameType::Failure, failureOf(900000)); }; });
    row("a wrong extent in verify", malformed, [](Liar &l) {
        l.answer = [](const wire::Request &r) {
            return r.method == wire::method::verify ? wire::toJson(wire::VerifyResult{{1ULL << 40}}) : Liar::honest(r);
        };
    });
}

void TestHostileReceiver::liesEndInANamedError()
{
    QFETCH(const Lie, lie);
    QFETCH(const ErrorCode, code);
    LiedTo both;
    both.fixture.tuning.checksum = QByteArray(QTest::currentDataTag()).contains("verify");
    lie(both.liar);
    const Outcome outcome = both.fixture.run();
    QVERIFY(outcome.end == Outcome::End::Failed);
    QVERIFY2(outcome.error->code == code, qPrintable(describeEnd(outcome)));
    if (!both.fixture.tuning.checksum)
        QVERIFY2(both.fixture.progress.done.count == 0, "nothing that was lied about counts");
}

QTEST_GUILESS_MAIN(TestHostileReceiver)
#include "tst_hostilereceiver.moc"
