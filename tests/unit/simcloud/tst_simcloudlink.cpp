#include "core/base/files.h"
#include "core/simcloud/instanceaddress.h"
#include "core/simcloud/instancelink.h"
#include "simfixture.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <atomic>

using namespace edgelift;
using namespace edgelift::test;

namespace {

constexpr quint16 port = 8703;

/// To be asked until it is true: the link needs a moment before it listens.
bool isConnected(QTcpSocket &socket, const QString &host)
{
    if (socket.state() == QAbstractSocket::UnconnectedState)
        socket.connectToHost(host, port);
    return socket.state() == QAbstractSocket::ConnectedState;
}

/// An instance's address with somebody who listens, and the link in front of it.
struct Way
{
    InstanceAddresses addresses;
    const QString real = addresses.reserve({});
    const QString shown = addresses.reserve({});
    std::atomic<qint64> rate = 0;
    std::atomic<bool> down = false;
    QTcpServer server;
    QTcpSocket client;
    QTcpSocket *other = nullptr; ///< the server's end
    std::unique_ptr<InstanceLink> link;

    Way()
    {
        server.listen(QHostAddress(real), port);
        link = std::make_unique<InstanceLink>(shown, real, [this] { return InstanceLink::Quality{rate, down}; });
    }
    bool connect()
    {
        return QTest::qWaitFor([this] {
            if (!other)
                other = server.nextPendingConnection();
            return isConnected(client, shown) && other;
        });
    }
    /// Bytes a second that arrive while the client always has something to send.
    double measure(int ms)
    {
        other->readAll();
        qint64 got = 0;
        QElapsedTimer time;
        time.start();
        while (time.elapsed() < ms && client.state() == QAbstractSocket::ConnectedState) {
            if (client.bytesToWrite() < (1 << 20))
                client.write(QByteArray(1 << 20, 'x'));
            QTest::qWait(5);
            got += other->readAll().size();
        }
        return double(got) * 1000 / double(time.elapsed());
    }
};

/// Never faster than it is told, but slower where other programs take the processor.
bool isWithin(double value, double limit) { return value > 0.4 * limit && value < 1.2 * limit; }

}

