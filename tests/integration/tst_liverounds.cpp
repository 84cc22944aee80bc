#include "core/base/errortext.h"
#include "liveworld.h"

#include <QElapsedTimer>
#include <QTest>
#include <cstdio>

using namespace edgelift;
using namespace edgelift::test;
using namespace std::chrono_literals;

namespace {

QString ended(const Outcome &outcome)
{
    switch (outcome.end) {
    case Outcome::End::Finished:
        return QStringLiteral("finished");
    case Outcome::End::Stopped:
        return QStringLiteral("stopped");
    case Outcome::End::Failed:
        break;
    }
    return logLine(*outcome.error);
}

/// Empty when the run finished with a target that is right.
QString wrong(LiveWorld &world, const Outcome &outcome)
{
    if (outcome.end != Outcome::End::Finished)
        return ended(outcome);
    return world.difference();
}

int seedsWanted(int usual)
{
    bool given = false;
    const int seeds = qEnvironmentVariableIntValue("EDGELIFT_LIVE_SEEDS", &given);
    return given ? seeds : usual;
}

}

/// Copies of a disk that is written to meanwhile, from the real sender to the real receiver, with a tracker whose marks are exact: the
/// target has what the source had at the freeze, whatever goes wrong; and each rule that is taken out makes that false.
class TestLiveRounds : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void targetEqualsTheSourceAtTheFreeze_data();
    void targetEqualsTheSourceAtTheFreeze();
    void deletedDataStaysOnTheServer();
    void laterPointsSendWhatWasWrittenSince();
    void aStoppedCopySendsNothingAgain();
    void aNewSenderSendsOnlyDifferences();
    void untilTheCutoverItStaysInSync();
    void writesFasterThanTheLinkAreTold();
    void faults_data();
    void faults();
    void everyRuleIsNeeded_data();
    void everyRuleIsNeeded();
    void cleanupTestCase();

private:
    QStringList m_faultTable;
    QStringList m_ruleTable;
};

void TestLiveRounds::cleanupTestCase()
{
    for (const QStringList *table : {&m_faultTable, &m_ruleTable}) {
        std::printf("\n");
        for (const QString &line : *table)
            std::printf("%s\n", qUtf8Printable(line));
    }
    std::fflush(stdout);
}

void TestLiveRounds::targetEqualsTheSourceAtTheFreeze_data()
{
    QTest::addColumn<bool>("buffered");
    QTest::addColumn<bool>("rescan");
    QTest::addColumn<bool>("pieces");
    QTest::newRow("marks stored at once") << false << false << false;
    QTest::newRow("marks parsed later") << true << false << false;
    QTest::newRow("no marks: everything is compared while frozen") << false << true << false;
    QTest::newRow("put together anew, marks stored at once") << false << false << true;
    QTest::newRow("put together anew, marks parsed later") << true << false << true;
    QTest::newRow("put together anew, no marks") << false << true << true;
}

void TestLiveRounds::targetEqualsTheSourceAtTheFreeze()
{
    QFETCH(const bool, buffered);
    QFETCH(const bool, rescan);
    QFETCH(const bool, pieces);
    QElapsedTimer time;
    time.start();
    const int seeds = seedsWanted(pieces ? 4 : 8);
    quint64 freezes = 0;
    quint64 rounds = 0;
    quint64 rechecked = 0;
    quint64 quiet = 0;
    qint64 longest = 0;
    for (int seed = 1; seed <= seeds; ++seed) {
        LiveWorld world{quint32(seed)};
        world.faults.buffered = buffered;
        world.faults.rescan = rescan;
        world.faults.untouched = true;
        world.roundsWanted = seed % 5;
        if (pieces)
            world.putTogether();
        world.startWriters();
        for (int point = 0; point < 2; ++point) { // the second one from the same tracker
            const QString trouble = wrong(world, world.run());
            QVERIFY2(trouble.isEmpty(), qPrintable(QStringLiteral("seed %1, point %2: %3").arg(seed).arg(point).arg(trouble)));
            freezes += quint64(world.point()->freezes);
            rounds += quint64(world.point()->rounds);
            rechecked += world.point()->rechecked;
            quiet += world.point()->quietTries > 0 ? 1 : 0;
            longest = std::max<qint64>(longest, world.point()->frozen.count());
        }
    }
    std::printf(
        "%d seeds, %d points in %lld ms: %llu rounds, %llu freezes (the longest %lld us), %llu blocks rechecked, %llu times an area "
        "was read again\n",
        seeds, 2 * seeds, static_cast<long long>(time.elapsed()), static_cast<unsigned long long>(rounds),
        static_cast<unsigned long long>(freezes), static_cast<long long>(longest), static_cast<unsigned long long>(rechecked),
        static_cast<unsigned long long>(quiet));
}

