#include "core/base/files.h"
#include "core/source/excludes.h"

#include <QTest>

using namespace edgelift;

class ExcludesTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsWhatRsyncReads();
    void nothingIsNoPatterns();
    void whatIsNoTextIsSaid();
    void theInstalledOneHasPathsOnly();
    void patternsOfAVolume_data();
    void patternsOfAVolume();
};

void ExcludesTest::readsWhatRsyncReads()
{
    const auto patterns = excludePatterns(QByteArray("# one\n; two\n\n/tmp/*\r\n with spaces \n*.bak\n/srv/\xc3\xa9t\xc3\xa9\n/tmp/*"));
    QVERIFY(patterns);
    QCOMPARE(*patterns,
        (QStringList{QStringLiteral("/tmp/*"), QStringLiteral(" with spaces "), QStringLiteral("*.bak"), QStringLiteral("/srv/été"),
            QStringLiteral("/tmp/*")}));
}

void ExcludesTest::nothingIsNoPatterns()
{
    const auto patterns = excludePatterns({});
    QVERIFY(patterns);
    QVERIFY(patterns->isEmpty());
}

void ExcludesTest::whatIsNoTextIsSaid()
{
    const QByteArray zero("/a\0b\n", 5);
    QCOMPARE(excludePatterns(zero).error().code, ErrorCode::FileUnreadable);
    QVERIFY(!excludePatterns(QByteArray(2 << 20, 'x')));
}

void ExcludesTest::theInstalledOneHasPathsOnly()
{
    const Result<QByteArray> installed = readFile(QStringLiteral(EDGELIFT_SOURCE_DIR "/installer/deb/excludes"), excludesMost);
    QVERIFY(installed);
    const auto patterns = excludePatterns(*installed);
    QVERIFY(patterns);
    QVERIFY(patterns->contains(QStringLiteral("/var/lib/edgelift/*"))); // keys of the migration itself
    for (const QString &pattern : *patterns)
        QVERIFY2(pattern.startsWith(QLatin1Char('/')), qPrintable(pattern));
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
