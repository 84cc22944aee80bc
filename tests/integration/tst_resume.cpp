#include "tests/support/livemigration.h"

#include <QTest>
#include <csignal>
#include <cstdio>

using namespace edgelift;
using test::LiveMigration;
using test::NetworkPair;

/// What is killed, cut off or moved in the middle of a copy: it goes on by itself, ends with the same image, and sends next to nothing
/// twice. Real programs, a cable of their own, bytes counted on the wire.
class TestResume : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY2(m_server.isValid(), "no temporary folder");
        qputenv("FILLER_MIB", QByteArray::number(fillerMiB));
        QVERIFY(test::runTool(test::supportScript(QStringLiteral("mini-server.sh")), {m_server.path()}));
        m_disks = {m_server.filePath(QStringLiteral("system.img")), m_server.filePath(QStringLiteral("data.img"))};
    }
    void killed_data();
    void killed();
    void disturbed_data();
    void disturbed();
    void aSecondClientIsRefusedAndTheSamePlanRunsTwice();
    void cleanupTestCase();

private:
    static constexpr int fillerMiB = 400;
    static constexpr int limitMbps = 200;
    QTemporaryDir m_server;
    QStringList m_disks;
    void play(LiveMigration &migration, const QString &what);
    void finishes(LiveMigration &migration, const QString &what, double mostWire);

    QProcess m_squatter;
    quint64 m_undisturbed = 0;
    QStringList m_table;
};

void TestResume::cleanupTestCase()
{
    std::printf("\n| %-46s | %9s | %11s | ratio\n", "what happened", "seconds", "wire bytes");
    for (const QString &line : qAsConst(m_table))
        std::printf("%s\n", qPrintable(line));
    std::fflush(stdout);
}

/// To its end, by itself, with an image equal to the source and nothing left in the cloud; a line for the table.
void TestResume::finishes(LiveMigration &migration, const QString &what, double mostWire)
{
    QVERIFY2(migration.untilOver(), qPrintable(migration.agentLog()));
    const quint64 wire = migration.copyWireBytes();
    if (m_undisturbed == 0)
        m_undisturbed = wire;
    const double ratio = double(wire) / double(m_undisturbed);
    m_table.append(QStringLiteral("| %1 | %2 | %3 | %4")
                       .arg(what, -46)
                       .arg(migration.copySeconds(), 9, 'f', 1)
                       .arg(wire, 11)
                       .arg(ratio, 0, 'f', 3));
    QVERIFY2(migration.last().state == QLatin1String("Finished"), qPrintable(migration.agentLog()));
    QCOMPARE(migration.difference(), QString());
    QCOMPARE(migration.simulation.leftovers().join(QLatin1Char(' ')), QString());
    QVERIFY2(ratio <= mostWire, qPrintable(QString::number(ratio)));
}

void TestResume::killed_data()
{
    QTest::addColumn<QString>("who");
    QTest::addColumn<int>("percent");
    QTest::newRow("nobody") << QStringLiteral("nobody") << 0;
    for (const char *who : {"receiver", "agent", "both"}) {
        for (const int percent : {10, 50, 90})
            QTest::addRow("%s at %d %%", who, percent) << QString::fromLatin1(who) << percent;
    }
}

void TestResume::killed()
{
    QFETCH(QString, who);
    QFETCH(int, percent);
    NetworkPair network;
    QVERIFY(network.isValid());
    LiveMigration migration(network, m_disks);
    const QString trouble = migration.begin(limitMbps, {QStringLiteral("--time-scale"), QStringLiteral("0.1")});
    QVERIFY2(trouble.isEmpty(), qPrintable(trouble));
    if (percent > 0) {
        QVERIFY2(migration.untilPercent(percent), qPrintable(migration.agentLog()));
        if (who != QLatin1String("agent"))
            QVERIFY(migration.killReceiver());
        if (who != QLatin1String("receiver")) {
            migration.killAgent();
            QVERIFY(migration.startAgent());
        }
    }
    finishes(migration, percent > 0 ? QStringLiteral("%1 killed -9 at %2 %").arg(who).arg(percent) : QStringLiteral("nothing"), 1.05);
}

