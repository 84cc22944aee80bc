#include "core/base/ids.h"
#include "core/base/process.h"
#include "core/simcloud/diskstore.h"
#include "core/simcloud/imagearchive.h"
#include "core/simcloud/imagefiles.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>
#include <sys/stat.h>

using namespace edgelift;

class ImageFilesTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QString at(const char *name) { return m_folder.filePath(QLatin1String(name)); }

    static qint64 allocated(const QString &path)
    {
        struct stat facts
        {
        };
        return ::stat(QFile::encodeName(path).constData(), &facts) == 0 ? qint64(facts.st_blocks) * 512 : -1;
    }

    /// 256 MiB with data at the start, in the middle and at the very end.
    QString makeRaw(const char *name, bool lastByte = true)
    {
        QFile file(at(name));
        if (!file.open(QIODevice::ReadWrite) || !file.resize(256LL << 20))
            qFatal("no file");
        file.write(randomBytes(300 * 1024));
        file.seek(100LL << 20);
        file.write(randomBytes(1 << 20));
        if (lastByte) {
            file.seek((256LL << 20) - 1);
            file.write("x");
        }
        return file.fileName();
    }

    static bool same(const QString &a, const QString &b)
    {
        return bool(runChecked({QStringLiteral("cmp"), {a, b}, {}, std::chrono::minutes(2), 1 << 16}));
    }

    /// What tar makes of `arguments`, in m_folder.
    QString tar(const char *name, const QStringList &arguments)
    {
        const QString path = at(name);
        const Result<QByteArray> made =
            runChecked({QStringLiteral("tar"), QStringList{QStringLiteral("-C"), m_folder.path(), QStringLiteral("-czf"), path} + arguments,
                {}, std::chrono::minutes(1), 1 << 16});
        if (!made)
            qFatal("%s", qPrintable(made.error().detail));
        return path;
    }

    void write(const char *name, const QByteArray &content)
    {
        QFile file(at(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("no file");
    }

private Q_SLOTS:
    void copyKeepsBytesAndHoles()
    {
        const QString raw = makeRaw("copy.raw");
        QVERIFY(copySparse(raw, at("copy.out"), {}));
        QVERIFY(same(raw, at("copy.out")));
        QVERIFY2(allocated(at("copy.out")) < (4 << 20), qPrintable(QString::number(allocated(at("copy.out")))));
    }

    void copyOfAMissingFileLeavesNothing()
    {
        DiskStore store(at("store"));
        const Result<> copied = store.snapshot(QStringLiteral("d-none"), QStringLiteral("s-none"), {}, {});
        QVERIFY(!copied);
        QCOMPARE(copied.error().code, ErrorCode::FileUnreadable);
        QVERIFY(!QFile::exists(store.snapshotPath(QStringLiteral("s-none"))));
    }

    void packedDiskComesBackByteForByteAndSparse_data()
    {
        QTest::addColumn<bool>("lastByte");
        QTest::newRow("data at the end") << true;
        QTest::newRow("hole at the end") << false;
    }
    void packedDiskComesBackByteForByteAndSparse()
    {
        QFETCH(bool, lastByte);
        QFile::remove(at("pack.raw"));
        const QString raw = makeRaw("pack.raw", lastByte);
        QVERIFY(packTarGz(raw, QStringLiteral("disk.raw"), at("pack.tar.gz"), {}));
        QVERIFY(QFileInfo(at("pack.tar.gz")).size() < (3 << 20));
        const Result<Bytes> size = unpackTarGz(at("pack.tar.gz"), at("pack.out"), Bytes{2ULL << 30}, {});
        QVERIFY2(bool(size), size ? "" : qPrintable(size.error().detail));
        QCOMPARE(size->count, 256ULL << 20);
        QVERIFY(same(raw, at("pack.out")));
        QVERIFY(allocated(at("pack.out")) < (4 << 20));
    }

    void gnuTarReadsWhatWePack()
    {
        const QString raw = makeRaw("gnu.raw");
        QVERIFY(packTarGz(raw, QStringLiteral("unpacked.raw"), at("gnu.tar.gz"), {}));
        QVERIFY(runChecked({QStringLiteral("tar"), {QStringLiteral("-C"), m_folder.path(), QStringLiteral("-xSf"), at("gnu.tar.gz")}, {},
            std::chrono::minutes(2), 1 << 16}));
        QVERIFY(same(raw, at("unpacked.raw")));
    }

    void emptyDiskIsPackedToo()
    {
        QFile file(at("empty.raw"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.resize(40 << 20));
        QVERIFY(packTarGz(file.fileName(), QStringLiteral("e.raw"), at("empty.tar.gz"), {}));
        const Result<Bytes> size = unpackTarGz(at("empty.tar.gz"), at("empty.out"), Bytes{1ULL << 30}, {});
        QVERIFY2(bool(size), size ? "" : qPrintable(size.error().detail));
        QVERIFY(same(file.fileName(), at("empty.out")));
    }

    void unpacksWhatGnuTarPacks()
    {
        const QString raw = makeRaw("theirs.raw");
        const QString archive = tar("theirs.tar.gz", {QStringLiteral("-S"), QStringLiteral("theirs.raw")});
        QVERIFY(unpackTarGz(archive, at("theirs.out"), Bytes{2ULL << 30}, {}));
        QVERIFY(same(raw, at("theirs.out")));
    }

    void zerosInAnArchiveBecomeHoles()
    {
        write("zeros.raw", QByteArray(30 << 20, 0));
        const QString archive = tar("zeros.tar.gz", {QStringLiteral("zeros.raw")});
        QVERIFY(unpackTarGz(archive, at("zeros.out"), Bytes{1ULL << 30}, {}));
        QVERIFY(allocated(at("zeros.out")) < (1 << 20));
    }

    void hostileArchivesAreRefused_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("two files") << QStringList{QStringLiteral("one"), QStringLiteral("two")};
        QTest::newRow("path in the name") << QStringList{QStringLiteral("--transform=s,^,sub/,"), QStringLiteral("one")};
        QTest::newRow("upwards") << QStringList{QStringLiteral("-P"), QStringLiteral("--transform=s,^,../,"), QStringLiteral("one")};
        QTest::newRow("absolute") << QStringList{QStringLiteral("-P"), QStringLiteral("--transform=s,^,/tmp/,"), QStringLiteral("one")};
        QTest::newRow("symbolic link") << QStringList{QStringLiteral("link")};
        QTest::newRow("folder") << QStringList{QStringLiteral("folder")};
        QTest::newRow("empty file") << QStringList{QStringLiteral("nothing")};
        QTest::newRow("no file") << QStringList{QStringLiteral("-T"), QStringLiteral("/dev/null")};
        QTest::newRow("over the limit") << QStringList{QStringLiteral("large")};
    }
    void hostileArchivesAreRefused()
    {
        QFETCH(QStringList, arguments);
        write("one", "1");
        write("two", "2");
        write("nothing", "");
        write("large", QByteArray(2 << 20, 'x'));
        QFile::link(QStringLiteral("/etc/passwd"), at("link"));
        QDir(m_folder.path()).mkdir(QStringLiteral("folder"));
        const QString archive = tar("hostile.tar.gz", arguments);
        const Result<Bytes> size = unpackTarGz(archive, at("hostile.out"), Bytes{1 << 20}, {});
        QVERIFY(!size);
        QCOMPARE(size.error().code, ErrorCode::ImageFormatUnsupported);
    }

    void truncatedArchiveIsRefused()
    {
        write("noise.raw", randomBytes(5 << 20));
        const QString archive = tar("cut.tar.gz", {QStringLiteral("noise.raw")});
        QVERIFY(QFile::resize(archive, QFileInfo(archive).size() / 2));
        const Result<Bytes> size = unpackTarGz(archive, at("cut.out"), Bytes{1ULL << 30}, {});
        QVERIFY(!size);
        QCOMPARE(size.error().code, ErrorCode::ImageFormatUnsupported);
    }

    void stoppingEndsPackingSoon()
    {
        const QString raw = makeRaw("stop.raw");
        std::stop_source stop;
        const Result<> packed =
            packTarGz(raw, QStringLiteral("s.raw"), at("stop.tar.gz"), stop.get_token(), [&](Bytes) { stop.request_stop(); });
        QVERIFY(!packed);
        QCOMPARE(packed.error().code, ErrorCode::ToolFailed);
    }

    void qcow2WithABackingFileIsRefused()
    {
        write("base.raw", QByteArray(1 << 20, 'x'));
        QVERIFY(runChecked({QStringLiteral("qemu-img"),
            {QStringLiteral("create"), QStringLiteral("-q"), QStringLiteral("-f"), QStringLiteral("qcow2"), QStringLiteral("-F"),
                QStringLiteral("raw"), QStringLiteral("-b"), at("base.raw"), at("over.qcow2")},
            {}, std::chrono::minutes(1), 1 << 16}));
        const Result<Bytes> size = checkImageFile(at("over.qcow2"), QStringLiteral("qcow2"), Bytes{1ULL << 40});
        QVERIFY(!size);
        QCOMPARE(size.error().code, ErrorCode::ImageFormatUnsupported);
    }

    void looksTellFormatsApart()
    {
        write("plain", "plain");
        QCOMPARE(lookAt(at("plain")), ImageLook::Other);
        QCOMPARE(lookAt(tar("look.tar.gz", {QStringLiteral("plain")})), ImageLook::Gzip);
        QVERIFY(runChecked({QStringLiteral("qemu-img"),
            {QStringLiteral("create"), QStringLiteral("-q"), QStringLiteral("-f"), QStringLiteral("qcow2"), at("look.qcow2"),
                QStringLiteral("1M")},
            {}, std::chrono::minutes(1), 1 << 16}));
        QCOMPARE(lookAt(at("look.qcow2")), ImageLook::Qcow2);
        QCOMPARE(lookAt(at("absent")), ImageLook::Other);
    }
};

QTEST_GUILESS_MAIN(ImageFilesTest)
#include "tst_simcloudimagefiles.moc"
