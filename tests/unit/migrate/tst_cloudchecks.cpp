#include "core/migrate/cloudchecks.h"
#include "fixture.h"

#include <QtTest>

using namespace edgelift;
using namespace edgelift::test;

namespace {

using Severity = Check::Severity;

QString key(const char *text) { return QString::fromLatin1(text); }

bool isBlocked(const QList<Check> &checks)
{
    return std::any_of(checks.begin(), checks.end(), [](const Check &check) { return check.severity == Severity::Blocker; });
}

QStringList hostsOf(const QList<Address> &addresses)
{
    QStringList out;
    for (const Address &address : addresses)
        out.append(address.url.authority() + (address.certificatePin.isEmpty() ? QString() : key(" pinned")));
    out.removeDuplicates();
    return out;
}

ActivationCode code(const char *service)
{
    return {QUrl(key(service)), QByteArray(32, 'p'), key("at-1"), Secret("activation-code-secret")};
}

QList<Check> checksOf(const Fixture &f) { return cloudChecks(f.surroundings, knownAddresses({}, key("cn-beijing")), {}); }

}

class TestCloudChecks : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theAddressesFollowFromWhatIsKnown();
    void whenAllIsWellTwoLinesSayIt();
    void theClockWarnsAndThenBlocks_data();
    void theClockWarnsAndThenBlocks();
    void oneWrongClockOfTheirsIsNotOurs();
    void eachAddressHasALineAndACause();
    void withoutAnyAnswerTheClockIsUnknown();
};

void TestCloudChecks::theAddressesFollowFromWhatIsKnown()
{
    const QString region = key("ap-southeast-1");
    QCOMPARE(hostsOf(knownAddresses({}, region)),
        (QStringList{key("sts.aliyuncs.com"), key("ram.aliyuncs.com"), key("ecs.ap-southeast-1.aliyuncs.com"),
            key("vpc.ap-southeast-1.aliyuncs.com"), key("ens.aliyuncs.com"), key("oss-ap-southeast-1.aliyuncs.com")}));
    QCOMPARE(hostsOf(knownAddresses({{}, {}, QUrl(key("http://127.0.0.1:8000"))}, region)), QStringList{key("127.0.0.1:8000")});
    // Where the cloud is will be said by the service.
    QCOMPARE(hostsOf(knownAddresses({code("https://desk:9"), {}, {}}, region)), QStringList{key("desk:9 pinned")});
    QCOMPARE(hostsOf(knownAddresses({code("https://desk:9"), {}, QUrl(key("https://cloud:9"))}, region)),
        (QStringList{key("desk:9 pinned"), key("cloud:9")}));
    QCOMPARE(hostsOf(knownAddresses({code("https://desk:9"), {}, QUrl(key("https://desk:9"))}, region)), QStringList{key("desk:9 pinned")});
    QVERIFY(hostsOf(neededAddresses(Endpoints(), region, key("images"))).contains(key("images.oss-ap-southeast-1.aliyuncs.com")));
}

void TestCloudChecks::whenAllIsWellTwoLinesSayIt()
{
    Fixture f;
    const QList<Check> checks = checksOf(f);
    QCOMPARE(checks.size(), 2);
    QVERIFY(!isBlocked(checks));
    QCOMPARE(checks.at(0).id, key("readiness.clock"));
    QCOMPARE(checks.at(0).severity, Severity::Ok);
    QCOMPARE(checks.at(1).severity, Severity::Ok);
    QVERIFY2(describe(checks.at(1)).evidence.contains(key("ens.aliyuncs.com")), qPrintable(describe(checks.at(1)).evidence));
    QCOMPARE(f.cloud->calls(key("plain")), 6); // nothing was signed
}

void TestCloudChecks::theClockWarnsAndThenBlocks_data()
{
    QTest::addColumn<int>("skew");
    QTest::addColumn<int>("severity");
    QTest::newRow("a minute, almost") << 58 << int(Severity::Ok);
    QTest::newRow("a minute") << 61 << int(Severity::Warning);
    QTest::newRow("a minute behind") << -61 << int(Severity::Warning);
    QTest::newRow("14 minutes, almost") << 838 << int(Severity::Warning);
    QTest::newRow("14 minutes") << 841 << int(Severity::Blocker);
    QTest::newRow("an hour behind: a summer time mistaken") << -3600 << int(Severity::Blocker);
}

