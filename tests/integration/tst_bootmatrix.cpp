#include "tests/support/distributioncase.h"

#include <QTest>

using namespace edgelift;

/// Servers that are hard to move, through the whole migration, until the image shows a login prompt and answers on its network. CI runs
/// `usualTraps` each time; `--all` also runs `everyRow`.
class TestBootMatrix : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void usualTraps_data()
    {
        columns();
        add("bookworm", "mbr-ext4", "devices,netrules,static,dep,resume,mounts,crypttab,lvmdevices");
    }
    void usualTraps() { comesUpAndAnswers(); }

    void everyRow_data()
    {
        columns();
        for (const char *suite : {"bullseye", "bookworm", "trixie"}) {
            add(suite, "mbr-ext4", "");
            add(suite, "mbr-ext4", "devices,dep");
            add(suite, "mbr-logical", "dep,static,netrules");
            add(suite, "gpt-lvm", "dep,static,lvmdevices");
            add(suite, "gpt-xfs", "dep,mounts");
            add(suite, "gpt-btrfs", "dep,resume");
            add(suite, "uefi", "static,netrules");
        }
        for (const char *trap : {"devices", "netrules", "static", "dep", "resume", "mounts", "crypttab", "lvmdevices"})
            add("bookworm", "mbr-ext4", trap);
    }
    void everyRow() { comesUpAndAnswers(); }

    void aReceiverKilledWhileItConvertsBeginsAgain()
    {
        test::DistributionCase server{QStringLiteral("bookworm"), QStringLiteral("mbr-ext4"), false, QStringLiteral("dep,devices"), true};
        const QString problem = test::migrateAndCheckBoot(server);
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
    }

private:
    static void columns()
    {
        QTest::addColumn<QString>("suite");
        QTest::addColumn<QString>("layout");
        QTest::addColumn<QString>("traps");
    }
    static void add(const char *suite, const char *layout, const char *traps)
    {
        QTest::addRow("%s %s %s", suite, layout, traps)
            << QString::fromLatin1(suite) << QString::fromLatin1(layout) << QString::fromLatin1(traps);
    }
    static void comesUpAndAnswers()
    {
        QFETCH(QString, suite);
        QFETCH(QString, layout);
        QFETCH(QString, traps);
        const QString problem = test::migrateAndCheckBoot({suite, layout, false, traps});
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
    }
};

QTEST_GUILESS_MAIN(TestBootMatrix)
#include "tst_bootmatrix.moc"