void TestResume::disturbed_data()
{
    QTest::addColumn<QString>("what");
    for (const char *what : {"cable out for 1 s", "cable out for 30 s", "half-open for 75 s", "agent stopped for 70 s",
             "receiver stopped for 70 s", "service killed, instance boots again", "instance boots at another address",
             "the source gets another address"})
        QTest::newRow(what) << QString::fromLatin1(what);
}

void TestResume::disturbed()
{
    QFETCH(QString, what);
    NetworkPair network;
    QVERIFY(network.isValid());
    LiveMigration migration(network, m_disks);
    const QString trouble = migration.begin(limitMbps, {QStringLiteral("--time-scale"), QStringLiteral("0.1")});
    QVERIFY2(trouble.isEmpty(), qPrintable(trouble));
    QVERIFY2(migration.untilPercent(50), qPrintable(migration.agentLog()));
    play(migration, what);
    finishes(migration, what, 1.15); // a stopped receiver's kernel goes on taking what nobody will confirm
    m_squatter.kill();
    m_squatter.waitForFinished(5000);
}

void TestResume::play(LiveMigration &migration, const QString &what)
{
    NetworkPair &network = migration.network;
    if (what.startsWith(QLatin1String("cable"))) {
        QVERIFY(network.cut());
        QTest::qSleep(what.contains(QLatin1String("30")) ? 30000 : 1000);
        QVERIFY(network.mend());
    } else if (what.startsWith(QLatin1String("half-open"))) {
        QVERIFY(network.swallowAnswers(true));
        QTest::qSleep(75000); // longer than the stall timer
        QVERIFY(network.swallowAnswers(false));
    } else if (what.contains(QLatin1String("stopped"))) {
        const pid_t who = what.startsWith(QLatin1String("agent")) ? migration.agent() : migration.receiver();
        QVERIFY(who > 0);
        ::kill(who, SIGSTOP);
        QTest::qSleep(70000);
        ::kill(who, SIGCONT);
    } else if (what.startsWith(QLatin1String("the source"))) {
        QVERIFY(network.moveSourceTo(QStringLiteral("10.77.0.9")));
    } else {
        const QString address = migration.instanceAddress();
        QVERIFY(!address.isEmpty());
        migration.simulation.killService();
        QProcess &squatter = m_squatter; // somebody who answers at the old address, but is not ours
        if (what.contains(QLatin1String("another"))) {
            squatter.start(QStringLiteral("nsenter"),
                {QStringLiteral("--net=/run/netns/") + network.cloud(), QStringLiteral("python3"), QStringLiteral("-m"),
                    QStringLiteral("http.server"), QStringLiteral("--bind"), address, QStringLiteral("8080")});
            QVERIFY(squatter.waitForStarted());
            QTest::qSleep(2000);
        }
        QVERIFY(migration.simulation.startService({QStringLiteral("--time-scale"), QStringLiteral("0.1")}));
        QCOMPARE(migration.instanceAddress() == address, !what.contains(QLatin1String("another")));
    }
}

void TestResume::aSecondClientIsRefusedAndTheSamePlanRunsTwice()
{
    NetworkPair network;
    LiveMigration migration(network, m_disks);
    const QString trouble = migration.begin(0, {QStringLiteral("--time-scale"), QStringLiteral("0.1")});
    QVERIFY2(trouble.isEmpty(), qPrintable(trouble));
    test::Simulation &simulation = migration.simulation;
    const QString plan = simulation.makePlan(m_disks);
    const test::CtlResult second = simulation.migrate(m_disks, plan);
    QVERIFY2(second.exitCode != 0, qPrintable(second.describe()));
    QCOMPARE(second.last(QStringLiteral("error")).value(QLatin1String("name")).toString(), QStringLiteral("JobRunning"));
    QVERIFY(migration.untilOver());
    QCOMPARE(migration.last().state, QStringLiteral("Finished"));
    QCOMPARE(migration.difference(), QString());
    const test::CtlResult again = simulation.migrate(m_disks, plan);
    QVERIFY2(again.exitCode == 0, qPrintable(again.describe()));
    QCOMPARE(simulation.leftovers().join(QLatin1Char(' ')), QString());
}

QTEST_GUILESS_MAIN(TestResume)
#include "tst_resume.moc"
