#include "core/layout/planrules.h"
#include "core/migrate/ledger.h"
#include "core/migrate/naming.h"

#include <QSet>
#include <QTemporaryDir>
#include <QtTest>

using namespace edgelift;

class LedgerTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void intentIsOnDiskBeforeTheAnswer();
    void repeatedIntentHasTheSameToken();
    void refusalGivesANewToken();
    void removalOrderFollowsDependencies();
    void removedEntriesStayInTheHistory();
    void unwritableLedgerChangesNothing();
    void kindsHaveNamesAndTexts();
    void namesAreLegal();

private:
    static LedgerEntry entry(ResourceKind kind, const QString &key)
    {
        LedgerEntry out;
        out.kind = kind;
        out.key = key;
        out.created = QDateTime::currentDateTimeUtc();
        return out;
    }
    QString path() const { return m_folder.filePath(QStringLiteral("ledger.json")); }
    QTemporaryDir m_folder;

private Q_SLOTS:
    void cleanup() { QFile::remove(path()); }
};

void LedgerTest::intentIsOnDiskBeforeTheAnswer()
{
    auto ledger = Ledger::load(path()).take();
    QVERIFY(ledger->intend(entry(ResourceKind::Instance, QStringLiteral("instance"))));
    auto other = Ledger::load(path()).take(); // what another process would see after a crash now
    const std::optional<LedgerEntry> found = other->find(QStringLiteral("instance"));
    QVERIFY(found && found->id.isEmpty() && !found->clientToken.isEmpty());
    QVERIFY(ledger->confirm(QStringLiteral("instance"), QStringLiteral("i-1")));
    QCOMPARE(Ledger::load(path()).take()->find(QStringLiteral("instance"))->id, QStringLiteral("i-1"));
    QCOMPARE(Ledger::load(path()).take()->all(), ledger->all());
}

void LedgerTest::repeatedIntentHasTheSameToken()
{
    auto ledger = Ledger::load(path()).take();
    const LedgerEntry first = *ledger->intend(entry(ResourceKind::Vpc, QStringLiteral("vpc")));
    QCOMPARE(ledger->intend(entry(ResourceKind::Vpc, QStringLiteral("vpc")))->clientToken, first.clientToken);
    QVERIFY(first.clientToken.size() <= 64);
    QCOMPARE(ledger->living().size(), 1);
}

void LedgerTest::refusalGivesANewToken()
{
    auto ledger = Ledger::load(path()).take();
    const LedgerEntry first = *ledger->intend(entry(ResourceKind::Vpc, QStringLiteral("vpc")));
    QVERIFY(ledger->withdraw(QStringLiteral("vpc")));
    QVERIFY(ledger->living().isEmpty());
    QVERIFY(ledger->intend(entry(ResourceKind::Vpc, QStringLiteral("vpc")))->clientToken != first.clientToken);
    QVERIFY(ledger->confirm(QStringLiteral("vpc"), QStringLiteral("vpc-1")));
    QVERIFY(ledger->withdraw(QStringLiteral("vpc")));
    QCOMPARE(ledger->living().size(), 1); // what has an id exists: only removal ends it
}

void LedgerTest::removalOrderFollowsDependencies()
{
    auto ledger = Ledger::load(path()).take();
    const QList<ResourceKind> made{ResourceKind::OssObject, ResourceKind::Vpc, ResourceKind::VSwitch, ResourceKind::SecurityGroup,
        ResourceKind::Instance, ResourceKind::Disk, ResourceKind::Snapshot, ResourceKind::EcsImage};
    for (const ResourceKind kind : made)
        QVERIFY(ledger->intend(entry(kind, kindName(kind))));
    QStringList order;
    for (const LedgerEntry &one : ledger->living())
        order.append(kindName(one.kind));
    QCOMPARE(order.join(QLatin1Char(' ')), QStringLiteral("image snapshot instance disk securityGroup vSwitch vpc object"));
}

void LedgerTest::removedEntriesStayInTheHistory()
{
    auto ledger = Ledger::load(path()).take();
    QVERIFY(ledger->intend(entry(ResourceKind::Vpc, QStringLiteral("vpc"))));
    QVERIFY(ledger->markRemoved(QStringLiteral("vpc"), QDateTime::currentDateTimeUtc()));
    QVERIFY(ledger->living().isEmpty());
    QVERIFY(ledger->intend(entry(ResourceKind::Vpc, QStringLiteral("vpc"))));
    QCOMPARE(ledger->all().size(), 2);
    QVERIFY(!ledger->markRemoved(QStringLiteral("nothing"), QDateTime::currentDateTimeUtc()));
}

void LedgerTest::unwritableLedgerChangesNothing()
{
    auto ledger = Ledger::load(QStringLiteral("/proc/no-such-folder/ledger.json")).take();
    QVERIFY(!ledger->intend(entry(ResourceKind::Vpc, QStringLiteral("vpc")))); // so nothing is made that nobody knows of
    QVERIFY(ledger->living().isEmpty());
}

void LedgerTest::kindsHaveNamesAndTexts()
{
    QSet<QString> names;
    for (int kind = 0; kind <= int(ResourceKind::EnsImage); ++kind) {
        const QString name = kindName(ResourceKind(kind));
        QVERIFY(!name.isEmpty() && !names.contains(name));
        names.insert(name);
        QVERIFY(kindFromName(name) == ResourceKind(kind));
        QVERIFY(!describe(ResourceKind(kind)).isEmpty());
    }
    QVERIFY(!kindFromName(QStringLiteral("nothing")));
}

void LedgerTest::namesAreLegal()
{
    const QDateTime time = QDateTime::fromString(QStringLiteral("2026-01-31T23:59:58Z"), Qt::ISODate);
    QCOMPARE(naming::imageName(QStringLiteral("web"), time), QStringLiteral("web-20260131235958"));
    const QString longest = naming::imageName(QString(200, QLatin1Char('x')), time);
    QVERIFY(longest.size() <= 128 && longest.endsWith(QLatin1String("-20260131235958")));
    QVERIFY(isLegalName(longest));
    QVERIFY(isLegalName(naming::imageName({}, time)));
    const QString prefix = naming::exportPrefix(QStringLiteral("j-abcdefghij0123456789"));
    QVERIFY(prefix.size() <= 30 && !prefix.contains(QLatin1Char('-')));
    Plan plan;
    plan.job.tags = {{QStringLiteral("team"), QStringLiteral("ops")}};
    QCOMPARE(naming::tags(plan, QStringLiteral("j-1")).size(), 2);
    ServerFacts one;
    one.disks = {DiskFacts{QStringLiteral("a"), {}, {}, 512, {}, {}}, DiskFacts{QStringLiteral("b"), {}, {}, 512, {}, {}}};
    ServerFacts same = one;
    std::swap(same.disks[0], same.disks[1]);
    QCOMPARE(naming::machineId(one), naming::machineId(same)); // the order of image files is no other server
}

QTEST_GUILESS_MAIN(LedgerTest)
#include "tst_ledger.moc"
