#include "core/base/files.h"
#include "core/service/statestore.h"

#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace edgelift;

class StateStoreTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }
    void whatWasPutIsThereAfterARestart();
    void removedStaysRemoved();
    void aDamagedFileIsRefusedNotEmptied_data();
    void aDamagedFileIsRefusedNotEmptied();
    void killedAtAnyMomentItHasOldOrNew();
    void aWriteThatFailsThrowsAndChangesNothing();
    void manyThreadsLoseNothing();
    void filesAreForTheOwnerOnly();

private:
    std::unique_ptr<StateStore> open() { return StateStore::open(m_dir->path()).take(); }
    QJsonObject number(int n) { return {{QStringLiteral("n"), n}}; }
    std::unique_ptr<QTemporaryDir> m_dir;
};

void StateStoreTest::whatWasPutIsThereAfterARestart()
{
    {
        const auto store = open();
        store->put(QStringLiteral("disks"), QStringLiteral("d-2"), number(2));
        store->put(QStringLiteral("disks"), QStringLiteral("d-1"), number(1));
        store->put(QStringLiteral("instances"), QStringLiteral("i-1"), number(3));
    }
    const auto store = open();
    QCOMPARE(store->ids(QStringLiteral("disks")), QStringList({QStringLiteral("d-1"), QStringLiteral("d-2")}));
    QCOMPARE(store->all(QStringLiteral("disks")), QList<QJsonObject>({number(1), number(2)}));
    QCOMPARE(store->get(QStringLiteral("instances"), QStringLiteral("i-1")), number(3));
    QVERIFY(store->get(QStringLiteral("instances"), QStringLiteral("i-9")).isEmpty());
}

void StateStoreTest::removedStaysRemoved()
{
    open()->put(QStringLiteral("disks"), QStringLiteral("d-1"), number(1));
    open()->remove(QStringLiteral("disks"), QStringLiteral("d-1"));
    QVERIFY(!open()->contains(QStringLiteral("disks"), QStringLiteral("d-1")));
}

void StateStoreTest::aDamagedFileIsRefusedNotEmptied_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("cut short") << QByteArray("{\"version\":1,\"items\":{\"a\":{");
    QTest::newRow("zeros") << QByteArray(4096, '\0');
    QTest::newRow("another version") << QByteArray("{\"version\":2,\"items\":{}}");
    QTest::newRow("no items") << QByteArray("{\"version\":1}");
    QTest::newRow("an item that is no object") << QByteArray("{\"version\":1,\"items\":{\"a\":7}}");
}

void StateStoreTest::aDamagedFileIsRefusedNotEmptied()
{
    QFETCH(QByteArray, content);
    const QString path = m_dir->filePath(QStringLiteral("disks.json"));
    QVERIFY(writeFileDurably(path, content));
    const auto opened = StateStore::open(m_dir->path());
    QVERIFY(!opened);
    QCOMPARE(opened.error().code, ErrorCode::StateUnreadable);
    QCOMPARE(opened.error().args, QStringList{path});
    QCOMPARE(*readFile(path), content);
}

void StateStoreTest::killedAtAnyMomentItHasOldOrNew()
{
    for (int round = 0; round < 20; ++round) {
        const pid_t child = ::fork();
        if (child == 0) { // writes until it is killed; both members always agree
            const auto store = open();
            for (int n = store->get(QStringLiteral("c"), QStringLiteral("x")).value(QLatin1String("n")).toInt();; ++n)
                store->put(QStringLiteral("c"), QStringLiteral("x"), {{QStringLiteral("n"), n}, {QStringLiteral("again"), n}});
        }
        std::this_thread::sleep_for(std::chrono::microseconds(1500 + 700 * round));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        auto opened = StateStore::open(m_dir->path());
        QVERIFY2(opened, "unreadable after a kill");
        const QJsonObject item = (*opened)->get(QStringLiteral("c"), QStringLiteral("x"));
        QCOMPARE(item.value(QLatin1String("n")), item.value(QLatin1String("again")));
    }
}

void StateStoreTest::aWriteThatFailsThrowsAndChangesNothing()
{
    const auto store = open();
    store->put(QStringLiteral("disks"), QStringLiteral("d-1"), number(1));
    QVERIFY(QDir(m_dir->path()).removeRecursively()); // root may write anywhere: only a missing folder stops it
    QVERIFY_THROWS_EXCEPTION(StateWriteFailed, store->put(QStringLiteral("disks"), QStringLiteral("d-1"), number(2)));
    QVERIFY_THROWS_EXCEPTION(StateWriteFailed, store->remove(QStringLiteral("disks"), QStringLiteral("d-1")));
    QCOMPARE(store->get(QStringLiteral("disks"), QStringLiteral("d-1")), number(1));
}

void StateStoreTest::manyThreadsLoseNothing()
{
    const auto store = open();
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t)
            threads.emplace_back([&, t] {
                for (int n = 0; n < 10; ++n)
                    store->put(QStringLiteral("c"), QStringLiteral("%1-%2").arg(t).arg(n), number(n));
            });
    }
    QCOMPARE(open()->ids(QStringLiteral("c")).size(), 80);
}

void StateStoreTest::filesAreForTheOwnerOnly()
{
    open()->put(QStringLiteral("c"), QStringLiteral("x"), number(1));
    const auto owner = QFile::ReadOwner | QFile::WriteOwner | QFile::ReadUser | QFile::WriteUser;
    QCOMPARE(QFile::permissions(m_dir->filePath(QStringLiteral("c.json"))), owner);
}

QTEST_GUILESS_MAIN(StateStoreTest)
#include "tst_statestore.moc"
