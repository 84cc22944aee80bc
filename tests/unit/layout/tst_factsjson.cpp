#include "core/layout/factsjson.h"
#include "samplefacts.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

using namespace edgelift;

class TestFactsJson : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyFactSurvivesTheWayThereAndBack();
    void keepsSizesBeyondWhatADoubleHolds();
    void refusesHostileValues_data();
    void refusesHostileValues();
};

void TestFactsJson::everyFactSurvivesTheWayThereAndBack()
{
    ServerFacts facts = test::spanningGroup();
    facts.bootMode = BootMode::Uefi;
    facts.os = {QStringLiteral("rocky"), QStringLiteral("9"), QStringLiteral("Rocky Linux 9"), QStringLiteral("x86_64"),
        QStringLiteral("h"), {{QStringLiteral("5.14"), QStringLiteral("/boot/i"), true, false}}, QStringLiteral("grub2"),
        QStringLiteral("enforcing"), true, true, true};
    facts.fstab = {{QStringLiteral("LABEL=a b"), QStringLiteral("/mnt/a b"), QStringLiteral("xfs"), QStringLiteral("ro,nofail")}};
    facts.disks[0].sectorSize = 4096;
    facts.disks[0].tableId = QStringLiteral("id");
    facts.volumes[0].uuid = QStringLiteral("u");
    facts.volumes[0].label = QStringLiteral("l");
    facts.volumes[0].typeCode = QStringLiteral("0x83");
    facts.live.emplace();
    facts.live->bootId = QStringLiteral("b");
    facts.live->hardwareId = QStringLiteral("w");
    facts.live->kernel = QStringLiteral("6.1");
    facts.live->uses = {{UseFacts::Kind::Mount, QStringLiteral("/a\tb\nc"), QStringLiteral("xfs"), QStringLiteral("8:1"),
                            QStringLiteral("v"), {QStringLiteral("d")}, {QStringLiteral("md0")}, true},
        {UseFacts::Kind::Stack, QStringLiteral("mpatha"), {}, {}, {}, {}, {}, false}};
    facts.live->obstacles = {{ObstacleFacts::Kind::Unknown, QStringLiteral("/a"), QStringLiteral("x")}};
    facts.live->elsewhere = {QStringLiteral("/net")};
    facts.live->unreadable = {{QStringLiteral("sdb"), QStringLiteral("torn")}};
    facts.live->byPlace = {QStringLiteral("vdb")};
    facts.live->nics = {
        {QStringLiteral("eth0"), QStringLiteral("m"), QStringLiteral("virtio_net"), 1500, true, {QStringLiteral("192.0.2.1/24")}}};
    facts.live->routes = {{QStringLiteral("0.0.0.0/0"), QStringLiteral("192.0.2.254"), QStringLiteral("eth0")}};
    facts.live->dnsServers = {QStringLiteral("192.0.2.53")};
    facts.live->excludes = {QStringLiteral("/tmp/*"), QStringLiteral("*.bak")};
    facts.live->freeMemory = Bytes{1ULL << 60};
    const QByteArray text = QJsonDocument(toJson(facts)).toJson();
    const Result<ServerFacts> back = serverFactsFromJson(QJsonDocument::fromJson(text).object());
    QVERIFY2(back, qPrintable(back ? QString() : back.error().args.value(0)));
    QVERIFY(*back == facts);
}

void TestFactsJson::keepsSizesBeyondWhatADoubleHolds()
{
    ServerFacts facts = test::twoDisks();
    facts.disks[0].size = Bytes{(1ULL << 60) + 1};
    const QByteArray text = QJsonDocument(toJson(facts)).toJson();
    QCOMPARE(serverFactsFromJson(QJsonDocument::fromJson(text).object())->disks[0].size.count, (1ULL << 60) + 1);
}

void TestFactsJson::refusesHostileValues_data()
{
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("where");
    QTest::newRow("negative size") << R"({"disks":[{"sizeBytes":-1}]})"
                                   << "disks[0].sizeBytes";
    QTest::newRow("fraction") << R"({"disks":[{},{"sizeBytes":1.5}]})"
                              << "disks[1].sizeBytes";
    QTest::newRow("text for a number") << R"({"volumes":[{"usedBytes":"1"}]})"
                                       << "volumes[0].usedBytes";
    QTest::newRow("number of a partition over 31 bits") << R"({"volumes":[{"number":4294967295}]})"
                                                        << "volumes[0].number";
    QTest::newRow("unknown obstacle") << R"({"live":{"obstacles":[{"kind":"drbd"},{"kind":"DRBD"}]}})"
                                      << "live.obstacles[1].kind";
    QTest::newRow("disks of a use that are no texts") << R"({"live":{"uses":[{"disks":[1]}]}})"
                                                      << "live.uses[0].disks";
    QTest::newRow("sector size over 32 bits") << R"({"disks":[{"sectorSize":4294967808}]})"
                                              << "disks[0].sectorSize";
    QTest::newRow("unknown filesystem") << R"({"volumes":[{"fs":"zfs"}]})"
                                        << "volumes[0].fs";
    QTest::newRow("list of numbers") << R"({"disks":[7]})"
                                     << "disks";
    QTest::newRow("deep") << R"({"volumes":[{"segments":[{"offset":-4}]}]})"
                          << "volumes[0].segments[0].offset";
    QTest::newRow("os is a list") << R"({"os":[]})"
                                  << "os";
    QTest::newRow("below os") << R"({"os":{"rsync":1}})"
                              << "os.rsync";
    QTest::newRow("names of volumes") << R"({"groups":[{"physicalVolumes":[1]}]})"
                                      << "groups[0].physicalVolumes";
}

void TestFactsJson::refusesHostileValues()
{
    QFETCH(QString, json);
    const Result<ServerFacts> facts = serverFactsFromJson(QJsonDocument::fromJson(json.toUtf8()).object());
    QVERIFY(!facts);
    QCOMPARE(facts.error().code, ErrorCode::RequestMalformed);
    QTEST(facts.error().args.value(0), "where");
}

QTEST_APPLESS_MAIN(TestFactsJson)
#include "tst_factsjson.moc"