void TestLiveRounds::deletedDataStaysOnTheServer()
{
    LiveWorld world(1);
    world.roundsWanted = 0;
    QCOMPARE(wrong(world, world.run()), QString());
    const QByteArray target = world.copied();
    for (quint64 cell = 0; cell < LiveSource::size / LiveSource::cell; ++cell) {
        const bool wrote = cell < LiveSource::block / LiveSource::cell; // around the filesystem's map: whole blocks are sent then
        if (!wrote && !world.source.isUsed(cell) && world.source.isData(cell))
            QVERIFY(target.mid(qsizetype(cell * LiveSource::cell), LiveSource::cell).count('\0') == qsizetype(LiveSource::cell));
    }
}

void TestLiveRounds::laterPointsSendWhatWasWrittenSince()
{
    LiveWorld world(2);
    world.roundsWanted = 0;
    QCOMPARE(wrong(world, world.run()), QString());
    const LivePoint first = *world.point();
    QVERIFY(first.sent.count > 0);
    QCOMPARE(first.readBackBefore, quint64(0));
    for (quint64 cell = 1000; cell < 1004; ++cell)
        world.source.overwrite(cell, 0xabcdef);
    QCOMPARE(wrong(world, world.run()), QString());
    const LivePoint second = *world.point();
    QCOMPARE(second.rounds, 0);
    // two blocks at most, the one with the map (it is flushed by every freeze), and what a freeze marked between the points
    QVERIFY2(second.sent.count <= 4 * LiveSource::block, qPrintable(QString::number(second.sent.count)));
    QCOMPARE(second.readBack, second.sent.count / LiveSource::block);
    QCOMPARE(second.readBackBefore + second.readBack, first.readBack);
    QVERIFY(second.round > first.round);
    world.tuning.checksum = true; // then everything is read back again
    QCOMPARE(wrong(world, world.run()), QString());
    QCOMPARE(world.point()->readBack, first.readBack);
    QCOMPARE(world.point()->readBackBefore, quint64(0));
}

void TestLiveRounds::aStoppedCopySendsNothingAgain()
{
    LiveWorld world(3);
    world.faults.quietEsp = true;
    world.roundsWanted = 0;
    LiveWorld undisturbed(3);
    undisturbed.faults.quietEsp = true;
    undisturbed.roundsWanted = 0;
    QCOMPARE(wrong(undisturbed, undisturbed.run()), QString());
    for (const bool newProcess : {false, true}) {
        std::stop_source stop;
        world.tuning.limitMbps = 40;
        world.observer = [&](const TransferProgress &now) {
            if (now.live && now.live->phase != LiveProgress::Phase::Committed && now.done.count >= (newProcess ? 3U : 1U) * 1000000)
                stop.request_stop();
        };
        QCOMPARE(ended(world.run(stop.get_token())), QStringLiteral("stopped"));
        QVERIFY(world.progress.done.count > 0 || newProcess);
        if (newProcess)
            world.newSender();
    }
    world.observer = {};
    world.tuning.limitMbps = 0;
    const quint64 wireBefore = world.progress.wire.count;
    QCOMPARE(wrong(world, world.run()), QString());
    QVERIFY(world.point()->found.count >= 3000000); // what was acknowledged is known by its hash
    const quint64 undisturbedBytes = undisturbed.point()->sent.count;
    QVERIFY2(world.point()->sent.count + world.point()->found.count <= undisturbedBytes + 8 * LiveSource::block,
        qPrintable(QStringLiteral("%1 + %2, not %3").arg(world.point()->sent.count).arg(world.point()->found.count).arg(undisturbedBytes)));
    QVERIFY(world.progress.wire.count - wireBefore < undisturbed.progress.wire.count);
}

