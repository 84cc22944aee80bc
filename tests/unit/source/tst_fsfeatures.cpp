#include "core/base/process.h"
#include "core/source/fsfeatures.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace edgelift;

/// What filesystems can, read from ones that the real tools made.
class TestFsFeatures : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QStringList featuresAfter(const QString &command, FsType fs, qint64 size = 400LL << 20)
    {
        const QString path = m_folder.filePath(QStringLiteral("image"));
        QFile::remove(path);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || !file.resize(size))
            return {};
        QStringList words = command.split(QLatin1Char(' '));
        const QString program = words.takeFirst();
        if (!runChecked({program, words << path, {}}))
            return {QStringLiteral("failed")};
        const Result<QStringList> features = filesystemFeatures(path, {}, fs);
        return features ? *features : QStringList();
    }

private Q_SLOTS:
    void ext()
    {
        QStringList features =
            featuresAfter(QStringLiteral("mke2fs -q -F -t ext4 -O ^metadata_csum,^64bit -I 128 -b 1024 -m 3"), FsType::Ext4);
        for (const char *one : {"has_journal", "extent", "flex_bg", "dir_index", "blocksize=1024", "inodesize=128", "reserved=3"})
            QVERIFY2(features.contains(QLatin1String(one)), qPrintable(features.join(QLatin1Char(' '))));
        QVERIFY(!features.contains(QStringLiteral("metadata_csum")));
        QVERIFY(!features.contains(QStringLiteral("64bit")));
        features = featuresAfter(QStringLiteral("mke2fs -q -F -t ext2"), FsType::Ext2);
        QVERIFY(!features.contains(QStringLiteral("has_journal")));
        QVERIFY(!features.contains(QStringLiteral("extent")));
    }
    void xfs()
    {
        const QStringList features = featuresAfter(QStringLiteral("mkfs.xfs -q -m bigtime=0,reflink=0,inobtcount=0"), FsType::Xfs);
        for (const char *one :
            {"crc=1", "finobt=1", "reflink=0", "bigtime=0", "inobtcount=0", "sparse=1", "blocksize=4096", "inodesize=512"})
            QVERIFY2(features.contains(QLatin1String(one)), qPrintable(features.join(QLatin1Char(' '))));
    }
    void xfsOfAnOldServer()
    {
        const QStringList features = featuresAfter(QStringLiteral("mkfs.xfs -q -m crc=0,finobt=0 -n ftype=1"), FsType::Xfs);
        QCOMPARE(features,
            (QStringList{QStringLiteral("crc=0"), QStringLiteral("finobt=0"), QStringLiteral("ftype=1"), QStringLiteral("blocksize=4096"),
                QStringLiteral("inodesize=256")}));
    }
    void btrfs()
    {
        const QStringList features = featuresAfter(QStringLiteral("mkfs.btrfs -q -O ^no-holes"), FsType::Btrfs);
        QVERIFY2(features.contains(QStringLiteral("extref")), qPrintable(features.join(QLatin1Char(' '))));
        QVERIFY(!features.contains(QStringLiteral("no-holes")));
        QVERIFY(features.contains(QStringLiteral("nodesize=16384")));
    }
    void vfat()
    {
        QCOMPARE(featuresAfter(QStringLiteral("mkfs.vfat -F 32"), FsType::Vfat), QStringList{QStringLiteral("fat=32")});
        QCOMPARE(featuresAfter(QStringLiteral("mkfs.vfat -F 16"), FsType::Vfat, 64LL << 20), QStringList{QStringLiteral("fat=16")});
        QCOMPARE(featuresAfter(QStringLiteral("mkfs.vfat -F 12"), FsType::Vfat, 4LL << 20), QStringList{QStringLiteral("fat=12")});
    }
    void hostileBytesAreOnlyNumbers()
    {
        for (const FsType fs : {FsType::Ext4, FsType::Xfs, FsType::Btrfs, FsType::Vfat, FsType::Swap}) {
            (void)featuresOf({}, fs);
            (void)featuresOf(QByteArray(4096, '\xff'), fs);
            (void)featuresOf(QByteArray(4096, '\0'), fs);
        }
        QVERIFY(!filesystemFeatures(QStringLiteral("/nonexistent"), {}, FsType::Ext4));
    }
};

QTEST_GUILESS_MAIN(TestFsFeatures)
#include "tst_fsfeatures.moc"
