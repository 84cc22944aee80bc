#include "core/receiver/bootfix/chrootrunner.h"
#include "core/receiver/convert/conversion.h"
#include "core/receiver/convert/grubimage.h"
#include "core/source/source.h"
#include "core/testboot/testboot.h"
#include "tests/support/simulation.h"

#include <QFile>
#include <QTest>

using namespace edgelift;

/// GRUB as we put it into a boot sector starts a real server.
class TestGrubBoot : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aDiskWithoutBootCodeStartsAgain_data()
    {
        QTest::addColumn<QString>("layout");
        QTest::addColumn<qlonglong>("core"); // where the server's own core image is
        QTest::addColumn<bool>("ownGrub"); // the server has grub-mkimage and its modules
        QTest::newRow("MBR") << QStringLiteral("mbr-ext4") << 512LL << false;
        QTest::newRow("MBR, by the server's GRUB") << QStringLiteral("mbr-ext4") << 512LL << true;
        QTest::newRow("GPT") << QStringLiteral("gpt-xfs") << 1048576LL << false;
    }
    void aDiskWithoutBootCodeStartsAgain()
    {
        QFETCH(QString, layout);
        QFETCH(qlonglong, core);
        QFETCH(bool, ownGrub);
        QTemporaryDir folder;
        const QString disk = folder.filePath(QStringLiteral("disk.img"));
        QStringList build{QStringLiteral("bookworm"), layout, disk};
        if (ownGrub)
            build << QStringLiteral("3G") << test::supportScript(QStringLiteral("add-grub.sh"));
        QVERIFY(test::runTool(test::supportScript(QStringLiteral("debian-server.sh")), build, 900));
        const ConvertOrder order = orderFor(disk, folder.filePath(QStringLiteral("look")));
        QCOMPARE(order.bootMode, BootMode::Bios);
        QFile image(disk);
        QVERIFY(image.open(QIODevice::ReadWrite));
        image.write(QByteArray(440, '\0'));
        image.seek(core);
        image.write(QByteArray(512 * 1024, '\0'));
        image.close();
        QVERIFY(!convert::startsByGrub(disk));

        bootfix::ChrootRunner runner;
        const Result<convert::Conversion> done = convert::Converter(folder.filePath(QStringLiteral("work")), runner).convert(order, {disk});
        QVERIFY2(done, done ? "" : qPrintable(done.error().detail));
        const QString tool = done->report.value(QLatin1String("loader")).toObject().value(QLatin1String("tool")).toString();
        QCOMPARE(tool == QLatin1String("/usr/bin/grub2-mkimage"), ownGrub); // no program of this machine has that name
        QVERIFY(!tool.isEmpty());
        QVERIFY(convert::startsByGrub(disk));

        const testboot::BootImage machine{{{disk, QStringLiteral("raw")}}};
        const Result<testboot::TestBootResult> booted =
            testboot::testBoot(machine, {BootMode::Bios, folder.path(), std::chrono::seconds(600)});
        QVERIFY2(booted, booted ? "" : qPrintable(booted.error().detail));
        QVERIFY2(booted->works(), qPrintable(testboot::stageName(booted->reached) + QLatin1Char(' ') + booted->trouble));
    }

private:
    static ConvertOrder orderFor(const QString &disk, const QString &work)
    {
        const Result<std::unique_ptr<Source>> source = openDiskImages({disk}, work);
        if (!source)
            return {};
        ConvertOrder order;
        order.epoch = 1;
        order.source = (*source)->facts();
        order.sourceDisks = (*source)->kernelOrder();
        order.names = (*source)->partitionNames();
        order.places = unchangedPlaces(order.source, order.sourceDisks);
        order.bootMode = order.source.bootMode;
        return order;
    }
};

QTEST_GUILESS_MAIN(TestGrubBoot)
#include "tst_grubboot.moc"
