#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/base/secret.h"

#include <QElapsedTimer>
#include <QSet>
#include <QtTest>
#include <fcntl.h>
#include <memory>
#include <thread>

using namespace edgelift;
using namespace edgelift::literals;
using namespace std::chrono_literals;

class TestBasics : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sumsOfBytesDoNotOverflow();
    void resultHoldsAValueOrAnError();
    void resultMovesWhatCannotBeCopied();
    void readingTheWrongSideOfAResultThrows();
    void secretsDoNotPrint();
    void aSecretThatGoesLeavesItsCopiesWhole();
    void idsDifferAndHaveNoLookAlikes();
    void fdClosesWhatItOwns();
    void sleepEndsInTime();
    void sleepEndsAtOnceWhenStopped();
};

void TestBasics::sumsOfBytesDoNotOverflow()
{
    QCOMPARE(sum(1_GiB, 1_MiB), std::optional(Bytes{1025ULL << 20}));
    QCOMPARE(sum(Bytes{~quint64{0}}, Bytes{1}), std::nullopt);
    QCOMPARE(sum(Bytes{~quint64{0}}, Bytes{}), std::optional(Bytes{~quint64{0}}));
}

void TestBasics::resultHoldsAValueOrAnError()
{
    const Result<int> value = 7;
    QVERIFY(value);
    QCOMPARE(*value, 7);
    const Result<int> none = Error{ErrorCode::NoSpace, Retry::AfterUserAction, {QStringLiteral("/x")}, {}};
    QVERIFY(!none);
    QCOMPARE(none.error().code, ErrorCode::NoSpace);
    QVERIFY(ok());
}

void TestBasics::resultMovesWhatCannotBeCopied()
{
    Result<std::unique_ptr<int>> made = std::make_unique<int>(3);
    const std::unique_ptr<int> taken = made.take();
    QCOMPARE(*taken, 3);
}

void TestBasics::readingTheWrongSideOfAResultThrows()
{
    const Result<int> value = 7;
    const Result<int> none = Error{};
    QVERIFY_THROWS_EXCEPTION(std::bad_variant_access, static_cast<void>(value.error()));
    QVERIFY_THROWS_EXCEPTION(std::bad_variant_access, static_cast<void>(*none));
}

void TestBasics::secretsDoNotPrint()
{
    const Secret secret(QByteArrayLiteral("hunter2"));
    QString printed;
    QDebug(&printed) << secret;
    QVERIFY(!printed.contains(QLatin1String("hunter2")));
    QVERIFY(printed.contains(QLatin1String("***")));
    QCOMPARE(secret.reveal(), QByteArray("hunter2"));
    QVERIFY(Secret().isEmpty());
}

void TestBasics::aSecretThatGoesLeavesItsCopiesWhole()
{
    Secret kept;
    {
        const Secret first(QByteArray(64, 'k'));
        kept = first; // shares the bytes, which first's destructor must not overwrite
    }
    QCOMPARE(kept.reveal(), QByteArray(64, 'k'));
}

void TestBasics::idsDifferAndHaveNoLookAlikes()
{
    QSet<QString> seen;
    static const QRegularExpression form(QStringLiteral("^j-[a-km-np-z2-9]{20}$"));
    for (int i = 0; i < 1000; ++i) {
        const QString id = randomId(QStringLiteral("j-"));
        QVERIFY2(form.match(id).hasMatch(), qPrintable(id));
        seen.insert(id);
    }
    QCOMPARE(seen.size(), 1000);
    QCOMPARE(randomBytes(0).size(), 0);
    QVERIFY(randomBytes(32) != randomBytes(32));
}

void TestBasics::fdClosesWhatItOwns()
{
    const int raw = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    {
        Fd first(raw);
        Fd second = std::move(first);
        QVERIFY(!first); // NOLINT(bugprone-use-after-move): that is the question
        QCOMPARE(second.get(), raw);
    }
    QCOMPARE(::fcntl(raw, F_GETFD), -1);
}

void TestBasics::sleepEndsInTime()
{
    const SystemClock clock;
    QElapsedTimer time;
    time.start();
    QVERIFY(clock.sleep(50ms, {}));
    QVERIFY(time.elapsed() >= 50);
    QVERIFY(std::abs(clock.now().msecsTo(QDateTime::currentDateTimeUtc())) < 5000);
    QCOMPARE(clock.now().timeSpec(), Qt::UTC);
}

void TestBasics::sleepEndsAtOnceWhenStopped()
{
    const SystemClock clock;
    std::stop_source stop;
    QElapsedTimer time;
    time.start();
    std::jthread stopper([&stop] {
        std::this_thread::sleep_for(30ms);
        stop.request_stop();
    });
    QVERIFY(!clock.sleep(1h, stop.get_token()));
    QVERIFY(time.elapsed() < 30000);
    QVERIFY(!clock.sleep(1h, stop.get_token())); // and when it was asked before
}

QTEST_APPLESS_MAIN(TestBasics)
#include "tst_basics.moc"
