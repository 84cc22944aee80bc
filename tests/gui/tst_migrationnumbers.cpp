#include "app/wizard/widgets/fieldnote.h"
#include "app/wizard/widgets/sweepchart.h"
#include "tests/gui/jobstage.h"
#include "tests/gui/pagechecks.h"
#include "tests/gui/textchecks.h"

#include <QApplication>
#include <QJsonArray>
#include <QLabel>
#include <QPaintEvent>
#include <QProgressBar>
#include <QTest>

using namespace edgelift;
using namespace edgelift::wizard;
using test::JobStage;

namespace {

constexpr int soon = 20000; ///< ms, on a busy machine
constexpr qint64 gib = 1LL << 30;

QString key(const char *name) { return QString::fromUtf8(name); }

/// What of a page is painted, as long as this lives.
class PaintCounter final : public QObject
{
public:
    explicit PaintCounter(const QWidget &page)
        : m_page(page)
    {
        qApp->installEventFilter(this);
    }
    bool eventFilter(QObject *object, QEvent *event) override
    {
        auto *widget = qobject_cast<QWidget *>(object);
        if (event->type() == QEvent::Paint && widget && (widget == &m_page || m_page.isAncestorOf(widget)))
            m_painted.append({object->objectName().isEmpty() ? QLatin1String(object->metaObject()->className()) : object->objectName(),
                static_cast<QPaintEvent *>(event)->region().boundingRect()});
        return false;
    }
    /// The names of what was painted since the last call.
    QStringList take()
    {
        QTest::qWait(120); // paint events come with the event loop's next turns
        QStringList out;
        m_widest = {};
        for (const auto &[name, rect] : std::exchange(m_painted, {})) {
            out.append(name);
            m_widest.insert(name, std::max(m_widest.value(name), rect.width()));
        }
        return out;
    }
    int widest(const char *name) const { return m_widest.value(key(name)); } ///< in the last take(): pixels

private:
    const QWidget &m_page;
    QList<std::pair<QString, QRect>> m_painted;
    QMap<QString, int> m_widest;
};

QString hint(JobStage &stage)
{
    auto *note = stage.find<FieldNote>("jobHint");
    return note ? note->text() : QString();
}

/// Where everything with a text stands.
QMap<QString, QPoint> places(const QWidget &page)
{
    QMap<QString, QPoint> out;
    for (const auto *label : page.findChildren<QLabel *>()) {
        if (label->isVisible() && !label->objectName().isEmpty())
            out.insert(label->objectName(), label->mapTo(&page, QPoint()));
    }
    return out;
}

QJsonObject phaseEvent(int number)
{
    return {{key("event"), key("phase")}, {key("phase"), key("copy")}, {key("message"), QStringLiteral("message %1").arg(number)}};
}

}

