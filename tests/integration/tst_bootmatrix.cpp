#include "tests/support/bootcell.h"
#include "tests/support/distributioncase.h"

#include <QElapsedTimer>
#include <QTest>

using namespace edgelift;
using test::BootCell;
using test::CellEnd;
using test::LayoutChange;
Q_DECLARE_METATYPE(test::BootCell)

/// Servers in every layout, changed in every way, and servers that are hard to move: through the whole migration, until the image shows a
/// login prompt and answers on its network. CI runs `usualTraps` and `coreCells` each time; `--all` also runs `everyRow` and `everyCell`.
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

    void coreCells_data()
    {
        QTest::addColumn<BootCell>("cell");
        // Most of it at once: subvolumes by files, an EFI system partition that moves, a loader for new firmware.
        add({QStringLiteral("bookworm"), QStringLiteral("uefi-btrfs"), LayoutChange::Shrunk});
    }
    void coreCells() { startsAsItWas(); }

    void everyCell_data()
    {
        QTest::addColumn<BootCell>("cell");
        for (const char *suite : {"bullseye", "bookworm", "trixie"}) {
            for (const char *layout : {"mbr-ext4", "gpt-lvm", "gpt-xfs", "gpt-btrfs", "uefi"}) {
                for (const LayoutChange change :
                    {LayoutChange::AsIs, LayoutChange::Shrunk, LayoutChange::ToLvm, LayoutChange::HomeMoved, LayoutChange::Excludes})
                    add({QString::fromLatin1(suite), QString::fromLatin1(layout), change});
            }
        }
    }
    void everyCell() { startsAsItWas(); }

    void aReceiverKilledWhileItConvertsBeginsAgain()
    {
        test::DistributionCase server{QStringLiteral("bookworm"), QStringLiteral("mbr-ext4"), false, QStringLiteral("dep,devices"), true};
        const QString problem = test::migrateAndCheckBoot(server);
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
    }

    void cleanupTestCase()
    {
        for (const QString &line : std::as_const(m_table))
            qInfo("%s", qPrintable(line));
    }

private:
    static void add(const BootCell &cell) { QTest::newRow(qPrintable(test::cellName(cell))) << cell; }
    void startsAsItWas()
    {
        QFETCH(BootCell, cell);
        QElapsedTimer time;
        time.start();
        const CellEnd end = test::runCell(cell);
        const QString result = end.kind == CellEnd::Kind::Starts ? QStringLiteral("starts")
            : end.kind == CellEnd::Kind::Refused                 ? QStringLiteral("refused: ") + end.text
                                                                 : QStringLiteral("FAILED");
        m_table.append(QStringLiteral("%1 %2 s  %3").arg(test::cellName(cell), -50).arg(time.elapsed() / 1000, 4).arg(result));
        QVERIFY2(end.kind != CellEnd::Kind::Failed, qPrintable(end.text));
    }
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

    QStringList m_table; ///< a line for each cell, printed at the end
};

QTEST_GUILESS_MAIN(TestBootMatrix)
#include "tst_bootmatrix.moc"