void TestLiveRounds::aNewSenderSendsOnlyDifferences()
{
    LiveWorld world(4);
    world.roundsWanted = 0;
    QCOMPARE(wrong(world, world.run()), QString());
    const quint64 first = world.point()->sent.count;
    for (const quint64 cell : {300, 1500}) // while nobody tracks
        world.source.overwrite(cell, 0x123456);
    world.newSender();
    QCOMPARE(wrong(world, world.run()), QString());
    QVERIFY2(world.point()->sent.count <= 4 * LiveSource::block, qPrintable(QString::number(world.point()->sent.count)));
    QVERIFY(world.point()->found.count > first / 2);
}

void TestLiveRounds::untilTheCutoverItStaysInSync()
{
    LiveWorld world(5);
    world.roundsWanted = 12;
    bool inSync = false;
    world.observer = [&](const TransferProgress &now) { inSync = inSync || (now.live && now.live->phase == LiveProgress::Phase::InSync); };
    world.startWriters();
    QCOMPARE(wrong(world, world.run()), QString());
    QVERIFY(inSync);
    QVERIFY(world.point()->rounds >= 12);
}

void TestLiveRounds::writesFasterThanTheLinkAreTold()
{
    LiveWorld world(6);
    world.settings.mostRoom = {4 * LiveSource::block};
    world.tuning.limitMbps = 80;
    world.newSender(); // takes the settings
    std::stop_source stop;
    std::optional<LiveProgress> told;
    double earlyRate = 0;
    world.observer = [&](const TransferProgress &now) {
        if (now.live->phase == LiveProgress::Phase::FirstPass)
            earlyRate = std::max(earlyRate, now.live->writeRate);
        if (told || now.live->converging)
            return;
        told = now.live;
        stop.request_stop();
    };
    world.roundsWanted = 0;
    world.startWriters();
    QCOMPARE(ended(world.run(stop.get_token())), QStringLiteral("stopped"));
    QVERIFY(told.has_value());
    QVERIFY(earlyRate > 0); // known from the first pass on
    QVERIFY(told->writeRate > 0);
    QVERIFY(told->linkRate > 0);
    QVERIFY(told->dirty > told->room);
    using Remedy = LiveProgress::Remedy;
    QCOMPARE(told->remedies, (QList<Remedy>{Remedy::RaiseLimits, Remedy::QuietHours, Remedy::StopServices, Remedy::LongerFreeze}));
    // what was told is still true afterwards: a quiet server converges
    world.stopWriters();
    world.observer = {};
    QCOMPARE(wrong(world, world.run()), QString());
}

using Prepare = std::function<void(LiveWorld &)>;
/// Called with each report; true: it did what it is there for.
using Disturb = std::function<bool(LiveWorld &, const LiveProgress &)>;
Q_DECLARE_METATYPE(Prepare)
Q_DECLARE_METATYPE(Disturb)