/// What the page of a migration shows, how honest it is, and what it costs to show it.
class TestMigrationNumbers final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void nothingIsPaintedWhenNothingChanges()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        for (int i = 1; i <= 3; ++i)
            QVERIFY(stage.progress(i * gib, 64 * gib, i * gib / 2, 27e6));
        PaintCounter painted(*stage.migration);
        painted.take();
        stage.agent.tell(test::fakeProgress(3 * gib, 64 * gib, 3 * gib / 2, 27e6));
        stage.watch.tick();
        stage.watch.tick();
        QCOMPARE(painted.take().join(QLatin1Char(' ')), QString());
        stage.pass(1); // the second is over, and nothing came
        const QStringList later = painted.take();
        for (const QString &name : later)
            QVERIFY2(
                name == key("speedChart") || name == key("number6") || name == key("number3"), qPrintable(later.join(QLatin1Char(' '))));
        QVERIFY(later.contains(key("speedChart")));
        QVERIFY2(painted.widest("speedChart") < stage.find<QWidget>("speedChart")->width() / 20, "one column, not all");
        QVERIFY(stage.progress(4 * gib, 64 * gib, 2 * gib, 27e6));
        const QStringList moved = painted.take();
        QVERIFY2(!moved.contains(key("phase_copy")) && !moved.contains(key("jobState")) && !moved.contains(key("pause")),
            qPrintable(moved.join(QLatin1Char(' '))));
        QVERIFY(moved.contains(key("jobAmount")));
    }
    void aHiddenPagePaintsNothing()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        QVERIFY(stage.progress(gib, 64 * gib, gib / 2, 27e6));
        stage.window.go(PageId::Finish);
        PaintCounter painted(*stage.migration);
        painted.take();
        stage.window.setProgressTitle({});
        const int samples = stage.migration->findChild<SweepChart *>()->sampleCount();
        for (int i = 2; i <= 4; ++i)
            QVERIFY(stage.progress(i * gib, 64 * gib, i * gib / 2, 30e6));
        stage.agent.tell(phaseEvent(1));
        QTRY_VERIFY_WITH_TIMEOUT(stage.watch.log().written() > 0, soon);
        QCOMPARE(painted.take().join(QLatin1Char(' ')), QString());
        QCOMPARE(stage.migration->findChild<SweepChart *>()->sampleCount(), samples + 3); // the graph has no hole
        stage.window.go(PageId::Migration);
        QCOMPARE(stage.text("jobAmount"), key("4.0 GiB of 64.0 GiB"));
    }
    void theGraphTakesOneSampleASecond()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        auto *chart = stage.find<SweepChart>("speedChart");
        QVERIFY(stage.progress(gib / 2, 64 * gib, gib / 4, 27e6));
        QCOMPARE(chart->sampleCount(), 0); // the network's speed is not known from one event
        QVERIFY(stage.progress(gib, 64 * gib, gib / 2, 27e6));
        const int before = chart->sampleCount();
        for (int i = 0; i < 20; ++i)
            QVERIFY(stage.tellProgress(test::fakeProgress(gib + i + 1, 64 * gib, gib / 2, 27e6)));
        QCOMPARE(chart->sampleCount(), before); // all in the same second
        stage.pass(1);
        QCOMPARE(chart->sampleCount(), before + 1);
        QVERIFY(chart->description().contains(key("Disk speed now")));
    }
    void numbersKeepTheirPlaces()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        QVERIFY(stage.progress(gib, 880 * gib, gib / 2, 888e6));
        QTest::qWait(100);
        const QMap<QString, QPoint> before = places(*stage.migration);
        QVERIFY(before.size() > 15);
        for (const qint64 done : {1700 * gib / 1000, 88 * gib, 444 * gib, 879 * gib}) {
            QVERIFY(stage.progress(done, 880 * gib, done / 3, double(done % 1000000007)));
            QTest::qWait(50);
            const QMap<QString, QPoint> after = places(*stage.migration);
            for (auto it = before.begin(); it != before.end(); ++it) {
                const bool trailing =
                    it.key().startsWith(key("number")) || it.key().startsWith(key("disk")) || it.key().startsWith(key("job"));
                QVERIFY2(
                    after.value(it.key()) == it.value() || (trailing && after.value(it.key()).y() == it.value().y()), qPrintable(it.key()));
            }
            QCOMPARE(after.value(key("jobPercent")), before.value(key("jobPercent")));
            QCOMPARE(after.value(key("jobAmount")), before.value(key("jobAmount")));
            QCOMPARE(after.value(key("diskAmount1")), before.value(key("diskAmount1")));
        }
    }

    void estimatesAreHonest()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        QVERIFY(stage.progress(gib, 64 * gib, gib / 2, 0)); // not steady
        QCOMPARE(stage.text("jobRemaining"), key("Remaining time: –"));
        QVERIFY(stage.progress(2 * gib, 64 * gib, gib, 27e6));
        QCOMPARE(stage.text("jobRemaining"), key("about 41 min left"));
        QCOMPARE(stage.text("number0"), key("25.7 MiB/s"));
        stage.pass(9);
        QCOMPARE(stage.text("jobRemaining"), key("about 41 min left"));
        stage.pass(2); // eleven seconds without a byte: that speed is over
        QCOMPARE(stage.text("jobRemaining"), key("Remaining time: –"));
        QCOMPARE(stage.text("number0"), key("–"));
        QCOMPARE(stage.text("number1"), key("–"));
        QVERIFY(hint(stage).isEmpty());
        stage.pass(50);
        QVERIFY2(hint(stage).startsWith(key("No data for 61 s. Waiting")), qPrintable(hint(stage)));
        stage.pass(300);
        QVERIFY2(hint(stage).contains(key("choose Pause")), qPrintable(hint(stage)));
        QVERIFY(stage.progress(3 * gib, 64 * gib, gib, 27e6));
        QVERIFY(hint(stage).isEmpty());
        QVERIFY(stage.text("jobRemaining").endsWith(key("left")));
    }
    void aSlowTransferIsSaidWithALink()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        for (int i = 1; i <= 11; ++i) {
            stage.now += 30000;
            QVERIFY(stage.progress(i * 1000, gib, i * 500, 1000));
        }
        QVERIFY2(hint(stage).contains(key("raise the bandwidth")), qPrintable(hint(stage)));
        QVERIFY(stage.text("slowLinkText").contains(key("https://")));
        QVERIFY(stage.click("slowLinkCopy"));
        QCOMPARE(test::cutTexts(stage.window), QStringList());
    }
    void thePhaseSaysHowFarItIsOnlyWhereThatIsKnown()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        QVERIFY(stage.progress(64 * gib, 64 * gib, 32 * gib, 27e6));
        QVERIFY(stage.find<QProgressBar>("jobProgress"));
        stage.agent.tell({{key("event"), key("phase")}, {key("phase"), key("export")}});
        QTRY_COMPARE_WITH_TIMEOUT(stage.text("jobState"), key("Exporting the image to the bucket"), soon);
        QVERIFY(!stage.find<QProgressBar>("jobProgress")); // the copy's 100 % are not the export's
        QVERIFY(!stage.find<QWidget>("speedChart"));
        QJsonObject event = test::fakeProgress(64 * gib, 64 * gib, 32 * gib, 0);
        event.insert(key("phase"), key("export"));
        event.insert(key("percent"), 30);
        stage.now += 1000;
        QVERIFY(stage.tellProgress(event));
        stage.watch.tick();
        QTRY_COMPARE_WITH_TIMEOUT(stage.text("jobPercent"), key("30.0 %"), soon);
        QVERIFY(!stage.find<QLabel>("jobAmount"));
    }
    void pausedSaysWhatItCosts()
    {
        JobStage stage;
        stage.keepResources({test::fakeResource("instance", "i-1", 9.6), test::fakeResource("disk", "d-1", 1.25)});
        QVERIFY(stage.show(key("Stopped"), key("copy"), {{key("bytesDone"), 10 * gib}, {key("bytesTotal"), 64 * gib}}));
        QTRY_VERIFY_WITH_TIMEOUT(hint(stage).contains(key("CNY 10.85 a day")), soon);
        QCOMPARE(stage.text("jobAmount"), key("10.0 GiB of 64.0 GiB"));
        QVERIFY(!stage.find<QWidget>("speedChart")); // nothing was measured here
        QVERIFY(!stage.find<QLabel>("jobRemaining"));
    }
    void aPauseKeepsTheGraph()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        QVERIFY(stage.progress(gib, 64 * gib, gib / 2, 27e6));
        QVERIFY(stage.progress(2 * gib, 64 * gib, gib, 27e6));
        stage.end(key("stopped"), key("Stopped"), key("copy"));
        QTRY_COMPARE_WITH_TIMEOUT(stage.text("jobState"), key("Paused"), soon);
        QVERIFY(stage.find<QWidget>("speedChart"));
        QCOMPARE(stage.text("number0"), key("–"));
        QCOMPARE(stage.text("jobAmount"), key("2.0 GiB of 64.0 GiB"));
    }
    void phasesSayHowLongTheyTook()
    {
        JobStage stage;
        const auto ago = [](int seconds) { return QDateTime::currentDateTimeUtc().addSecs(-seconds).toString(Qt::ISODate); };
        const QJsonArray phases{QJsonObject{{key("phase"), key("connect")}, {key("started"), ago(200)}, {key("ended"), ago(197)}},
            QJsonObject{{key("phase"), key("transit")}, {key("started"), ago(197)}}};
        QVERIFY(stage.show(key("Running"), key("transit"), {{key("phases"), phases}}));
        QCOMPARE(stage.text("phaseTime0"), key("3 s"));
        QVERIFY2(stage.text("phaseTime1").startsWith(key("3 min")) && stage.text("phaseTime1").endsWith(key("so far")),
            qPrintable(stage.text("phaseTime1")));
        QVERIFY(!stage.find<QWidget>("speedChart"));
    }
    void withoutTheAgentTheNumbersAreOfTheirTime()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        QVERIFY(stage.progress(gib, 64 * gib, gib / 4, 27e6));
        QVERIFY(stage.progress(2 * gib, 64 * gib, gib / 2, 27e6));
        stage.agent.stop();
        QTRY_VERIFY_WITH_TIMEOUT(stage.watch.isStale(), soon);
        QVERIFY2(hint(stage).startsWith(key("The numbers are of")), qPrintable(hint(stage)));
        QCOMPARE(stage.text("jobAmount"), key("2.0 GiB of 64.0 GiB"));
        QCOMPARE(stage.text("number0"), key("25.7 MiB/s")); // as it was
        for (const char *name : {"jobAmount", "jobPercent", "jobProgress", "number0", "diskAmount0"})
            QVERIFY2(!stage.find<QWidget>(name)->isEnabled(), name);
        stage.pass(7);
        QCOMPARE(stage.text("jobState"), key("Reconnecting to the migration engine… (7 s)"));
        QCOMPARE(stage.text("number0"), key("25.7 MiB/s"));
        QCOMPARE(test::cutTexts(stage.window), QStringList());
        stage.agent.start();
        QTRY_COMPARE_WITH_TIMEOUT(stage.text("jobState"), key("Synchronizing"), soon);
        QVERIFY(stage.find<QWidget>("jobAmount")->isEnabled());
    }
};

QTEST_MAIN(TestMigrationNumbers)
#include "tst_migrationnumbers.moc"
