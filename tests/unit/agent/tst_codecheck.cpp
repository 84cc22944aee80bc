#include "core/agent/codecheck.h"
#include "core/credential/activationcode.h"

#include <QtTest>

namespace edgelift::test {

class CodeCheck final : public QObject
{
    Q_OBJECT
    static QString good()
    {
        return QString::fromUtf8(encode({QUrl(QStringLiteral("https://edgelift.example.com:8443")), QByteArray(32, '\x5a'),
                                            QStringLiteral("at-bp1"), Secret("t0ken/Code")})
                                     .reveal());
    }

private Q_SLOTS:
    void findsTheCodeInWhatWasPasted_data()
    {
        QTest::addColumn<QString>("text");
        const QString code = good();
        QTest::newRow("as printed") << code;
        QTest::newRow("small letters") << code.toLower();
        QTest::newRow("without dashes") << QString(code).remove(QLatin1Char('-'));
        QTest::newRow("spaces for dashes") << QString(code).replace(QLatin1Char('-'), QLatin1Char(' '));
        QTest::newRow("line breaks") << QLatin1String("  ") + QString(code).replace(QLatin1String("-"), QLatin1String("-\r\n"))
                + QLatin1Char('\n');
        QTest::newRow("long dashes and hard spaces") << QString(code).replace(QLatin1Char('-'), QStringLiteral("\u2013\u00a0"));
        QTest::newRow("zero-width characters") << QString(code).replace(QLatin1Char('-'), QStringLiteral("-\u200b\u200f"));
        QTest::newRow("a command") << QStringLiteral("sudo edgeliftctl import --code %1 --yes").arg(code);
        QTest::newRow("quoted") << QStringLiteral("echo \"%1\" | sudo edgeliftctl migrate --plan a.json").arg(code);
        QTest::newRow("a command over two lines")
            << QStringLiteral("CODE='%1' \\\n  ./import.sh EL1FAKE").arg(QString(code).replace(QLatin1String("-"), QLatin1String("-\n")));
        QTest::newRow("option with =") << QStringLiteral("x --code=%1;").arg(code);
    }

    void findsTheCodeInWhatWasPasted()
    {
        QFETCH(QString, text);
        QCOMPARE(normalizedCode(text), good());
        const Result<QUrl> service = checkCode(text);
        QVERIFY(service);
        QCOMPARE(*service, QUrl(QStringLiteral("https://edgelift.example.com:8443")));
    }

    void saysWhichCharacterIsWrong()
    {
        QString bad = good();
        bad[20] = QLatin1Char('U');
        for (const QString &text : {bad, QStringLiteral("sudo import --code %1 --yes").arg(bad)}) {
            const Result<QUrl> checked = checkCode(text);
            QVERIFY(!checked);
            QCOMPARE(checked.error().code, ErrorCode::CodeMistyped);
            QVERIFY2(checked.error().args.first().contains(QStringLiteral("“U” (character 18)")), qPrintable(checked.error().args.first()));
        }
    }

    void junkIsNoCode()
    {
        for (const QString &text : {QString(), QStringLiteral("   "), QStringLiteral("hello"), QStringLiteral("EL1"),
                 QString(1 << 20, QLatin1Char('E')), QStringLiteral("\u202eEL1-😀"), QStringLiteral("EL1-ABC").repeated(500)})
            QVERIFY(!checkCode(text));
    }
};

}

QTEST_APPLESS_MAIN(edgelift::test::CodeCheck)
#include "tst_codecheck.moc"