void TestLiveRounds::faults_data()
{
    using Phase = LiveProgress::Phase;
    QTest::addColumn<Prepare>("prepare");
    QTest::addColumn<Disturb>("disturb");
    QTest::addColumn<int>("code"); // 0: it finishes, and the target is right
    QTest::addColumn<QString>("promised");
    const auto row = [](const char *name, const Prepare &prepare, const Disturb &disturb, ErrorCode code, const char *promised) {
        QTest::newRow(name) << prepare << disturb << int(code) << QString::fromLatin1(promised);
    };
    const Prepare nothing = [](LiveWorld &) {};
    const Prepare calm = [](LiveWorld &world) { world.faults.untouched = false; }; // no reason for a second freeze
    const Disturb never = [](LiveWorld &, const LiveProgress &) { return true; };
    const auto in = [](Phase phase, const std::function<void(LiveWorld &)> &act) {
        return Disturb([phase, act](LiveWorld &world, const LiveProgress &now) {
            if (now.phase != phase)
                return false;
            act(world);
            return true;
        });
    };
    const auto restart = [](LiveWorld &world) { world.restartReceiver(); };
    const auto lose = [](LiveWorld &world) { world.faults.lost = 1; };
    const auto all = ErrorCode(0);
    row("mark lost in the first pass", nothing, in(Phase::FirstPass, lose), all, "V: new epoch, compared by hash");
    row("mark lost in a round", nothing, in(Phase::Round, lose), all, "V: new epoch, compared by hash");
    row("mark lost before the freeze", nothing, in(Phase::Freezing, lose), all, "V: new epoch, compared by hash");
    row("mark lost while the point is sent", nothing, in(Phase::SendingPoint, lose), all, "V or no effect on the point");
    row("mark missed, and nobody knows", nothing, in(Phase::Round, [](LiveWorld &world) { world.faults.missed = 3; }), all,
        "V: found by the audit");
    row(
        "marks lost for ever", [](LiveWorld &world) { world.faults.lost = 1 << 30; }, never, ErrorCode::TrackingLost,
        "S after three epochs");
    row(
        "a raw write while frozen", [](LiveWorld &world) { world.faults.intruders = 1; }, never, all, "another freeze");
    row(
        "raw writes in every freeze", [](LiveWorld &world) { world.faults.intruders = 1000; }, never, ErrorCode::FreezeDisturbed,
        "S after three freezes");
    row(
        "thawed by somebody else", [](LiveWorld &world) { world.faults.thawsEarly = 1; }, never, all, "another freeze");
    row(
        "the freezer fails once", [](LiveWorld &world) { world.faults.freezerFails = 1; }, never, all, "another freeze");
    row(
        "the freezer fails for ever", [](LiveWorld &world) { world.faults.freezerFails = 1000; }, never, ErrorCode::SourceBusy,
        "S with the freezer's reason");
    const auto slowReads = [](int times) {
        return Prepare([times](LiveWorld &world) {
            world.live.budgetMs = 700;
            world.faults.slowFrozen = times;
        });
    };
    row("disks that are slow in the freeze", slowReads(1), never, all, "thawed in time, another freeze");
    row("disks that are slow in every freeze", slowReads(1000), never, ErrorCode::FreezeTooLong, "S after six freezes");
    const Prepare rescan = [](LiveWorld &world) { world.faults.rescan = true; };
    const auto rescanning = [](const Prepare &also) {
        return Prepare([also](LiveWorld &world) { world.faults.rescan = true, also(world); });
    };
    row("rescan: a raw write while frozen",
        rescanning([](LiveWorld &world) { world.faults.frozenWhole = true, world.faults.intruders = 1, world.settings.areas.clear(); }),
        never, all, "counted: another freeze");
    row("rescan: thawed by somebody else", rescanning([](LiveWorld &world) { world.faults.thawsEarly = 1; }), never, all, "another freeze");
    row("rescan: maps of before the freeze", rescanning([](LiveWorld &world) { world.faults.staleMaps = true; }), never,
        ErrorCode::FreezeDisturbed, "S: the recheck refuses each point");
    row("rescan: slow disks in the freeze", rescanning(slowReads(1)), never, all, "thawed in time, another freeze");
    row("rescan: slow disks in every freeze", rescanning(slowReads(1000)), never, ErrorCode::FreezeTooLong, "S after six freezes");
    row("rescan: receiver killed as it is compared", rescan, in(Phase::Comparing, restart), all, "R");
    row("rescan: receiver killed as the point is sent", rescan, in(Phase::SendingPoint, restart), all, "R from memory");
    row("rescan: an ESP that is always written",
        rescanning([](LiveWorld &world) { world.faults.busyEsp = true, world.writeEspAllTheTime(); }), never, ErrorCode::AreaNotQuiet,
        "S after three tries");
    row("receiver killed in the first pass", nothing, in(Phase::FirstPass, restart), all, "R");
    row("receiver killed in a round", nothing, in(Phase::Round, restart), all, "R");
    row("receiver killed between rounds", nothing, in(Phase::InSync, restart), all, "R");
    row("receiver killed as the point is sent", calm, in(Phase::SendingPoint, restart), all, "R from memory, no second freeze");
    // It hangs from before the freeze until the point has waited for it for a while: the server must not.
    row(
        "receiver hung at the freeze", nothing,
        [looks = 0](LiveWorld &world, const LiveProgress &now) mutable {
            if (now.phase == Phase::Freezing)
                world.targets.hung = true;
            constexpr int enough = 3; // a tenth of a second each
            if (now.phase != Phase::SendingPoint || ++looks < enough || world.source.frozen())
                return false;
            looks = 0;
            world.targets.hung = false;
            return true;
        },
        all, "thawed in time, sent when it answers");
    row("receiver killed at the recheck", nothing, in(Phase::Rechecking, restart), all, "R");
    row("receiver killed as it reads back", nothing, in(Phase::ReadingBack, restart), all, "R");
    row(
        "the target's medium flips a bit", [](LiveWorld &world) { world.targets.rots = 1; }, never, all, "read-back finds it, sent again");
    row(
        "an ESP that is always written", [](LiveWorld &world) { world.faults.busyEsp = true, world.writeEspAllTheTime(); }, never,
        ErrorCode::AreaNotQuiet, "S after three tries");
    const auto anew = [](const Prepare &also) {
        return Prepare([=](LiveWorld &world) {
            world.putTogether();
            also(world);
        });
    };
    row("put together anew, receiver killed", anew(nothing), in(Phase::Round, restart), all, "R");
    row("put together anew, killed with the point", anew(calm), in(Phase::SendingPoint, restart), all, "R from memory, no second freeze");
    row("put together anew, mark lost", anew(nothing), in(Phase::Round, lose), all, "V: new epoch, compared by hash");
    row("put together anew, a bit flips", anew([](LiveWorld &world) { world.targets.rots = 1; }), never, all,
        "read-back finds it, sent again");
    row("put together anew, written late", anew([](LiveWorld &world) { world.faults.lateWrites = 1; }), never, all, "another freeze");
    row(
        "allocated, written late", [](LiveWorld &world) { world.faults.lateWrites = 1; }, never, all, "another freeze");
    row(
        "written just after the maps", [](LiveWorld &world) { world.faults.mapWrites = 20; }, never, all, "sent again");
}

