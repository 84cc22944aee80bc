#include "core/stream/journalrecord.h"
#include "transferfixture.h"

using namespace edgelift;
using namespace edgelift::test;

namespace {
/// Whole marks in the file, counted without the journal's own code for reading it.
quint64 marksIn(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QByteArray bytes = file.readAll();
    quint64 marks = 0;
    for (qsizetype at = 0; at + qsizetype(journalRecordSize) <= bytes.size(); at += journalRecordSize)
        marks += bytes.mid(at, 4) == QByteArray("\3\0\0\0", 4) ? 1 : 0;
    return marks;
}
}

class TestTransferFaults : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void cutLinkIsMendedAndNothingAcknowledgedIsSentAgain();
    void cutOnManyStreamsStillGivesTheWholeDisk();
    void journalTornAtAnyPlaceStillGivesTheWholeDisk_data();
    void journalTornAtAnyPlaceStillGivesTheWholeDisk();
    void anotherMapSendsTheDiskAgain();
    void damagedFrameIsNeverWrittenAndSentAgain();
    void verificationFindsAndRepairsRot();
    void rotThatComesBackIsReported();
    void refusedEpochFailsAtOnce();
    void receiverThatIsNotReadyYetIsAskedAgain();
    void receiverThatLostEverythingFailsAtOnce();
    void strangerAsReceiverFailsAtOnce();
    void missingTargetFailsAtOnce();
    void unreachableReceiverIsTriedForAsLongAsPatience();
    void receiverThatMovedIsFound();
    void strangerWhereTheReceiverShouldBeIsRefused();
    void receiverThatIsGoneForGoodEndsTheRun();
    void changedSourceIsRefused();
    void lateAcknowledgementsAreWaitedFor();

private:
    static constexpr quint64 size = 16 * MiB;
};

void TestTransferFaults::cutLinkIsMendedAndNothingAcknowledgedIsSentAgain()
{
    TransferFixture f;
    f.settings.streams = 1;
    f.tuning.compression = 0;
    f.addWholeDisk(content(size, 1));
    FaultPlan cut;
    cut.dropAfterBytes = 6 * MiB;
    f.receiver.setFaults(cut);
    VERIFY_FINISHED(f.run());
    QCOMPARE(f.difference(), QString());
    const FakeReceiver::Counts counts = f.receiver.counts();
    QCOMPARE(counts.prepares, 2);
    QCOMPARE(counts.resentAcknowledged, 0);
    QCOMPARE(counts.dataFrames, int(size / MiB / 4)); // the frame that was cut was never stored
    QVERIFY(f.progress.wire.count > size);
}

void TestTransferFaults::cutOnManyStreamsStillGivesTheWholeDisk()
{
    for (const quint64 at : {quint64(1), 3 * MiB, 11 * MiB}) {
        TransferFixture f;
        f.settings.streams = 4;
        f.tuning.compression = 0;
        f.addWholeDisk(content(size, 2));
        FaultPlan cut;
        cut.dropAfterBytes = qint64(at);
        f.receiver.setFaults(cut);
        VERIFY_FINISHED(f.run());
        QCOMPARE(f.difference(), QString());
        QVERIFY(f.receiver.counts().prepares >= 2);
    }
}

void TestTransferFaults::journalTornAtAnyPlaceStillGivesTheWholeDisk_data()
{
    QTest::addColumn<int>("keep");
    for (const int keep : {0, 31, 64, 96, 97, 130, 200, 287})
        QTest::addRow("%d bytes", keep) << keep;
}

void TestTransferFaults::journalTornAtAnyPlaceStillGivesTheWholeDisk()
{
    QFETCH(int, keep);
    constexpr quint64 small = 6 * MiB;
    TransferFixture f;
    f.addWholeDisk(content(small, 3));
    VERIFY_FINISHED(f.run());
    QFile journal(f.settings.journalPath);
    QVERIFY(journal.size() >= 96 + 6 * 32);
    QVERIFY(journal.resize(keep));
    const quint64 kept = marksIn(f.settings.journalPath);
    f.receiver.resetCounts();
    VERIFY_FINISHED(f.run());
    QCOMPARE(f.difference(), QString());
    QCOMPARE(f.receiver.counts().plainBytes, small - kept * MiB);
}

