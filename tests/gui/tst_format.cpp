#include "app/wizard/shell/format.h"
#include "app/wizard/shell/language.h"
#include "app/wizard/shell/said.h"

#include <QTest>

using namespace edgelift;
using namespace edgelift::wizard;

/// Numbers and sizes in every language (ux.md I5).
class TestFormat final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void numbersFollowTheLanguage_data()
    {
        QTest::addColumn<QString>("language");
        QTest::addColumn<QString>("number"); // 1234567
        QTest::addColumn<QString>("size"); // 26.4 GiB
        QTest::newRow("en") << "en"
                            << "1,234,567"
                            << "26.4 GiB";
        QTest::newRow("zh_CN") << "zh_CN"
                               << "1,234,567"
                               << "26.4 GiB";
        QTest::newRow("ja") << "ja"
                            << "1,234,567"
                            << "26.4 GiB";
        QTest::newRow("de") << "de"
                            << "1.234.567"
                            << "26,4 GiB";
        QTest::newRow("es") << "es" << QStringLiteral("1 234 567") << "26,4 GiB";
        QTest::newRow("ru") << "ru" << QStringLiteral("1 234 567") << QStringLiteral("26,4 ГиБ");
    }
    void numbersFollowTheLanguage()
    {
        QFETCH(QString, language);
        QFETCH(QString, number);
        QFETCH(QString, size);
        Language program;
        program.set(language);
        QCOMPARE(program.code(), language);
        QCOMPARE(format::number(1234567).replace(QChar(0xa0), QLatin1Char(' ')), number); // no-break spaces
        QCOMPARE(format::size(Bytes{quint64(26.4 * (1ULL << 30))}).replace(QChar(0xa0), QLatin1Char(' ')), size);
    }
    void spanishGroupsFromFiveDigitsOn()
    {
        Language program;
        program.set(QStringLiteral("es"));
        QCOMPARE(format::number(1234), QStringLiteral("1234"));
        QCOMPARE(format::number(-12345), QStringLiteral("-12\u00a0345"));
        QCOMPARE(format::decimal(-1234.5, 1), QStringLiteral("-1234,5"));
    }
    void timeOfDayHas24HoursInTraditionalChinese()
    {
        Language program;
        program.set(QStringLiteral("zh_TW"));
        QCOMPARE(format::clock(QDateTime(QDate(2026, 11, 23), QTime(14, 7, 9))), QStringLiteral("14:07:09"));
    }
    void percentIsAHundredOnlyWhenAllIsDone()
    {
        Language program;
        program.set(QStringLiteral("en"));
        QCOMPARE(format::percent(0.99999), QStringLiteral("99 %"));
        QCOMPARE(format::percent(1), QStringLiteral("100 %"));
        QCOMPARE(format::percent(0.423, 1), QStringLiteral("42.3 %"));
        QCOMPARE(format::percent(7), QStringLiteral("100 %"));
    }
    void remainingTimeIsHonest()
    {
        Language program;
        program.set(QStringLiteral("en"));
        QCOMPARE(format::remaining(std::nullopt), QStringLiteral("–"));
        QCOMPARE(format::remaining(59), QStringLiteral("less than 1 min"));
        QCOMPARE(format::remaining(600), QStringLiteral("about 10 min"));
        QCOMPARE(format::remaining(3 * 3600 + 600), QStringLiteral("about 3 h 10 min"));
        QCOMPARE(format::remaining(3 * 86400), QStringLiteral("more than 2 days"));
    }
    void namesCannotActOnTheText()
    {
        QCOMPARE(format::shown(QStringLiteral("a\nb\tc")), QStringLiteral("a␤b␉c"));
        QCOMPARE(format::shown(QString(QChar(0x202e)) + QStringLiteral("x")), QString(QChar(0xfffd)) + QStringLiteral("x"));
        QCOMPARE(format::shown(QStringLiteral("/données 数据")), QStringLiteral("/données 数据"));
    }
    void idsAreIsolatedInArabicOnly()
    {
        Language program;
        program.set(QStringLiteral("ar"));
        QCOMPARE(format::ltr(QStringLiteral("/data")), QString(QChar(0x2066)) + QStringLiteral("/data") + QChar(0x2069));
        QCOMPARE(QGuiApplication::layoutDirection(), Qt::RightToLeft);
        program.set(QStringLiteral("en"));
        QCOMPARE(format::ltr(QStringLiteral("/data")), QStringLiteral("/data"));
        QCOMPARE(QGuiApplication::layoutDirection(), Qt::LeftToRight);
    }
    void aHarmlessNameStillHasItsCause()
    {
        const Error error{ErrorCode::CloudUnreachable, Retry::AfterWait, {QStringLiteral("ens.example"), QStringLiteral("refused")}, {}};
        Error unexplained = error;
        unexplained.args.removeLast();
        Language program;
        for (const char *language : {"en", "ar"}) { // in the second, names are isolated
            program.set(QLatin1String(language));
            const ErrorText said = said::of(error);
            QVERIFY2(said.message != said::of(unexplained).message && said.remedy != said::of(unexplained).remedy, language);
            QVERIFY2(said.message.contains(format::name(error.args.first())), language);
            const CheckText row = said::of(CheckInfo{QStringLiteral("readiness.address"), Check::Severity::Warning, error.args, {}, error});
            QCOMPARE(row.remedy, said.remedy);
        }
        program.set(QStringLiteral("en"));
    }
    void languageIsChosenInTheOrderOfTheConvention()
    {
        qputenv("LANGUAGE", "xx:fr_CA");
        qputenv("LC_ALL", "ru_RU.UTF-8");
        QCOMPARE(chooseLanguage({}, {}), QStringLiteral("fr"));
        QCOMPARE(chooseLanguage({}, QStringLiteral("de")), QStringLiteral("de"));
        QCOMPARE(chooseLanguage(QStringLiteral("pt"), QStringLiteral("de")), QStringLiteral("pt_BR"));
        qunsetenv("LANGUAGE");
        QCOMPARE(chooseLanguage({}, {}), QStringLiteral("ru"));
        qputenv("LC_ALL", "C.UTF-8");
        qunsetenv("LC_MESSAGES");
        qunsetenv("LANG");
        QCOMPARE(chooseLanguage({}, {}), QStringLiteral("en"));
        QCOMPARE(knownLanguage(QStringLiteral("zh-HK")), QStringLiteral("zh_TW"));
        QCOMPARE(knownLanguage(QStringLiteral("zh_SG")), QStringLiteral("zh_CN"));
        QCOMPARE(knownLanguage(QStringLiteral("tlh")), QString());
    }
};

QTEST_MAIN(TestFormat)
#include "tst_format.moc"