void TestCloudChecks::theClockWarnsAndThenBlocks()
{
    QFETCH(int, skew);
    QFETCH(int, severity);
    Fixture f;
    f.cloud->skewSeconds = skew;
    const QList<Check> checks = checksOf(f);
    const Check &clock = checks.first();
    QCOMPARE(clock.id, key("readiness.clock"));
    QCOMPARE(int(clock.severity), severity);
    QCOMPARE(isBlocked(checks), clock.severity == Severity::Blocker);
    const CheckText text = describe(clock);
    QCOMPARE(text.remedy.isEmpty(), clock.severity == Severity::Ok);
    if (clock.severity != Severity::Ok) {
        QVERIFY(std::abs(clock.args.first().toInt() - std::abs(skew)) <= 2); // a Date has no fractions
        QVERIFY2(text.evidence.contains(clock.args.first()), qPrintable(text.evidence));
        QVERIFY2(text.remedy.contains(key("timedatectl")) && text.remedy.contains(key("chronyc")), qPrintable(text.remedy));
    }
    const Result<std::chrono::seconds> required = requireCloud(f.surroundings, knownAddresses({}, key("cn-beijing")), {});
    QCOMPARE(bool(required), clock.severity != Severity::Blocker);
}

void TestCloudChecks::oneWrongClockOfTheirsIsNotOurs()
{
    const QList<Reached> reached{{key("a"), {}, 4000}, {key("b"), {}, {}}, {key("c"), {}, -2}};
    QCOMPARE(clockSkew(reached)->count(), 2);
    QVERIFY(!clockSkew({{key("b"), {}, {}}}));
}

void TestCloudChecks::eachAddressHasALineAndACause()
{
    Fixture f;
    const auto cut = [&f](const char *host, ErrorCode errorCode, const char *cause) {
        f.cloud->noWayTo.insert(key(host), Error{errorCode, Retry::AfterWait, {key(host), key(cause)}, {}});
    };
    cut("ecs.cn-beijing.aliyuncs.com", ErrorCode::CloudUnreachable, "unknown-name");
    cut("vpc.cn-beijing.aliyuncs.com", ErrorCode::CloudUnreachable, "proxy-login");
    cut("ens.aliyuncs.com", ErrorCode::PeerNotTrusted, "wrong-name");
    const QList<Check> checks = checksOf(f);
    QCOMPARE(checks.size(), 5); // clock, three, and those that answer
    QSet<QString> remedies;
    for (int i = 1; i <= 3; ++i) {
        QCOMPARE(checks.at(i).severity, Severity::Warning); // another endpoint may still be given
        const CheckText text = describe(checks.at(i));
        QVERIFY2(text.evidence.contains(checks.at(i).args.first()), qPrintable(text.evidence));
        QVERIFY(!text.title.isEmpty());
        remedies.insert(text.remedy);
    }
    QCOMPARE(remedies.size(), 3);
    QVERIFY(!isBlocked(checks));
    QVERIFY(!describe(checks.last()).evidence.contains(key("ens.")));
    QCOMPARE(int(requireCloud(f.surroundings, knownAddresses({}, key("cn-beijing")), {}).error().code), int(ErrorCode::CloudUnreachable));
}

void TestCloudChecks::withoutAnyAnswerTheClockIsUnknown()
{
    Fixture f;
    f.cloud->fail(key("plain"), {Fault::Kind::Silence, {}, 6, 0});
    const QList<Check> checks = checksOf(f);
    QCOMPARE(checks.size(), 7);
    QCOMPARE(checks.first().id, key("readiness.clock-unknown"));
    QCOMPARE(checks.first().severity, Severity::Info);
    QVERIFY(!describe(checks.first()).evidence.isEmpty());
}

QTEST_GUILESS_MAIN(TestCloudChecks)
#include "tst_cloudchecks.moc"
