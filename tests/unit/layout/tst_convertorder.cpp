#include "core/layout/convertorder.h"
#include "samplefacts.h"

#include <QJsonArray>
#include <QtTest>

using namespace edgelift;

class TestConvertOrder : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everythingSurvivesTheWayThereAndBack()
    {
        const ConvertOrder order = sample();
        const Result<ConvertOrder> back = convertOrderFromJson(toJson(order));
        QVERIFY(back);
        QVERIFY(*back == order);
    }

    void whatOnlyARunningMachineHasStaysThere()
    {
        ConvertOrder order = sample();
        order.source.live.emplace();
        const Result<ConvertOrder> back = convertOrderFromJson(toJson(order));
        QVERIFY(back && !back->source.live);
    }

    void refusesHostileValues_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QJsonValue>("value");
        QTest::newRow("no epoch") << QStringLiteral("epoch") << QJsonValue();
        QTest::newRow("epoch 0") << QStringLiteral("epoch") << QJsonValue(QStringLiteral("0"));
        QTest::newRow("epoch too large") << QStringLiteral("epoch") << QJsonValue(QStringLiteral("18446744073709551616"));
        QTest::newRow("epoch is no text") << QStringLiteral("epoch") << QJsonValue(7);
        QTest::newRow("unknown boot mode") << QStringLiteral("bootMode") << QJsonValue(QStringLiteral("coreboot"));
        QTest::newRow("places are no list") << QStringLiteral("places") << QJsonValue(QStringLiteral("x"));
        QTest::newRow("a place is no object") << QStringLiteral("places") << QJsonValue(QJsonArray{1});
        QTest::newRow("negative offset") << QStringLiteral("places")
                                         << QJsonValue(QJsonArray{QJsonObject{
                                                {QStringLiteral("segments"), QJsonArray{QJsonObject{{QStringLiteral("offset"), -1}}}}}});
        QTest::newRow("partition") << QStringLiteral("places") << QJsonValue(QJsonArray{QJsonObject{{QStringLiteral("partition"), 1e9}}});
        QTest::newRow("facts") << QStringLiteral("source") << QJsonValue(QJsonObject{{QStringLiteral("disks"), 1}});
    }
    void refusesHostileValues()
    {
        QFETCH(QString, key);
        QFETCH(QJsonValue, value);
        QJsonObject json = toJson(sample());
        json.insert(key, value);
        const Result<ConvertOrder> back = convertOrderFromJson(json);
        QVERIFY(!back);
        QCOMPARE(back.error().code, ErrorCode::RequestMalformed);
    }

    void placesOfAnUnchangedCopy()
    {
        const ServerFacts facts = test::spanningGroup();
        QStringList disks;
        for (const DiskFacts &disk : facts.disks)
            disks.prepend(disk.id); // another order than on the source
        const QList<VolumePlace> places = unchangedPlaces(facts, disks);
        QCOMPARE(places.size(), facts.volumes.size());
        for (qsizetype i = 0; i < places.size(); ++i) {
            const VolumeFacts &volume = facts.volumes.at(i);
            QCOMPARE(places.at(i).volume, volume.id);
            QCOMPARE(places.at(i).segments.size(), volume.segments.size());
            for (qsizetype s = 0; s < volume.segments.size(); ++s) {
                QCOMPARE(disks.at(places.at(i).segments.at(s).disk.toInt()), volume.segments.at(s).disk);
                QVERIFY(places.at(i).segments.at(s).offset == volume.segments.at(s).offset);
            }
            QCOMPARE(places.at(i).logicalVolume.isEmpty(), volume.kind != VolumeFacts::Kind::LogicalVolume);
        }
        for (const VolumePlace &place : unchangedPlaces(facts, {facts.disks.constFirst().id})) {
            for (const DiskSegment &segment : place.segments)
                QCOMPARE(segment.disk, QStringLiteral("0")); // what has a part on a disk that stays is left out
        }
    }

    void placesOfDisksThatAreBuiltAnew()
    {
        ServerFacts facts;
        for (const QString &id : {QStringLiteral("a"), QStringLiteral("b")}) {
            DiskFacts disk;
            disk.id = id;
            facts.disks.append(disk);
        }
        for (const QString &id : {QStringLiteral("a/p1"), QStringLiteral("a/p2"), QStringLiteral("b/p1")}) {
            VolumeFacts volume;
            volume.id = id;
            volume.segments = {{id.left(1), Bytes{1 << 20}, Bytes{1 << 20}}};
            facts.volumes.append(volume);
        }
        TargetImage image;
        TargetDiskLayout disk;
        disk.index = 1;
        disk.group = QStringLiteral("vg1");
        TargetVolume moved; // from the first disk
        moved.source = QStringLiteral("a/p2");
        moved.offset = Bytes{5 << 20};
        moved.size = Bytes{2 << 20};
        moved.logicalVolume = QStringLiteral("lv0");
        moved.uuid = QStringLiteral("u");
        TargetVolume gap;
        disk.volumes = {moved, gap};
        image.disks = {disk};
        const QList<VolumePlace> places = placesIn(image, facts, {QStringLiteral("a"), QStringLiteral("b")});
        QCOMPARE(places.size(), 2); // b/p1 is left out, the gap is nobody's
        QCOMPARE(places.at(0).volume, QStringLiteral("a/p2"));
        QCOMPARE(places.at(0).logicalVolume, QStringLiteral("vg1/lv0"));
        QVERIFY((places.at(0).segments == QList<DiskSegment>{{QStringLiteral("1"), Bytes{5 << 20}, Bytes{2 << 20}}}));
        QCOMPARE(places.at(1).volume, QStringLiteral("a/p1"));
    }

private:
    static ConvertOrder sample()
    {
        ConvertOrder order;
        order.epoch = 0xfedcba9876543210;
        order.source = test::spanningGroup();
        order.source.live.reset();
        order.sourceDisks = {QStringLiteral("b"), QStringLiteral("a")};
        order.names = {{QStringLiteral("v"), QStringLiteral("p-uuid"), QStringLiteral("p label")}};
        order.places = {{QStringLiteral("v"), {{QStringLiteral("1"), Bytes{1 << 20}, Bytes{1ULL << 45}}}, 3, QStringLiteral("vg/lv"),
            QStringLiteral("u"), QStringLiteral("l"), QStringLiteral("pu")}};
        order.bootMode = BootMode::Uefi;
        order.tablesKept = false;
        return order;
    }
};

QTEST_GUILESS_MAIN(TestConvertOrder)
#include "tst_convertorder.moc"
