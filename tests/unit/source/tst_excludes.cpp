#include "core/source/excludes.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace edgelift;

class ExcludesTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsWhatRsyncReads();
    void noFileIsNoPatterns();
    void whatIsNoTextIsSaid();
    void theInstalledOneHasPathsOnly();
    void bothAreUsed();
    void patternsOfAVolume_data();
    void patternsOfAVolume();

private:
    QString fileWith(const QByteArray &content) const;

    QTemporaryDir m_folder;
};

QString ExcludesTest::fileWith(const QByteArray &content) const
{
    QFile file(m_folder.filePath(QStringLiteral("excludes")));
    if (file.open(QIODevice::WriteOnly | QIODevice::Truncate))
        file.write(content);
    return file.fileName();
}

void ExcludesTest::readsWhatRsyncReads()
{
    const auto patterns = readExcludes(fileWith("# one\n; two\n\n/tmp/*\r\n with spaces \n*.bak\n/srv/\xc3\xa9t\xc3\xa9\n/tmp/*"));
    QVERIFY(patterns);
    QCOMPARE(*patterns,
        (QStringList{QStringLiteral("/tmp/*"), QStringLiteral(" with spaces "), QStringLiteral("*.bak"), QStringLiteral("/srv/été"),
            QStringLiteral("/tmp/*")}));
}

void ExcludesTest::noFileIsNoPatterns()
{
    const auto patterns = readExcludes(QStringLiteral("/not/there"));
    QVERIFY(patterns);
    QVERIFY(patterns->isEmpty());
}

void ExcludesTest::whatIsNoTextIsSaid()
{
    const QByteArray zero("/a\0b\n", 5);
    QCOMPARE(readExcludes(fileWith(zero)).error().code, ErrorCode::FileUnreadable);
    QCOMPARE(readExcludes(m_folder.path()).error().code, ErrorCode::FileUnreadable); // a folder
    QVERIFY(!readExcludes(fileWith(QByteArray(2 << 20, 'x'))));
}

void ExcludesTest::theInstalledOneHasPathsOnly()
{
    const auto patterns = readExcludes(QStringLiteral(EDGELIFT_SOURCE_DIR "/installer/deb/excludes"));
    QVERIFY(patterns);
    QVERIFY(patterns->contains(QStringLiteral("/var/lib/edgelift/*"))); // keys of the migration itself
    for (const QString &pattern : *patterns)
        QVERIFY2(pattern.startsWith(QLatin1Char('/')), qPrintable(pattern));
}

void ExcludesTest::bothAreUsed()
{
    const QString tmp = QStringLiteral("/tmp/*"), cache = QStringLiteral("/cache"), mine = QStringLiteral("/mine");
    QCOMPARE(mergedExcludes({tmp, cache}, {mine, tmp}), (QStringList{tmp, cache, mine}));
    QCOMPARE(mergedExcludes({}, {}), QStringList());
}

void ExcludesTest::patternsOfAVolume_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("mount");
    QTest::addColumn<QString>("inside"); // empty: does not concern it
    const auto row = [](const char *pattern, const char *mount, const char *inside) {
        QTest::addRow("%s in %s", pattern, mount)
            << QString::fromLatin1(pattern) << QString::fromLatin1(mount) << QString::fromLatin1(inside);
    };
    row("/var/cache/*", "/", "/var/cache/*");
    row("/var/cache/*", "/var", "/cache/*");
    row("/var/cache/*", "/var/cache", "/*");
    row("/var/cache/", "/var", "/cache/");
    row("/var/cache", "/var/cache", "/*");
    row("/var", "/var/cache", "/*");
    row("/var/", "/var", "/*");
    row("/var/cache/*", "/srv", "");
    row("/variable", "/var", "");
    row("/v*/cache", "/var", "/cache");
    row("/v?z/cache", "/var", "");
    row("/**/cache", "/var", "**/cache");
    row("*.bak", "/srv", "*.bak");
    row("cache/*.tmp", "/srv", "cache/*.tmp");
}

void ExcludesTest::patternsOfAVolume()
{
    QFETCH(QString, pattern);
    QFETCH(QString, mount);
    QFETCH(QString, inside);
    QCOMPARE(excludesWithin({pattern}, mount), inside.isEmpty() ? QStringList() : QStringList{inside});
}

QTEST_GUILESS_MAIN(ExcludesTest)
#include "tst_excludes.moc"
