#include "core/migrate/eventsink.h"
#include "tests/unit/migrate/fakeclock.h"

#include <QTest>

using namespace edgelift;

class TestEventSink final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyStateOfALiveCopyIsTold();
};

/// A freeze may be over before a tenth of a second has passed, which is how often numbers alone are told.
void TestEventSink::everyStateOfALiveCopyIsTold()
{
    test::FakeClock clock;
    QStringList states;
    EventSink events(
        QStringLiteral("j-1"),
        [&states](const MigrationEvent &event) {
            states.append(event.fields.value(QLatin1String("live")).toObject().value(QLatin1String("state")).toString());
        },
        clock);
    TransferProgress progress;
    progress.live.emplace();
    for (const auto state : {LiveProgress::Phase::InSync, LiveProgress::Phase::InSync, LiveProgress::Phase::Freezing,
             LiveProgress::Phase::Freezing, LiveProgress::Phase::SendingPoint}) {
        progress.live->phase = state;
        events.progress(Phase::Copy, progress, false);
    }
    QCOMPARE(states, (QStringList{QStringLiteral("in-sync"), QStringLiteral("freezing"), QStringLiteral("sending-point")}));
}

QTEST_GUILESS_MAIN(TestEventSink)
#include "tst_eventsink.moc"
