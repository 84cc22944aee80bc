#include "tests/support/simulation.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTcpSocket>
#include <QTest>
#include <csignal>

using namespace edgelift;
using test::CtlResult;
using test::Simulation;

namespace {

QString text(const QJsonObject &object, const char *key) { return object.value(QLatin1String(key)).toString(); }

/// The newest finished image under the cloud's folder: its image.json.
QJsonObject imageOf(const Simulation &simulation, const QString &imageId, QString &folder)
{
    folder = simulation.dataDir() + QLatin1String("/ens/images/") + imageId;
    QFile file(folder + QLatin1String("/image.json"));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

}

/// The main job with the mini server, as a person at a terminal does it.
class TestMigration : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY2(m_server.isValid(), "no temporary folder");
        QVERIFY(test::runTool(test::supportScript(QStringLiteral("mini-server.sh")), {m_server.path()}));
        QFile expected(m_server.filePath(QStringLiteral("expected")));
        QVERIFY(expected.open(QIODevice::ReadOnly));
        m_expected = QString::fromUtf8(expected.readAll()).trimmed();
        m_disks = {m_server.filePath(QStringLiteral("system.img")), m_server.filePath(QStringLiteral("data.img"))};
    }

    void aServerBecomesAnImageThatBoots()
    {
        Simulation simulation;
        QVERIFY2(simulation.startService(), qPrintable(simulation.serviceOutput()));
        const QByteArray before = test::fileHash(m_disks.at(0)) + test::fileHash(m_disks.at(1));
        const QString plan = simulation.makePlan(m_disks);

        const CtlResult result = simulation.migrate(m_disks, plan);

        QVERIFY2(result.exitCode == 0, qPrintable(result.describe()));
        const QJsonObject finished = result.last(QStringLiteral("finished"));
        QVERIFY2(text(finished, "sourceId").startsWith(QLatin1String("s-")), qPrintable(result.describe()));
        QVERIFY(QFileInfo(text(finished, "reportPath")).size() > 0);
        QCOMPARE(simulation.leftovers().join(QLatin1Char(' ')), QString());
        QCOMPARE(test::fileHash(m_disks.at(0)) + test::fileHash(m_disks.at(1)), before);

        QString folder;
        const QJsonObject image = imageOf(simulation, text(finished, "imageId"), folder);
        const QJsonArray disks = image.value(QLatin1String("disks")).toArray();
        QCOMPARE(disks.size(), 2);
        QCOMPARE(
            disks.at(0).toObject().value(QLatin1String("sizeBytes")).toDouble(), double(20LL << 30)); // the least a system disk may have
        QStringList paths;
        for (const auto &disk : disks)
            paths.append(folder + QLatin1Char('/') + text(disk.toObject(), "path"));
        for (int i = 0; i < 2; ++i)
            QVERIFY(test::runTool(test::supportScript(QStringLiteral("compare-disk.sh")), {m_disks.at(i), paths.at(i)}));
        const auto line = test::runTool(test::supportScript(QStringLiteral("boot-check.sh")), QStringList{m_expected} + paths);
        QVERIFY(line);
        QCOMPARE(QString::fromUtf8(*line).trimmed(), m_expected);
    }

    void progressIsHonest()
    {
        Simulation simulation;
        QVERIFY2(simulation.startService(), qPrintable(simulation.serviceOutput()));
        const CtlResult result = simulation.migrate(m_disks, simulation.makePlan(m_disks, [](QJsonObject &plan) {
            QJsonObject transfer = plan.value(QLatin1String("transfer")).toObject();
            transfer.insert(QLatin1String("limitMbps"), 100);
            transfer.insert(QLatin1String("checksum"), true);
            plan.insert(QLatin1String("transfer"), transfer);
        }));
        QVERIFY2(result.exitCode == 0, qPrintable(result.describe()));
        double done = -1;
        double wire = -1;
        for (const QJsonObject &event : result.events) {
            if (text(event, "event") != QLatin1String("progress"))
                continue;
            QVERIFY(event.value(QLatin1String("bytesDone")).toDouble() >= done);
            QVERIFY(event.value(QLatin1String("wireBytes")).toDouble() >= wire);
            done = event.value(QLatin1String("bytesDone")).toDouble();
            wire = event.value(QLatin1String("wireBytes")).toDouble();
            QVERIFY(done <= event.value(QLatin1String("bytesTotal")).toDouble());
        }
        const QJsonObject last = result.last(QStringLiteral("progress"));
        QCOMPARE(done, last.value(QLatin1String("bytesTotal")).toDouble());
        QVERIFY2(done > 40e6, qPrintable(QString::number(done))); // the servers' files
        QVERIFY2(done < 400e6, qPrintable(QString::number(done))); // not the 1.5 GiB of both disks
        QVERIFY2(wire > 10e6 && wire < done, qPrintable(QString::number(wire)));
    }

    void strangersOnThePortsDisturbNothing()
    {
        Simulation simulation;
        QVERIFY2(simulation.startService(), qPrintable(simulation.serviceOutput()));
        int knocked = 0;
        const CtlResult result =
            simulation.migrate(m_disks, simulation.makePlan(m_disks), {}, [&](QProcess &, const QList<QJsonObject> &events) {
                if (events.isEmpty() || knocked > 20)
                    return;
                QFile state(simulation.dataDir() + QLatin1String("/state/instances.json"));
                if (!state.open(QIODevice::ReadOnly))
                    return;
                static const QRegularExpression address(QStringLiteral("127\\.88\\.\\d+\\.\\d+"));
                const QString host = address.match(QString::fromUtf8(state.readAll())).captured();
                for (const quint16 port : {quint16(8080), quint16(8703)}) {
                    QTcpSocket stranger;
                    stranger.connectToHost(host, port);
                    if (host.isEmpty() || !stranger.waitForConnected(200))
                        continue;
                    ++knocked;
                    stranger.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                    stranger.waitForReadyRead(100);
                    QVERIFY(!stranger.readAll().contains("EDGL")); // not a word of the protocol before the key is proved
                }
            });
        QVERIFY2(result.exitCode == 0, qPrintable(result.describe()));
        QVERIFY(knocked > 0);
    }

    void aStoppedMigrationContinuesWhereItWas()
    {
        Simulation simulation;
        QVERIFY2(simulation.startService(), qPrintable(simulation.serviceOutput()));
        const QString plan = simulation.makePlan(m_disks, [](QJsonObject &object) {
            QJsonObject transfer = object.value(QLatin1String("transfer")).toObject();
            transfer.insert(QLatin1String("limitMbps"), 60);
            object.insert(QLatin1String("transfer"), transfer);
        });
        double stoppedAt = 0;
        const CtlResult stopped = simulation.migrate(m_disks, plan, {}, [&](QProcess &process, const QList<QJsonObject> &events) {
            for (const QJsonObject &event : events) {
                if (event.value(QLatin1String("bytesDone")).toDouble() > 10e6 && stoppedAt == 0) {
                    stoppedAt = event.value(QLatin1String("bytesDone")).toDouble();
                    ::kill(pid_t(process.processId()), SIGINT);
                }
            }
        });
        QVERIFY2(stopped.exitCode == 6, qPrintable(stopped.describe()));
        QVERIFY(!simulation.leftovers().isEmpty()); // kept for the retry

        const CtlResult resumed =
            simulation.ctl(test::sourceDisks(m_disks) + QStringList{QStringLiteral("resume"), QStringLiteral("--json")});
        QVERIFY2(resumed.exitCode == 0, qPrintable(resumed.describe()));
        double first = -1;
        for (const QJsonObject &event : resumed.events) {
            if (text(event, "event") == QLatin1String("progress") && first < 0)
                first = event.value(QLatin1String("bytesDone")).toDouble();
        }
        QVERIFY2(first >= stoppedAt, qPrintable(QStringLiteral("%1 < %2").arg(first).arg(stoppedAt)));
        QCOMPARE(simulation.leftovers().join(QLatin1Char(' ')), QString());
    }

    void cancelLeavesNothingThatCosts()
    {
        Simulation simulation;
        QVERIFY2(simulation.startService(), qPrintable(simulation.serviceOutput()));
        bool asked = false;
        const CtlResult stopped =
            simulation.migrate(m_disks, simulation.makePlan(m_disks), {}, [&](QProcess &process, const QList<QJsonObject> &events) {
                for (const QJsonObject &event : events) {
                    if (text(event, "phase") == QLatin1String("copy") && !std::exchange(asked, true))
                        ::kill(pid_t(process.processId()), SIGINT);
                }
            });
        QVERIFY2(stopped.exitCode == 6, qPrintable(stopped.describe()));
        const CtlResult cancelled =
            simulation.ctl(test::sourceDisks(m_disks) + QStringList{QStringLiteral("cancel"), QStringLiteral("--json")});
        QVERIFY2(cancelled.exitCode == 0, qPrintable(cancelled.describe()));
        QCOMPARE(simulation.leftovers().join(QLatin1Char(' ')), QString());
    }

private:
    QTemporaryDir m_server;
    QStringList m_disks;
    QString m_expected;
};

QTEST_GUILESS_MAIN(TestMigration)
#include "tst_migration.moc"