void TestTransferFaults::anotherMapSendsTheDiskAgain()
{
    TransferFixture f;
    f.addDisk(content(size, 4), RangeSet({0, 4096}));
    VERIFY_FINISHED(f.run());
    f.disks[0].used.add({8192, 4096}); // the first map was too small: its extent was sent with this zeroed
    VERIFY_FINISHED(f.run());
    QCOMPARE(f.difference(), QString());
}

void TestTransferFaults::damagedFrameIsNeverWrittenAndSentAgain()
{
    for (const int level : {0, 7}) {
        TransferFixture f;
        f.tuning.compression = level;
        f.addWholeDisk(content(size, 5));
        FaultPlan noise;
        noise.damageFrames = 2;
        f.receiver.setFaults(noise);
        VERIFY_FINISHED(f.run());
        QCOMPARE(f.difference(), QString());
        QVERIFY(f.receiver.counts().prepares >= 2);
    }
}

void TestTransferFaults::verificationFindsAndRepairsRot()
{
    TransferFixture f;
    f.addWholeDisk(content(size, 6));
    f.tuning.checksum = true;
    FaultPlan rot;
    rot.rotOnMedium = 3;
    f.receiver.setFaults(rot);
    VERIFY_FINISHED(f.run());
    QCOMPARE(f.difference(), QString());
    QCOMPARE(f.receiver.counts().plainBytes, size + 3 * MiB); // three extents twice
    QCOMPARE(f.receiver.counts().verifies, 2); // the second one asks for those three only
    QCOMPARE(f.progress.done, f.progress.total);
}

void TestTransferFaults::rotThatComesBackIsReported()
{
    TransferFixture f;
    f.addWholeDisk(content(size, 7));
    f.tuning.checksum = true;
    FaultPlan rot;
    rot.rotOnMedium = 2;
    rot.rotForEver = true;
    f.receiver.setFaults(rot);
    const Outcome outcome = f.run();
    QVERIFY(outcome.end == Outcome::End::Failed);
    QCOMPARE(int(outcome.error->code), int(ErrorCode::VerificationFailed));
    QCOMPARE(outcome.error->args, QStringList{QStringLiteral("2")});
    QVERIFY(f.receiver.counts().finished.isEmpty());
}

void TestTransferFaults::refusedEpochFailsAtOnce()
{
    TransferFixture f;
    f.addWholeDisk(content(size, 8));
    FaultPlan refuse;
    refuse.refuseEpoch = true;
    f.receiver.setFaults(refuse);
    const Outcome outcome = f.run();
    QVERIFY(outcome.end == Outcome::End::Failed);
    QCOMPARE(int(outcome.error->code), int(ErrorCode::EpochUnknown));
    QCOMPARE(f.receiver.counts().prepares, 1);
    QCOMPARE(f.receiver.counts().dataFrames, 0);
}

void TestTransferFaults::receiverThatIsNotReadyYetIsAskedAgain()
{
    TransferFixture f;
    f.addWholeDisk(content(MiB, 15));
    FaultPlan starting;
    starting.notReady = 2;
    f.receiver.setFaults(starting);
    VERIFY_FINISHED(f.run());
    QCOMPARE(f.receiver.counts().prepares, 3);
}

void TestTransferFaults::receiverThatLostEverythingFailsAtOnce()
{
    TransferFixture f;
    f.addWholeDisk(content(size, 9));
    VERIFY_FINISHED(f.run());
    FaultPlan forget;
    forget.forgetEpoch = true;
    f.receiver.setFaults(forget);
    f.receiver.resetCounts();
    const Outcome outcome = f.run();
    QVERIFY(outcome.end == Outcome::End::Failed);
    QCOMPARE(int(outcome.error->code), int(ErrorCode::EpochUnknown));
    QCOMPARE(f.receiver.counts().prepares, 0); // asked before it could bind anything
}

void TestTransferFaults::strangerAsReceiverFailsAtOnce()
{
    TransferFixture f;
    f.addWholeDisk(content(MiB, 10));
    f.settings.peerPin = *wire::pinOf(f.source.certificate);
    const Outcome outcome = f.run();
    QVERIFY(outcome.end == Outcome::End::Failed);
    QCOMPARE(int(outcome.error->code), int(ErrorCode::PeerNotTrusted));
    TransferFixture g;
    g.addWholeDisk(content(MiB, 10));
    g.settings.keys = *wire::makeLinkKeys(QStringLiteral("source")); // and the receiver does not know us
    const Outcome second = g.run();
    QVERIFY(second.end == Outcome::End::Failed);
    QCOMPARE(int(second.error->code), int(ErrorCode::PeerNotTrusted));
    QCOMPARE(g.receiver.counts().prepares, 0);
}

