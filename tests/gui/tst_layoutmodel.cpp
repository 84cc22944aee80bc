#include "app/wizard/models/layoutmodel.h"
#include "core/layout/defaultplan.h"
#include "tests/unit/layout/samplefacts.h"

#include <QAbstractItemModelTester>
#include <QMimeData>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QtTest>
#include <memory>

using namespace edgelift;
using namespace edgelift::literals;
using wizard::LayoutModel;

class TestLayoutModel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void showsDisksAndTheirMountTargets();
    void aMovedRowKeepsItsSelection();
    void refusesWithAReason();
    void undoesAndRedoes();
    void automaticLayoutIsReadOnly();
    void editsThroughTheTable();
    void filesOfAServerThatRunsAreNotOfOneMoment();
    void problemsStandBesideTheirRow();
    void dropsAreJudgedWhileDragging();
    void fixesInOneStep();
    void survivesAnySequence();
    void hostileNamesStayOnOneLine();

private:
    ServerFacts m_facts;
    std::unique_ptr<LayoutModel> m_model;
    std::unique_ptr<QAbstractItemModelTester> m_tester;
};

void TestLayoutModel::init()
{
    m_tester.reset();
    m_model = std::make_unique<LayoutModel>();
    m_tester = std::make_unique<QAbstractItemModelTester>(m_model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    m_facts = test::twoDisks();
    test::addDataDisks(m_facts, 1, 40_GiB);
    m_facts.volumes.last().size = 20_GiB;
    m_facts.volumes.last().segments.first().length = 20_GiB;
    Plan plan = defaultPlan(m_facts);
    plan.modifyDisks = true;
    m_model->setPlan(plan, m_facts);
}

void TestLayoutModel::showsDisksAndTheirMountTargets()
{
    QCOMPARE(m_model->rowCount(), 3);
    QCOMPARE(m_model->rowCount(m_model->diskIndex(1)), 2);
    QCOMPARE(m_model->diskIndex(1).data().toString(), QStringLiteral("Data disk 1 (data.img)"));
    const QModelIndex srv = m_model->volumeIndex(QStringLiteral("data/p2"));
    QCOMPARE(srv.data().toString(), QStringLiteral("/srv"));
    QCOMPARE(srv.data(LayoutModel::BytesRole).toULongLong(), (8_GiB).count);
    QVERIFY(m_model->volumeIndex(QStringLiteral("sys/p3")).data(LayoutModel::FixedRole).toBool());
    QCOMPARE(m_model->volumeIndex(QStringLiteral("data/p2"), LayoutModel::Method).data().toString(), QStringLiteral("Block by block"));
}

void TestLayoutModel::aMovedRowKeepsItsSelection()
{
    const QPersistentModelIndex srv = m_model->volumeIndex(QStringLiteral("data/p2"));
    const QSignalSpy resets(m_model.get(), &QAbstractItemModel::modelReset);
    QVERIFY(m_model->edit(MoveVolume{QStringLiteral("data/p2"), QStringLiteral("extra0"), 0}));
    QVERIFY(srv.isValid());
    QCOMPARE(srv.parent(), m_model->diskIndex(2));
    QCOMPARE(srv.data().toString(), QStringLiteral("/srv"));
    QCOMPARE(resets.size(), 0);
}

void TestLayoutModel::refusesWithAReason()
{
    const QSignalSpy refused(m_model.get(), &LayoutModel::refused);
    const Plan before = m_model->plan();
    QVERIFY(!m_model->edit(MoveVolume{QStringLiteral("sys/p3"), QStringLiteral("data"), 0}));
    QCOMPARE(refused.size(), 1);
    QCOMPARE(m_model->plan(), before);
    QVERIFY(!m_model->history().canUndo());
}

void TestLayoutModel::undoesAndRedoes()
{
    const Plan before = m_model->plan();
    m_model->edit(MoveVolume{QStringLiteral("data/p2"), QStringLiteral("extra0"), 0});
    m_model->edit(SetLvm{QStringLiteral("data"), true});
    const Plan after = m_model->plan();
    Plan renamed = after; // settings made meanwhile stay
    renamed.image.namePrefix = QStringLiteral("kept");
    m_model->setPlan(renamed, m_facts);
    m_model->undo();
    m_model->undo();
    m_model->undo(); // nothing more: no harm
    QCOMPARE(m_model->plan().disks, before.disks);
    QCOMPARE(m_model->plan().image.namePrefix, QStringLiteral("kept"));
    m_model->redo();
    m_model->redo();
    QCOMPARE(m_model->plan(), renamed);
    m_model->undo();
    m_model->edit(SetMigrate{QStringLiteral("data/p1"), false});
    QVERIFY(!m_model->history().canRedo());
}

void TestLayoutModel::automaticLayoutIsReadOnly()
{
    m_model->edit(SetModify{false});
    for (int disk = 0; disk < m_model->rowCount(); ++disk) {
        for (int column = 0; column < LayoutModel::ColumnCount; ++column)
            QCOMPARE(m_model->flags(m_model->index(disk, column)), Qt::ItemIsEnabled | Qt::ItemIsSelectable);
    }
    const std::unique_ptr<QMimeData> data(m_model->mimeData({m_model->volumeIndex(QStringLiteral("data/p2"))}));
    QVERIFY(!m_model->canDropMimeData(data.get(), Qt::MoveAction, 0, 0, m_model->diskIndex(2)));
}

void TestLayoutModel::editsThroughTheTable()
{
    const QString srv = QStringLiteral("data/p2");
    QVERIFY(m_model->setData(m_model->volumeIndex(srv, LayoutModel::Size), 9216));
    QCOMPARE(m_model->volumeIndex(srv, LayoutModel::Method).data().toString(), QStringLiteral("File by file"));
    QVERIFY(m_model->volumeIndex(srv, LayoutModel::Notes).data().toString().contains(QLatin1String("size changes")));
    QVERIFY(m_model->setData(m_model->volumeIndex(srv, LayoutModel::Method), int(Plan::Replication::Block)));
    QCOMPARE(m_model->volumeIndex(srv, LayoutModel::Size).data(Qt::EditRole).toLongLong(), 8192);
    QVERIFY(m_model->setData(m_model->diskIndex(1, LayoutModel::Lvm), Qt::Checked, Qt::CheckStateRole));
    QCOMPARE(m_model->diskIndex(1, LayoutModel::Lvm).data().toString(), QStringLiteral("vg1"));
    QCOMPARE(m_model->volumeIndex(srv, LayoutModel::Lvm).data().toString(), QStringLiteral("lv2"));
    QVERIFY(m_model->setData(m_model->volumeIndex(srv, LayoutModel::Destination), 2));
    QCOMPARE(m_model->volumeIndex(srv).parent(), m_model->diskIndex(2));
    QVERIFY(m_model->setData(m_model->volumeIndex(srv, LayoutModel::Migrate), Qt::Unchecked, Qt::CheckStateRole));
    QVERIFY(!m_model->setData(m_model->volumeIndex(QStringLiteral("sys/p3"), LayoutModel::Migrate), Qt::Unchecked, Qt::CheckStateRole));
    QVERIFY(!m_model->setData(m_model->volumeIndex(srv, LayoutModel::Destination), 99));
}

void TestLayoutModel::filesOfAServerThatRunsAreNotOfOneMoment()
{
    const QString srv = QStringLiteral("data/p2");
    const auto saysSo = [&] {
        return m_model->volumeIndex(srv).data(LayoutModel::DetailRole).toString().contains(QLatin1String("one moment"));
    };
    QVERIFY(m_model->edit(ResizeVolume{srv, 7000}));
    QVERIFY(!saysSo()); // disk images stand still
    m_facts.live.emplace();
    m_model->setPlan(m_model->plan(), m_facts);
    QVERIFY(saysSo());
    QVERIFY(m_model->edit(ResizeVolume{srv, 8192}));
    QVERIFY(m_model->setData(m_model->volumeIndex(srv, LayoutModel::Method), int(Plan::Replication::Block)));
    QVERIFY(!saysSo());
}

void TestLayoutModel::problemsStandBesideTheirRow()
{
    QVERIFY(m_model->setData(m_model->diskIndex(1, LayoutModel::Size), 501));
    QVERIFY(m_model->diskIndex(1).data(LayoutModel::BlockedRole).toBool());
    QVERIFY(m_model->diskIndex(1, LayoutModel::Notes).data().toString().contains(QLatin1String("E-DSK-07")));
    QVERIFY(m_model->diskIndex(1, LayoutModel::Notes).data(LayoutModel::DetailRole).toString().contains(QLatin1String("at most 500 GiB")));
    QVERIFY(!m_model->diskIndex(2).data(LayoutModel::BlockedRole).toBool());
    QCOMPARE(m_model->problems(), checkDisks(m_model->plan(), m_facts));
}

void TestLayoutModel::dropsAreJudgedWhileDragging()
{
    const QSignalSpy judged(m_model.get(), &LayoutModel::dropJudged);
    const std::unique_ptr<QMimeData> root(m_model->mimeData({m_model->volumeIndex(QStringLiteral("sys/p3"))}));
    QVERIFY(!m_model->canDropMimeData(root.get(), Qt::MoveAction, -1, -1, m_model->diskIndex(1)));
    QCOMPARE(judged.size(), 1);
    const std::unique_ptr<QMimeData> srv(m_model->mimeData({m_model->volumeIndex(QStringLiteral("data/p2"))}));
    QVERIFY(m_model->canDropMimeData(srv.get(), Qt::MoveAction, -1, -1, m_model->diskIndex(2)));
    QVERIFY(!m_model->canDropMimeData(srv.get(), Qt::CopyAction, -1, -1, m_model->diskIndex(2)));
    QVERIFY(!m_model->canDropMimeData(srv.get(), Qt::MoveAction, -1, -1, {}));
    const QMimeData other;
    QVERIFY(!m_model->canDropMimeData(&other, Qt::MoveAction, -1, -1, m_model->diskIndex(2)));
    // before /data, and from the first place to behind the last
    QVERIFY(m_model->dropMimeData(srv.get(), Qt::MoveAction, 0, 0, m_model->diskIndex(1)));
    QCOMPARE(m_model->volumeIndex(QStringLiteral("data/p2")).row(), 0);
    QVERIFY(m_model->dropMimeData(srv.get(), Qt::MoveAction, 2, 0, m_model->diskIndex(1)));
    QCOMPARE(m_model->volumeIndex(QStringLiteral("data/p2")).row(), 1);
    QVERIFY(m_model->dropMimeData(srv.get(), Qt::MoveAction, -1, -1, m_model->volumeIndex(QStringLiteral("extra0/p1"))));
    QCOMPARE(m_model->volumeIndex(QStringLiteral("data/p2")).parent(), m_model->diskIndex(2));
    QCOMPARE(m_model->volumeIndex(QStringLiteral("data/p2")).row(), 0);
}

void TestLayoutModel::fixesInOneStep()
{
    m_model->edit(ResizeDisk{QStringLiteral("data"), 12});
    const Plan before = m_model->plan();
    QVERIFY(hasBlocker(m_model->problems()));
    QCOMPARE(m_model->fix().size(), 1);
    QVERIFY(!hasBlocker(m_model->problems()));
    m_model->undo();
    QCOMPARE(m_model->plan(), before);
}

void TestLayoutModel::survivesAnySequence()
{
    QRandomGenerator random(7);
    for (int i = 0; i < 300; ++i) {
        const QString volume = m_facts.volumes.at(random.bounded(m_facts.volumes.size())).id;
        const QString disk = m_facts.disks.at(random.bounded(m_facts.disks.size())).id;
        const int what = random.bounded(6);
        if (what == 0)
            m_model->undo();
        else if (what == 1)
            m_model->redo();
        else if (what == 2)
            m_model->edit(ResizeVolume{volume, random.bounded(20000)});
        else if (what == 3 && random.bounded(8) == 0)
            m_model->fix();
        else
            m_model->edit(MoveVolume{volume, disk, random.bounded(4)});
        int rows = 0;
        for (int d = 0; d < m_model->rowCount(); ++d) {
            const QModelIndex top = m_model->diskIndex(d);
            for (int row = 0; row < m_model->rowCount(top); ++row, ++rows)
                QCOMPARE(m_model->index(row, 0, top).data(LayoutModel::IdRole).toString(), m_model->plan().disks[d].volumes[row].source);
        }
        QCOMPARE(rows, 5);
    }
}

void TestLayoutModel::hostileNamesStayOnOneLine()
{
    m_facts.volumes[4].mountPoint = QStringLiteral("/a\nb\t\u202e%1") + QString(500, QLatin1Char('x'));
    Plan plan = defaultPlan(m_facts);
    plan.disks[1].volumes.append(plan.disks[1].volumes.first()); // twice
    plan.disks[1].volumes[1].source = QStringLiteral("nowhere");
    m_model->setPlan(plan, m_facts);
    QCOMPARE(m_model->rowCount(m_model->diskIndex(1)), 3);
    for (int row = 0; row < 3; ++row) {
        for (int column = 0; column < LayoutModel::ColumnCount; ++column) {
            const QString text = m_model->index(row, column, m_model->diskIndex(1)).data().toString();
            QVERIFY(!text.contains(QLatin1Char('\n')) && !text.contains(QChar(0x202e)));
        }
    }
    m_model->setPlan({}, {});
    QCOMPARE(m_model->rowCount(), 0);
}

QTEST_GUILESS_MAIN(TestLayoutModel)
#include "tst_layoutmodel.moc"
