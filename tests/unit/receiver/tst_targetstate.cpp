#include "core/receiver/targetstate.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace edgelift;
using namespace edgelift::receiver;

namespace {

constexpr quint64 MiB = 1U << 20;

wire::PrepareParams binding(quint64 epoch, bool replace = false, const QString &serial = QStringLiteral("s0"))
{
    return {epoch, replace, {{0, serial, Bytes{100 * MiB}, Bytes{50 * MiB}, true}}};
}

}

class TestTargetState : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    TargetState loaded(const QString &job = QStringLiteral("j-1")) const
    {
        TargetState state(m_folder->path(), job);
        const Result<> read = state.load();
        Q_ASSERT(read);
        Q_UNUSED(read);
        return state;
    }

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void bindsOnceAndForAll();
    void anotherEpochWaitsForReplace();
    void otherDisksUnderTheSameEpochAreRefused();
    void whatWasWrittenStaysWrittenUnderANewEpoch();
    void aDiskNotBoundBeforeBeginsEmpty();
    void theFolderOfAnotherJobIsRefused();
    void damageIsRefused();
    void mapsOfAnUnfinishedBindingAreRemoved();
};

void TestTargetState::bindsOnceAndForAll()
{
    {
        TargetState state = loaded();
        QVERIFY(!state.binding());
        QVERIFY(state.acceptable(binding(7), true)); // nothing is bound: nothing can be lost
        QVERIFY(state.bind(binding(7)));
        QVERIFY((*state.openMap(state.binding()->disks.first()))->mark(3, 1));
    }
    TargetState state = loaded();
    QVERIFY(state.binding());
    QCOMPARE(state.binding()->epoch, quint64(7));
    QVERIFY(state.acceptable(binding(7), true));
    QVERIFY(state.bind(binding(7)));
    QVERIFY((*state.openMap(state.binding()->disks.first()))->written(3));
}

void TestTargetState::anotherEpochWaitsForReplace()
{
    TargetState state = loaded();
    QVERIFY(state.bind(binding(7)));
    QCOMPARE(state.acceptable(binding(8), true).error().code, ErrorCode::EpochUnknown);
    QVERIFY(state.acceptable(binding(8), false));
    QVERIFY(state.acceptable(binding(8, true), true));
    QVERIFY(state.bind(binding(8, true)));
    QCOMPARE(loaded().binding()->epoch, quint64(8));
}

void TestTargetState::otherDisksUnderTheSameEpochAreRefused()
{
    TargetState state = loaded();
    QVERIFY(state.bind(binding(7)));
    QCOMPARE(state.acceptable(binding(7, false, QStringLiteral("s1")), false).error().code, ErrorCode::EpochUnknown);
    wire::PrepareParams larger = binding(7);
    larger.disks[0].sourceSize = Bytes{51 * MiB};
    QCOMPARE(state.acceptable(larger, false).error().code, ErrorCode::EpochUnknown);
    wire::PrepareParams notFresh = binding(7);
    notFresh.disks[0].fresh = false; // the first word counts
    QVERIFY(state.acceptable(notFresh, true));
}

void TestTargetState::whatWasWrittenStaysWrittenUnderANewEpoch()
{
    TargetState state = loaded();
    wire::PrepareParams used = binding(7);
    used.disks[0].fresh = false;
    QVERIFY(state.bind(used));
    QVERIFY((*state.openMap(state.binding()->disks.first()))->mark(9, 1));
    QVERIFY(state.bind(binding(8, true)));
    const wire::PrepareDisk &disk = state.binding()->disks.first();
    QVERIFY(!disk.fresh); // it was not, and did not become so
    QVERIFY((*state.openMap(disk))->written(9));
    QCOMPARE((*state.openMap(disk))->count(), 1U);
    QCOMPARE(QDir(m_folder->path()).entryList({QStringLiteral("*.map")}).size(), 1);
}

void TestTargetState::aDiskNotBoundBeforeBeginsEmpty()
{
    TargetState state = loaded();
    QVERIFY(state.bind(binding(7)));
    QVERIFY((*state.openMap(state.binding()->disks.first()))->mark(9, 1));
    QVERIFY(state.bind(binding(8, true, QStringLiteral("another"))));
    QCOMPARE((*state.openMap(state.binding()->disks.first()))->count(), 0U);
}

void TestTargetState::theFolderOfAnotherJobIsRefused()
{
    QVERIFY(loaded().bind(binding(7)));
    TargetState state(m_folder->path(), QStringLiteral("j-2"));
    QCOMPARE(state.load().error().code, ErrorCode::StateUnreadable);
}

void TestTargetState::damageIsRefused()
{
    TargetState bound = loaded();
    QVERIFY(bound.bind(binding(7)));
    QFile file(m_folder->filePath(QStringLiteral("target.json")));
    QVERIFY(file.resize(file.size() / 2));
    TargetState state(m_folder->path(), QStringLiteral("j-1"));
    QCOMPARE(state.load().error().code, ErrorCode::StateUnreadable);
    QVERIFY(QFile::remove(m_folder->filePath(QStringLiteral("written-7-0.map"))));
    QVERIFY(!bound.openMap(bound.binding()->disks.first())); // a lost map is no empty map
}

void TestTargetState::mapsOfAnUnfinishedBindingAreRemoved()
{
    QVERIFY(loaded().bind(binding(7)));
    QVERIFY(WrittenMap::create(m_folder->filePath(QStringLiteral("written-8-0.map")), 100));
    QCOMPARE(loaded().binding()->epoch, quint64(7));
    QCOMPARE(QDir(m_folder->path()).entryList({QStringLiteral("*.map")}), QStringList{QStringLiteral("written-7-0.map")});
}

QTEST_GUILESS_MAIN(TestTargetState)
#include "tst_targetstate.moc"
