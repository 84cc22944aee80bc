#include "tests/gui/displayrelay.h"
#include "tests/gui/fakeagent.h"
#include "tests/gui/wizardprocess.h"

#include <QTest>

using namespace edgelift;

/// What the wizard costs over a remote display (ux.md 0.3 and 3.4 D4).
class TestRemoteDisplay final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_wizard.reset(); }
    void nothingHappensNothingIsSent();
    void aTransferIsWatchedCheaply();
    void throughSshItCostsStillLess();

private:
    /// Bytes a second over `seconds`, after everything has settled; meanwhile the agent tells of a running copy when `running`.
    qint64 rate(int seconds, bool running, int settling = 4);

    test::FakeAgent m_agent;
    std::unique_ptr<test::DisplayRelay> m_relay;
    std::unique_ptr<test::WizardProcess> m_wizard;
};

void TestRemoteDisplay::init()
{
    m_agent.start();
    m_relay = std::make_unique<test::DisplayRelay>();
    QVERIFY(!m_relay->display().isEmpty());
    m_wizard = std::make_unique<test::WizardProcess>();
}

qint64 TestRemoteDisplay::rate(int seconds, bool running, int settling)
{
    qint64 done = 0;
    const auto pass = [&](int count) {
        for (int i = 0; i < count; ++i) {
            done += 27LL << 20;
            if (running)
                m_agent.tell(test::fakeProgress(done, 17LL << 30, done / 3, 27.4e6 + 1e6 * (i % 3)));
            QTest::qWait(1000);
        }
    };
    constexpr qint64 wholeWindow = 200000; // more than that in a second is the window as it appears
    pass(settling);
    for (qint64 last = 0, tries = 0; m_relay->bytes() - last > wholeWindow && tries < 20; ++tries) {
        last = m_relay->bytes();
        pass(1);
    }
    const qint64 before = m_relay->bytes();
    pass(seconds);
    return (m_relay->bytes() - before) / seconds;
}

void TestRemoteDisplay::nothingHappensNothingIsSent()
{
    QVERIFY(m_wizard->start(m_agent.path(), m_relay->display()));
    QVERIFY(m_wizard->waitForWindow() >= 0);
    const qint64 bytes = rate(5, false);
    qInfo("idle: %lld bytes a second", (long long)bytes);
    QVERIFY2(bytes <= 100, qPrintable(QString::number(bytes)));
    QVERIFY(m_wizard->isRunning());
}

void TestRemoteDisplay::aTransferIsWatchedCheaply()
{
    constexpr qint64 most = 150000; // bytes a second: every number once a second, and one column of the graph
    m_agent.setJob(test::fakeJob(QStringLiteral("Running"), QStringLiteral("copy")));
    QVERIFY(m_wizard->start(m_agent.path(), m_relay->display()));
    QVERIFY(m_wizard->waitForWindow() >= 0);
    const qint64 bytes = rate(10, true);
    qInfo("a transfer: %lld bytes a second", (long long)bytes);
    QVERIFY2(bytes > 100, "the page shows nothing");
    QVERIFY2(bytes <= most, qPrintable(QString::number(bytes)));
}

void TestRemoteDisplay::throughSshItCostsStillLess()
{
    constexpr qint64 most = 40000; // bytes a second, once the first numbers are there; ux.md D4 wants half of that
    m_agent.setJob(test::fakeJob(QStringLiteral("Running"), QStringLiteral("copy")));
    QVERIFY(m_wizard->start(m_agent.path(), m_relay->display(), true));
    QVERIFY(m_wizard->waitForWindow() >= 0);
    const qint64 bytes = rate(20, true, 20);
    qInfo("a transfer, far away: %lld bytes a second", (long long)bytes);
    QVERIFY2(bytes > 100, "the page shows nothing");
    QVERIFY2(bytes <= most, qPrintable(QString::number(bytes)));
}

QTEST_MAIN(TestRemoteDisplay)
#include "tst_remotedisplay.moc"