void TestLiveRounds::faults()
{
    QFETCH(const Prepare, prepare);
    QFETCH(const Disturb, disturb);
    QFETCH(const int, code);
    QFETCH(const QString, promised);
    const auto seeds = quint32(seedsWanted(2));
    for (quint32 seed = 1; seed <= std::min(seeds, 5U); ++seed) {
        LiveWorld world(seed);
        world.faults.untouched = true;
        world.faults.quietEsp = true;
        prepare(world);
        world.newSender(); // takes the settings
        bool disturbed = false;
        world.observer = [&](const TransferProgress &now) {
            if (!disturbed)
                disturbed = disturb(world, *now.live);
        };
        world.startWriters();
        const Outcome outcome = world.run();
        QVERIFY(!world.source.frozen());
        const QString what = outcome.end == Outcome::End::Failed ? displayCode(outcome.error->code)
                                                                 : QStringLiteral("finished, %1 freezes, %2 new epochs")
                                                                       .arg(world.point() ? world.point()->freezes : 0)
                                                                       .arg(world.point() ? world.point()->restarts : 0);
        if (seed == 1)
            m_faultTable.append(
                QStringLiteral("| %1 | %2 | %3").arg(QString::fromLatin1(QTest::currentDataTag()), -38).arg(promised, -34).arg(what));
        QVERIFY(disturbed);
        if (code != 0) {
            QVERIFY2(outcome.end == Outcome::End::Failed && int(outcome.error->code) == code, qPrintable(ended(outcome)));
            world.faults.lost = world.faults.intruders = world.faults.freezerFails = world.faults.slowFrozen = 0;
            world.stopWriters(); // and then it can be done after all
            static_cast<void>(world.source.restart());
            world.newSender();
        }
        if (!world.faults.untouched && code == 0)
            QCOMPARE(world.point()->freezes, 1);
        const QString trouble = code != 0 ? wrong(world, world.run()) : wrong(world, outcome);
        QVERIFY2(trouble.isEmpty(), qPrintable(QStringLiteral("seed %1: %2").arg(seed).arg(trouble)));
    }
}

