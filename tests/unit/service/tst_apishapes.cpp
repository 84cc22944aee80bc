#include "core/service/apishapes.h"

#include <QJsonDocument>
#include <QTest>

using namespace edgelift;

/// Every style a parameter can have, in one made-up action.
static const char shapes[] = R"({"p":{"version":"v1","actions":{"A":{"methods":["post"],"parameters":[
 {"name":"Need","type":"string","required":true},
 {"name":"Size","type":"integer","format":"int32","minimum":"1","maximum":"100"},
 {"name":"Long","type":"integer","format":"int64"},
 {"name":"Price","type":"number","minimum":"0"},
 {"name":"Flag","type":"boolean"},
 {"name":"Kind","type":"string","enum":["a","b"]},
 {"name":"Free","type":"string","enum":[]},
 {"name":"Short","type":"string","maxLength":4},
 {"name":"Disk.Size","type":"string"},
 {"name":"Disk","style":"flat","type":"object","properties":{"Fast":{"type":"boolean"}}},
 {"name":"Id","style":"repeatList","type":"array","maxItems":2,"items":{"type":"string"}},
 {"name":"Data","style":"repeatList","type":"array","maxItems":2,"items":{"type":"object","properties":{
   "Size":{"type":"integer"},"Part":{"type":"array","maxItems":3,"items":{"type":"object","properties":{"Block":{"type":"boolean"}}}}}}},
 {"name":"Map","style":"json","type":"array","maxItems":2,"items":{"type":"object","properties":{"Bucket":{"type":"string"},"Size":{"type":"integer"}}}},
 {"name":"Any","style":"json","type":"object"},
 {"name":"Tasks","style":"simple","type":"array","maxItems":2,"items":{"type":"integer"}}]}}}})";

class ApiShapesTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void eachStyleIsChecked_data();
    void eachStyleIsChecked();
    void theBuiltInShapesKnowTheRoute();
};

void ApiShapesTest::eachStyleIsChecked_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("value");
    QTest::addColumn<bool>("fine");
    const auto row = [](const char *name, const char *value, bool fine) {
        QTest::addRow("%s=%s", name, value) << QString::fromLatin1(name) << QString::fromLatin1(value) << fine;
    };
    row("Size", "1", true);
    row("Size", "0", false);
    row("Size", "101", false);
    row("Size", "1.5", false);
    row("Size", "4294967297", false);
    row("Long", "4294967297", true);
    row("Long", "92233720368547758080", false);
    row("Price", "0.5", true);
    row("Price", "-1", false);
    row("Price", "nan", false);
    row("Flag", "True", true);
    row("Flag", "1", false);
    row("Kind", "b", true);
    row("Kind", "c", false);
    row("Free", "anything", true);
    row("Short", "four", true);
    row("Short", "fiver", false);
    row("Disk.Size", "40", true);
    row("Disk.Fast", "true", true);
    row("Disk.Fast", "maybe", false);
    row("Disk.Slow", "true", false);
    row("Disk", "{}", false);
    row("Id.2", "x", true);
    row("Id.3", "x", false);
    row("Id.1.Name", "x", false);
    row("Id", "x", false);
    row("Data.1.Size", "5", true);
    row("Data.1.Size", "big", false);
    row("Data.2.Part.3.Block", "false", true);
    row("Data.2.Part.4.Block", "false", false);
    row("Data.2.Part.1", "false", false);
    row("Map", R"([{"Bucket":"b","Size":3}])", true);
    row("Map", R"([{"Bucket":"b","Colour":3}])", false);
    row("Map", R"([{"Size":"x"}])", false);
    row("Map", R"([{},{},{}])", false);
    row("Map", R"({"Bucket":"b"})", false);
    row("Map", "not json", false);
    row("Any", R"({"x":"y"})", true);
    row("Any", "[]", false);
    row("Tasks", "1,2", true);
    row("Tasks", "1,2,3", false);
    row("Tasks", "1,x", false);
    row("Other", "x", false);
}

void ApiShapesTest::eachStyleIsChecked()
{
    QFETCH(QString, name);
    QFETCH(QString, value);
    QFETCH(bool, fine);
    const ApiShapes made(QJsonDocument::fromJson(shapes).object());
    const auto problem =
        made.check(QStringLiteral("p"), QStringLiteral("A"), {{QStringLiteral("Need"), QStringLiteral("x")}, {name, value}});
    QCOMPARE(!problem.has_value(), fine);
    if (problem)
        QVERIFY2(problem->code.startsWith(QLatin1String("InvalidParameter.") + name), qPrintable(problem->code));
}

void ApiShapesTest::theBuiltInShapesKnowTheRoute()
{
    const auto built = ApiShapes::builtIn();
    QVERIFY(built);
    QCOMPARE(built->productOf(QStringLiteral("2017-11-10")), QStringLiteral("ens"));
    QVERIFY(built->productOf(QStringLiteral("2017-11-11")).isEmpty());
    for (const char *action : {"RunInstances", "CreateDisk", "CreateSnapshot", "CreateImage", "ExportImage", "DescribeTasks"})
        QVERIFY2(built->knows(QStringLiteral("ecs"), QLatin1String(action)), action);
    const QMap<QString, QString> import{{QStringLiteral("ImageName"), QStringLiteral("n")},
        {QStringLiteral("ComputeType"), QStringLiteral("ens_vm")}, {QStringLiteral("Architecture"), QStringLiteral("x86_64")},
        {QStringLiteral("OSType"), QStringLiteral("linux")}, {QStringLiteral("ImageFormat"), QStringLiteral("raw")},
        {QStringLiteral("DiskDeviceMapping"), QStringLiteral(R"([{"OSSRegion":"cn-beijing","OSSBucket":"b","OSSObject":"o"}])")}};
    QVERIFY(!built->check(QStringLiteral("ens"), QStringLiteral("ImportImage"), import));
    QMap<QString, QString> vdi = import;
    vdi.insert(QStringLiteral("ImageFormat"), QStringLiteral("vdi"));
    QCOMPARE(built->check(QStringLiteral("ens"), QStringLiteral("ImportImage"), vdi)->code, QStringLiteral("InvalidParameter.ImageFormat"));
}

QTEST_GUILESS_MAIN(ApiShapesTest)
#include "tst_apishapes.moc"
