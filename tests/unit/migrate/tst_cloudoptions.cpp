#include "core/migrate/cloudoptions.h"
#include "fixture.h"

#include <QtTest>

using namespace edgelift;
using namespace edgelift::test;

namespace {

QString key(const char *text) { return QString::fromLatin1(text); }

Result<CloudOptions> ask(const Fixture &f)
{
    Authorization authorization;
    authorization.code = ActivationCode{QUrl(key("http://127.0.0.1:9")), {}, key("at-1"), Secret("activation-code-secret")};
    SourceDescription source;
    source.machineId = key("machine");
    return cloudOptions(f.surroundings, authorization, source, key("cn-beijing"), {});
}

void addNetwork(Fixture &f)
{
    f.cloud->put(
        key("vpc"), key("vpc-7"), {{key("VpcId"), key("vpc-7")}, {key("VpcName"), key("office")}, {key("Status"), key("Available")}});
    f.cloud->put(key("vSwitch"), key("vsw-7"),
        {{key("VSwitchId"), key("vsw-7")}, {key("VSwitchName"), key("first floor")}, {key("VpcId"), key("vpc-7")},
            {key("ZoneId"), key("cn-beijing-a")}, {key("Status"), key("Available")}});
}

}

class TestCloudOptions : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void showWhatTheAccountHasAndMakeNothing();
    void aRefusedListIsEmptyAndTheRestThere_data();
    void aRefusedListIsEmptyAndTheRestThere();
    void wrongCredentialsAndNoConnectionAreErrors_data();
    void wrongCredentialsAndNoConnectionAreErrors();
    void aRefusedCodeIsAnError();
};

void TestCloudOptions::showWhatTheAccountHasAndMakeNothing()
{
    Fixture f;
    addNetwork(f);
    const QStringList before = f.cloud->everything();
    const Result<CloudOptions> options = ask(f);
    QVERIFY(options);
    QCOMPARE(options->account, key("1234567890123456"));
    QCOMPARE(options->regions, (QStringList{key("cn-beijing"), key("ap-southeast-1")}));
    QCOMPARE(options->buckets.value(0).name, key("edgelift-transit"));
    QCOMPARE(options->buckets.value(0).region, key("cn-beijing"));
    QCOMPARE(options->vpcs.value(0).name, key("office"));
    QCOMPARE(options->vSwitches.value(0).zoneId, key("cn-beijing-a"));
    QCOMPARE(options->instanceTypes, (QStringList{key("ecs.other"), key("ecs.small")})); // not what is sold out
    QCOMPARE(f.cloud->everything(), before);
    QCOMPARE(f.cloud->calls(key("redeem")), 1);
    QCOMPARE(f.cloud->lastParameters(key("DescribeVpcs")).value(key("RegionId")), key("cn-beijing"));
}

void TestCloudOptions::aRefusedListIsEmptyAndTheRestThere_data()
{
    QTest::addColumn<QString>("action");
    for (const char *action :
        {"GetCallerIdentity", "DescribeRegions", "ListBuckets", "DescribeVpcs", "DescribeVSwitches", "DescribeAvailableResource"})
        QTest::newRow(action) << key(action);
}

void TestCloudOptions::aRefusedListIsEmptyAndTheRestThere()
{
    QFETCH(QString, action);
    Fixture f;
    addNetwork(f);
    if (action == key("ListBuckets"))
        f.cloud->bucketsHidden = true;
    else
        f.cloud->fail(action, {Fault::Kind::Refuse, key("Forbidden.RAM"), 99, 0});
    const Result<CloudOptions> options = ask(f);
    QVERIFY(options);
    QStringList empty;
    const auto note = [&empty](bool isEmpty, const char *name) {
        if (isEmpty)
            empty.append(key(name));
    };
    note(options->account.isEmpty(), "GetCallerIdentity");
    note(options->regions.isEmpty(), "DescribeRegions");
    note(options->buckets.isEmpty(), "ListBuckets");
    note(options->vpcs.isEmpty(), "DescribeVpcs");
    note(options->vSwitches.isEmpty(), "DescribeVSwitches");
    note(options->instanceTypes.isEmpty(), "DescribeAvailableResource");
    QCOMPARE(empty, QStringList{action});
}

void TestCloudOptions::wrongCredentialsAndNoConnectionAreErrors_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("action");
    QTest::addColumn<int>("code");
    QTest::newRow("wrong key") << int(Fault::Kind::Refuse) << key("GetCallerIdentity") << int(ErrorCode::CredentialsWrong);
    QTest::newRow("silence at once") << int(Fault::Kind::Silence) << key("GetCallerIdentity") << int(ErrorCode::CloudTimedOut);
    QTest::newRow("silence later") << int(Fault::Kind::Silence) << key("DescribeVSwitches") << int(ErrorCode::CloudTimedOut);
}

void TestCloudOptions::wrongCredentialsAndNoConnectionAreErrors()
{
    QFETCH(int, kind);
    QFETCH(QString, action);
    Fixture f;
    f.cloud->fail(action, {Fault::Kind(kind), key("InvalidAccessKeyId.NotFound"), 99, 0});
    const Result<CloudOptions> options = ask(f);
    QVERIFY(!options);
    QTEST(int(options.error().code), "code");
}

void TestCloudOptions::aRefusedCodeIsAnError()
{
    Fixture f;
    f.cloud->codeRefusal = key("AccessToken.Expired");
    QCOMPARE(ask(f).error().code, ErrorCode::CodeExpired);
}

QTEST_GUILESS_MAIN(TestCloudOptions)
#include "tst_cloudoptions.moc"
