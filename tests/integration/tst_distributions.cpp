#include "tests/support/distributioncase.h"

#include <QTest>

using namespace edgelift;

/// Full Debian servers in every layout. CI runs `usualLayouts` each time; `--all` also runs `everyLayout`.
class TestDistributions : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void usualLayouts_data()
    {
        columns();
        add("bookworm", "gpt-lvm", "raw"); // root on a logical volume of two segments
        add("bookworm", "mbr-logical", "qcow2"); // extended partitions, /boot on xfs
    }
    void usualLayouts() { becomesAnEqualImageThatBoots(); }

    void everyLayout_data()
    {
        columns();
        add("bookworm", "mbr-ext4", "raw");
        add("bookworm", "gpt-xfs", "qcow2");
        add("bookworm", "gpt-btrfs", "raw");
        add("bookworm", "uefi", "raw");
        add("bullseye", "gpt-lvm", "raw");
        add("trixie", "gpt-xfs", "raw");
        add("trixie", "mbr-ext4", "qcow2");
    }
    void everyLayout() { becomesAnEqualImageThatBoots(); }

private:
    static void columns()
    {
        QTest::addColumn<QString>("suite");
        QTest::addColumn<QString>("layout");
        QTest::addColumn<QString>("format");
    }
    static void add(const char *suite, const char *layout, const char *format)
    {
        QTest::addRow("%s %s %s", suite, layout, format)
            << QString::fromLatin1(suite) << QString::fromLatin1(layout) << QString::fromLatin1(format);
    }
    static void becomesAnEqualImageThatBoots()
    {
        QFETCH(QString, suite);
        QFETCH(QString, layout);
        QFETCH(QString, format);
        const QString problem = test::migrateAndBoot({suite, layout, format == QLatin1String("qcow2")});
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
    }
};

QTEST_GUILESS_MAIN(TestDistributions)
#include "tst_distributions.moc"