class TestSimCloudLink final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyByteArrivesInBothDirections()
    {
        Way way;
        QVERIFY(way.connect());
        QByteArray much(5 << 20, Qt::Uninitialized);
        for (qsizetype i = 0; i < much.size(); ++i)
            much[i] = char(i * 7 + i / 251);
        way.client.write(much);
        way.other->write(much);
        QTRY_COMPARE(way.other->bytesAvailable(), much.size());
        QTRY_COMPARE(way.client.bytesAvailable(), much.size());
        QVERIFY(way.other->readAll() == much);
        QVERIFY(way.client.readAll() == much);
    }
    void theLastWordIsPassedOn()
    {
        Way way;
        QVERIFY(way.connect());
        way.client.write("bye");
        way.client.disconnectFromHost(); // says its last word
        QTRY_COMPARE(way.other->state(), QAbstractSocket::UnconnectedState);
        QCOMPARE(way.other->readAll(), QByteArray("bye"));
    }
    void aLimitHoldsAndChangesWhileBytesPass()
    {
        Way way;
        way.rate = 1'000'000;
        QVERIFY(way.connect());
        way.measure(500); // what fits into the buffers on the way goes at once
        const double slow = way.measure(1500);
        QVERIFY2(isWithin(slow, 1e6), qPrintable(QString::number(slow)));
        way.rate = 5'000'000;
        way.measure(600);
        const double fast = way.measure(1500);
        QVERIFY2(isWithin(fast, 5e6), qPrintable(QString::number(fast)));
        way.rate = 0;
        way.measure(600);
        QVERIFY(way.measure(500) > 20e6);
    }
    void connectionsShareTheLimitFairly()
    {
        Way way;
        way.rate = 2'000'000;
        QVERIFY(way.connect());
        QTcpSocket second;
        second.connectToHost(way.shown, port);
        QTRY_VERIFY(way.server.hasPendingConnections());
        QTcpSocket *other = way.server.nextPendingConnection();
        second.write(QByteArray(8 << 20, 'y'));
        way.measure(1000);
        other->readAll();
        QElapsedTimer time;
        time.start();
        const double first = way.measure(1500);
        const double rest = double(other->readAll().size()) * 1000 / double(time.elapsed());
        QVERIFY2(first > 0.2e6 && rest > 0.2e6 && isWithin(first + rest, 2e6), qPrintable(QStringLiteral("%1 %2").arg(first).arg(rest)));
    }
    void downMeansBrokenAndRefusedUntilItIsUp()
    {
        Way way;
        QVERIFY(way.connect());
        way.down = true;
        QTRY_COMPARE(way.client.state(), QAbstractSocket::UnconnectedState);
        QTRY_COMPARE(way.other->state(), QAbstractSocket::UnconnectedState);
        QCOMPARE(way.client.error(), QAbstractSocket::RemoteHostClosedError);
        way.client.connectToHost(way.shown, port);
        QTRY_COMPARE(way.client.error(), QAbstractSocket::ConnectionRefusedError);
        way.down = false;
        way.other = nullptr;
        QVERIFY(way.connect());
        way.client.write("again");
        QTRY_COMPARE(way.other->bytesAvailable(), 5);
    }
    void whereNobodyListensAConnectionEnds()
    {
        Way way;
        way.server.close();
        QSignalSpy connected(&way.client, &QTcpSocket::connected);
        QTRY_VERIFY(isConnected(way.client, way.shown) || !connected.isEmpty());
        QTRY_COMPARE(way.client.state(), QAbstractSocket::UnconnectedState);
    }

    void aPlannedLinkIsShownInsteadOfTheInstance()
    {
        SimFixture f;
        QVERIFY(writeJsonFile(f.folder.filePath(QStringLiteral("faults.json")), {{QStringLiteral("link"), QJsonObject()}}));
        f.makeNetwork();
        const QString id = f.runInstance(f.runParameters());
        const QString real = f.host.launched.last().address;
        const QString shown = publicAddress(f, id);
        QVERIFY(shown.startsWith(QLatin1String("127.88.")));
        QVERIFY(shown != real);
        f.stop();
        f.start();
        f.world->waitForWork();
        QCOMPARE(publicAddress(f, id), shown); // the same after the service was away
        QTcpServer receiver;
        QVERIFY(receiver.listen(QHostAddress(f.host.launched.last().address), port));
        QTcpSocket client;
        QTRY_VERIFY(isConnected(client, shown));
        client.write("hello");
        QTRY_VERIFY(receiver.hasPendingConnections());
        QTcpSocket *other = receiver.nextPendingConnection();
        QTRY_COMPARE(other->bytesAvailable(), 5);
        f.ecs("DeleteInstance", {{QStringLiteral("InstanceId"), id}, {QStringLiteral("Force"), QStringLiteral("true")}});
        QTRY_COMPARE(client.state(), QAbstractSocket::UnconnectedState); // the way is gone with it
    }
    void withoutAPlanNothingStandsBetween()
    {
        SimFixture f;
        f.makeNetwork();
        const QString id = f.runInstance(f.runParameters());
        QCOMPARE(publicAddress(f, id), f.host.launched.last().address);
    }

private:
    static QString publicAddress(SimFixture &f, const QString &id)
    {
        const QJsonObject instance = f.first("DescribeInstances", QStringLiteral("ecs"),
            {{QStringLiteral("InstanceIds"), QStringLiteral("[\"%1\"]").arg(id)}}, QStringLiteral("Instances"), QStringLiteral("Instance"));
        return instance.value(QLatin1String("PublicIpAddress")).toObject().value(QLatin1String("IpAddress")).toArray().first().toString();
    }
};

QTEST_GUILESS_MAIN(TestSimCloudLink)
#include "tst_simcloudlink.moc"
