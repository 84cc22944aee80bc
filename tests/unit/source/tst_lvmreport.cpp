#include "core/source/lvmreport.h"

#include <QTest>

using namespace edgelift;

namespace {

QByteArray segments(const QByteArray &rows) { return R"({"report":[{"seg":[)" + rows + "]}]}"; }

const QByteArray twoDevices = R"({"report":[{"pv":[
  {"pv_name":"/dev/loop1","vg_name":"vg","vg_uuid":"u1","vg_extent_size":"4194304","pe_start":"1048576"},
  {"pv_name":"[unknown]","vg_name":"vg","vg_uuid":"u1","vg_extent_size":"4194304","pe_start":"1048576"},
  {"pv_name":"/dev/loop3","vg_name":"","vg_uuid":"","vg_extent_size":"0","pe_start":"0"}]}]})";

QByteArray row(
    const char *name, const char *attributes, const char *size, const char *type, const char *start, const char *length, const char *ranges)
{
    return QStringLiteral(
        R"({"vg_uuid":"u1","lv_name":"%1","lv_attr":"%2","lv_size":"%3","segtype":"%4","seg_start":"%5","seg_size":"%6","seg_pe_ranges":"%7"})")
        .arg(QLatin1String(name), QLatin1String(attributes), QLatin1String(size), QLatin1String(type), QLatin1String(start),
            QLatin1String(length), QLatin1String(ranges))
        .toUtf8();
}

LvmReport parse(const QByteArray &rows) { return parseLvmReport(twoDevices, segments(rows)).take(); }

}

class LvmReportTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void linearVolumesHaveTheirSegments()
    {
        const LvmReport report = parse(row("root", "-wi-------", "12", "linear", "0", "8", "/dev/loop1:0-1") + ","
            + row("root", "-wi-------", "12", "linear", "8", "4", "/dev/loop1:7-7"));
        QCOMPARE(report.logical.size(), 1);
        QVERIFY(report.logical.constFirst().plain);
        QCOMPARE(report.logical.constFirst().segments.size(), 2);
        QCOMPARE(report.logical.constFirst().segments.at(1).firstExtent, 7ULL);
        QCOMPARE(report.groups.size(), 1);
        QCOMPARE(report.physical.size(), 2);
        QCOMPARE(report.physical.constFirst().dataStart, Bytes{1048576});
        QCOMPARE(report.physical.constLast().group, QString());
    }
    void groupsThatOthersUseAreKnown_data()
    {
        QTest::addColumn<QString>("attributes");
        QTest::addColumn<bool>("shared");
        QTest::newRow("plain") << QStringLiteral("wz--n-") << false;
        QTest::newRow("clustered") << QStringLiteral("wz--nc") << true;
        QTest::newRow("with a lock daemon") << QStringLiteral("wz--ns") << true;
        QTest::newRow("cut off") << QStringLiteral("wz") << false;
    }
    void groupsThatOthersUseAreKnown()
    {
        QFETCH(QString, attributes);
        QByteArray devices = twoDevices;
        devices.replace("\"vg_name\":\"vg\"", "\"vg_name\":\"vg\",\"vg_attr\":\"" + attributes.toUtf8() + '"');
        QTEST(parseLvmReport(devices, segments({}))->groups.constFirst().shared, "shared");
    }
    void volumesThatAreNotLinearHaveNoSegments_data()
    {
        QTest::addColumn<QByteArray>("rows");
        QTest::newRow("striped") << row("lv", "-wi-------", "8", "striped", "0", "8", "/dev/loop1:0-0 /dev/loop3:0-0");
        QTest::newRow("thin") << row("lv", "Vwi-------", "8", "thin", "0", "8", "");
        QTest::newRow("a disk is missing") << row("lv", "-wi-----p-", "8", "linear", "0", "8", "[unknown]:0-1");
        QTest::newRow("second part missing") << row("lv", "-wi-----p-", "8", "linear", "0", "4", "/dev/loop1:0-0") + ","
                + row("lv", "-wi-----p-", "8", "linear", "4", "4", "unknown device:0-0");
        QTest::newRow("a gap") << row("lv", "-wi-------", "8", "linear", "4", "4", "/dev/loop1:0-0");
        QTest::newRow("raid") << row("lv", "rwi-------", "8", "raid1", "0", "8", "lv_rimage_0:0-1 lv_rimage_1:0-1");
    }
    void volumesThatAreNotLinearHaveNoSegments()
    {
        QFETCH(QByteArray, rows);
        const LvmReport report = parse(rows);
        QCOMPARE(report.logical.size(), 1);
        QVERIFY(!report.logical.constFirst().plain);
        QVERIFY(report.logical.constFirst().segments.isEmpty());
    }
    void snapshotStoreKeepsItsPlaceButIsNotPlain()
    {
        const LvmReport report = parse(row("snap", "swi-------", "4", "linear", "0", "4", "/dev/loop1:3-3"));
        QVERIFY(!report.logical.constFirst().plain);
        QCOMPARE(report.logical.constFirst().segments.size(), 1);
    }
    void originsOfThinVolumesAreNotPlain()
    {
        const QByteArray origin = row("root", "owi-------", "4", "linear", "0", "4", "/dev/loop1:0-0");
        QVERIFY(!parse(origin).logical.constFirst().plain);
        QVERIFY(parse(origin + "," + row("snap", "swi-------", "4", "linear", "0", "4", "/dev/loop1:3-3")).logical.constFirst().plain);
    }
    void hiddenPartsStandForThemselvesOnlyWhenNobodyElseDoes()
    {
        const QByteArray spare = row("[lvol0_pmspare]", "ewi-------", "4", "linear", "0", "4", "/dev/loop1:3-3");
        const LvmReport alone = parse(spare);
        QCOMPARE(alone.logical.size(), 1);
        QCOMPARE(alone.logical.constFirst().name, QStringLiteral("lvol0_pmspare"));
        QVERIFY(alone.logical.constFirst().segments.isEmpty());
        const LvmReport pool = parse(spare + "," + row("pool", "twi-------", "4", "thin-pool", "0", "4", "pool_tdata:0-0"));
        QCOMPARE(pool.logical.size(), 1);
        QCOMPARE(pool.logical.constFirst().name, QStringLiteral("pool"));
    }
    void otherOutputIsAnError()
    {
        QVERIFY(!parseLvmReport("", ""));
        QVERIFY(!parseLvmReport("{}", segments("")));
        QVERIFY(!parseLvmReport("  WARNING", "[]"));
    }
};

QTEST_GUILESS_MAIN(LvmReportTest)
#include "tst_lvmreport.moc"