void TestLiveRounds::everyRuleIsNeeded_data()
{
    QTest::addColumn<Prepare>("prepare");
    QTest::addColumn<bool>("safe");
    const auto row = [](const char *name, bool safe, const Prepare &prepare) { QTest::newRow(name) << prepare << safe; };
    const auto without = [](LiveWorld &world, std::initializer_list<LiveRule> rules) {
        for (const LiveRule rule : rules)
            world.settings.without |= quint32(rule);
    };
    using R = LiveRule;
    // The audit would find some of these: it is left out, too, so that the rule stands alone.
    row("none", true, [=](LiveWorld &w) { without(w, {R::Audit}); });
    row("none, slow writes", true, [=](LiveWorld &w) { without(w, {R::Audit}), w.faults.slow = true; });
    row("none, meeting writes", true, [=](LiveWorld &w) { without(w, {R::Audit}), w.faults.meeting = true; });
    row("marked when issued, not when completed", false,
        [=](LiveWorld &w) { without(w, {R::Audit}), w.faults.slow = w.faults.markAtIssue = true; });
    row("no grace step", false, [=](LiveWorld &w) { without(w, {R::Audit}), w.faults.meeting = w.faults.noGrace = true; });
    row("no drain (buffered)", false, [=](LiveWorld &w) { without(w, {R::Audit}), w.faults.buffered = w.faults.noDrain = true; });
    row("the freeze does not wait for writes", false,
        [=](LiveWorld &w) { without(w, {R::Audit}), w.faults.slow = w.faults.noFreezeWait = true, w.settings.settle = 8ms; });
    row("a lost mark is known", true, [=](LiveWorld &w) { without(w, {R::Audit}), w.faults.lost = 40; });
    row("a lost mark is known, and ignored", false, [=](LiveWorld &w) { without(w, {R::Audit, R::LossCheck}), w.faults.lost = 40; });
    row("a missed mark meets the audit", true, [=](LiveWorld &w) { w.faults.missed = 40; });
    row("a missed mark, no audit", false, [=](LiveWorld &w) { without(w, {R::Audit}), w.faults.missed = 40; });
    row("free blocks zeroed in every round", false, [=](LiveWorld &w) { without(w, {R::ZeroingOnce}); });
    row("no recheck of allocation", false, [=](LiveWorld &w) { without(w, {R::Recheck}), w.faults.untouched = true; });
    row("rechecked blocks count though written", false, [=](LiveWorld &w) {
        without(w, {R::RecheckUnmarked});
        w.faults.untouched = true;
        w.faults.lateWrites = 1;
    });
    row("maps before the era", true, [=](LiveWorld &w) { without(w, {R::MapsAfterEra}), w.faults.mapWrites = 200; }); // the recheck
    row("maps after the era, no recheck", true, [=](LiveWorld &w) { without(w, {R::Recheck}), w.faults.mapWrites = 200; });
    row("maps before the era, no recheck", false, [=](LiveWorld &w) {
        without(w, {R::MapsAfterEra, R::Recheck}), w.faults.mapWrites = 200;
    });
    row("a mark since the freeze is ignored", false, [=](LiveWorld &w) { without(w, {R::QuietAfterFreeze}), w.faults.intruders = 1; });
    row("an early thaw is noticed by the freezer", true, [=](LiveWorld &w) { without(w, {R::QuietAfterFreeze}), w.faults.thawsEarly = 1; });
    row("an early thaw is noticed by the marks", true, [=](LiveWorld &w) { without(w, {R::ThawCheck}), w.faults.thawsEarly = 1; });
    row("an early thaw is not noticed", false, [=](LiveWorld &w) {
        without(w, {R::ThawCheck, R::QuietAfterFreeze}), w.faults.thawsEarly = 1;
    });
    row("no quiet window", false, [=](LiveWorld &w) {
        without(w, {R::QuietWindow});
        w.faults.busyEsp = true;
        w.writeEspAllTheTime();
    });
    row("no read-back", false, [=](LiveWorld &w) { without(w, {R::ReadBack}), w.targets.rots = 1; });
    row("rescan", true, [=](LiveWorld &w) { w.faults.rescan = true; });
    row("rescan, nothing read while frozen", false, [=](LiveWorld &w) { without(w, {R::FrozenRead}), w.faults.rescan = true; });
    row("rescan, maps of before the freeze, no recheck", false,
        [=](LiveWorld &w) { without(w, {R::Recheck}), w.faults.rescan = w.faults.staleMaps = true; });
    row("rescan, a write while frozen is counted", true,
        [=](LiveWorld &w) { w.faults.rescan = w.faults.frozenWhole = true, w.faults.intruders = 1, w.settings.areas.clear(); });
    row("rescan, a write while frozen is ignored", false, [=](LiveWorld &w) {
        without(w, {R::QuietAfterFreeze}), w.faults.rescan = w.faults.frozenWhole = true, w.faults.intruders = 1, w.settings.areas.clear();
    });
    row("rescan, an early thaw is not noticed", false,
        [=](LiveWorld &w) { without(w, {R::ThawCheck}), w.faults.rescan = true, w.faults.thawsEarly = 1; });
    row("rescan, no quiet window", false, [=](LiveWorld &w) {
        without(w, {R::QuietWindow});
        w.faults.rescan = w.faults.busyEsp = true;
        w.writeEspAllTheTime();
    });
    row("put together anew", true, [=](LiveWorld &w) { without(w, {R::Audit}), w.putTogether(); });
    row("put together anew, one block for one", false, [=](LiveWorld &w) { without(w, {R::Audit, R::EveryBlock}), w.putTogether(); });
    row("stamped when sent, not when acknowledged", false, [=](LiveWorld &w) {
        without(w, {R::StampAtAck});
        w.observer = [&w, done = false](const TransferProgress &now) mutable {
            if (!std::exchange(done, done || now.live->phase == LiveProgress::Phase::Round) && done)
                w.restartReceiver();
        };
    });
}

/// Without a rule, a target that is wrong (or a copy that never gets right) must turn up within some seeds; with all of them, never.
void TestLiveRounds::everyRuleIsNeeded()
{
    QFETCH(const Prepare, prepare);
    QFETCH(const bool, safe);
    const int seeds = safe ? seedsWanted(12) : 200;
    QString found;
    int seed = 1;
    for (; seed <= seeds && found.isEmpty(); ++seed) {
        LiveWorld world{quint32(seed)};
        world.faults.quietEsp = true;
        prepare(world);
        world.newSender(); // takes the settings
        world.startWriters();
        found = wrong(world, world.run());
    }
    m_ruleTable.append(
        QStringLiteral("| %1 | %2 | %3")
            .arg(QString::fromLatin1(QTest::currentDataTag()), -44)
            .arg(found.isEmpty() ? QStringLiteral("SAFE in %1 seeds").arg(seeds) : QStringLiteral("WRONG at seed %1").arg(seed - 1), -18)
            .arg(found));
    QVERIFY2(found.isEmpty() == safe, qPrintable(found));
}

QTEST_GUILESS_MAIN(TestLiveRounds)
#include "tst_liverounds.moc"