void TestTransferFaults::missingTargetFailsAtOnce()
{
    TransferFixture f;
    f.addWholeDisk(content(MiB, 11));
    f.disks[0].serial = QStringLiteral("bp-other");
    const Outcome outcome = f.run();
    QVERIFY(outcome.end == Outcome::End::Failed);
    QCOMPARE(int(outcome.error->code), int(ErrorCode::TargetDiskMissing));
    QCOMPARE(outcome.error->args, QStringList{QStringLiteral("bp-other")});
}

void TestTransferFaults::unreachableReceiverIsTriedForAsLongAsPatience()
{
    TransferFixture f;
    f.addWholeDisk(content(MiB, 12));
    {
        const wire::TlsListener closed = wire::TlsListener::listen(QStringLiteral("127.0.0.1"), 0).take();
        f.settings.receiver.controlPort = closed.port();
    }
    f.settings.patience = 900ms;
    const auto begin = std::chrono::steady_clock::now();
    const Outcome outcome = f.run();
    QVERIFY(outcome.end == Outcome::End::Failed);
    QCOMPARE(int(outcome.error->code), int(ErrorCode::ReceiverUnreachable));
    QVERIFY(std::chrono::steady_clock::now() - begin >= 900ms);
}

void TestTransferFaults::receiverThatMovedIsFound()
{
    TransferFixture f;
    f.addWholeDisk(content(4 * MiB, 16));
    const QString there = std::exchange(f.settings.receiver.host, QStringLiteral("127.88.255.253")); // nobody listens there
    int asked = 0;
    f.settings.locate = [&]() -> Result<QString> {
        if (++asked == 1)
            return Error{ErrorCode::CloudUnreachable, Retry::AfterWait, {}, {}}; // cannot be asked now: no reason to end
        return there;
    };
    VERIFY_FINISHED(f.run());
    QCOMPARE(f.difference(), QString());
    QCOMPARE(asked, 2);
}

void TestTransferFaults::strangerWhereTheReceiverShouldBeIsRefused()
{
    TransferFixture f;
    f.addWholeDisk(content(MiB, 17));
    FakeReceiver stranger(*wire::makeLinkKeys(QStringLiteral("stranger")), *wire::pinOf(f.source.certificate), QStringLiteral("j-1"));
    f.settings.receiver.controlPort = stranger.controlPort();
    f.settings.locate = [&]() -> Result<QString> { return QStringLiteral("127.0.0.1"); }; // it has not moved: it is a stranger
    const Outcome outcome = f.run();
    QVERIFY(outcome.end == Outcome::End::Failed);
    QCOMPARE(int(outcome.error->code), int(ErrorCode::PeerNotTrusted));
}

void TestTransferFaults::receiverThatIsGoneForGoodEndsTheRun()
{
    TransferFixture f;
    f.addWholeDisk(content(MiB, 18));
    f.settings.receiver.host = QStringLiteral("127.88.255.253");
    f.settings.locate = []() -> Result<QString> { return Error{ErrorCode::TransitReleased, Retry::Never, {QStringLiteral("i-1")}, {}}; };
    const Outcome outcome = f.run();
    QVERIFY(outcome.end == Outcome::End::Failed);
    QCOMPARE(int(outcome.error->code), int(ErrorCode::TransitReleased));
}

void TestTransferFaults::changedSourceIsRefused()
{
    TransferFixture f;
    f.addWholeDisk(content(2 * MiB, 13));
    VERIFY_FINISHED(f.run());
    f.disks[0].identity = QStringLiteral("another image");
    const Outcome outcome = f.run();
    QVERIFY(outcome.end == Outcome::End::Failed);
    QCOMPARE(int(outcome.error->code), int(ErrorCode::SourceChanged));
}

void TestTransferFaults::lateAcknowledgementsAreWaitedFor()
{
    TransferFixture f;
    f.addWholeDisk(content(size, 14));
    f.settings.stall = 2s;
    FaultPlan late;
    late.ackDelay = 1300ms; // each: longer in all than the stall timer
    f.receiver.setFaults(late);
    VERIFY_FINISHED(f.run());
    QCOMPARE(f.difference(), QString());
    QCOMPARE(f.receiver.counts().prepares, 1);
}

QTEST_GUILESS_MAIN(TestTransferFaults)
#include "tst_transferfaults.moc"
