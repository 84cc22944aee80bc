#include "core/credential/activationcode.h"

#include <QtTest>

namespace edgelift::test {

class ActivationCodes final : public QObject
{
    Q_OBJECT
    static ActivationCode sample()
    {
        return {QUrl(QStringLiteral("https://edgelift.example.com:8443")), QByteArray(32, '\x5a'), QStringLiteral("at-bp1abcdefg"),
            Secret("t0ken/Code+1234567890")};
    }
    /// What a character reads as: look-alikes and case are no change.
    static char reading(char c)
    {
        const char upper = c >= 'a' && c <= 'z' ? char(c - 32) : c;
        return upper == 'O' ? '0' : upper == 'I' || upper == 'L' ? '1' : upper;
    }

private Q_SLOTS:
    void whatWasEncodedIsDecoded_data()
    {
        QTest::addColumn<QString>("service");
        QTest::addColumn<int>("pin");
        QTest::addColumn<QByteArray>("code");
        QTest::newRow("https with a pin") << QStringLiteral("https://edgelift.example.com:8443") << 32 << QByteArray("abc");
        QTest::newRow("plain http") << QStringLiteral("http://127.0.0.1:41234") << 0 << QByteArray("abc");
        QTest::newRow("IPv6 and a path") << QStringLiteral("https://[fd00::1]:9/smc") << 32 << QByteArray("abc");
        QTest::newRow("bytes of every kind") << QStringLiteral("http://h") << 0 << QByteArray("\x00\xff\x80 ,", 5);
        QTest::newRow("the longest code") << QStringLiteral("http://h") << 0 << QByteArray(255, 'x');
    }

    void whatWasEncodedIsDecoded()
    {
        QFETCH(QString, service);
        QFETCH(int, pin);
        QFETCH(QByteArray, code);
        const Secret printed = encode({QUrl(service), QByteArray(pin, '\x81'), QStringLiteral("at-1"), Secret(code)});
        QVERIFY(printed.reveal().startsWith("EL1-"));
        const Result<ActivationCode> read = decodeActivationCode(printed.reveal());
        QVERIFY(read);
        QCOMPARE(read->service, QUrl(service));
        QCOMPARE(read->certificatePin, QByteArray(pin, '\x81'));
        QCOMPARE(read->tokenId, QStringLiteral("at-1"));
        QCOMPARE(read->tokenCode.reveal(), code);
    }

    void thePrintedFormNeverChanges()
    {
        const Secret printed = encode({QUrl(QStringLiteral("http://127.0.0.1:8080")), {}, QStringLiteral("at-1"), Secret("c0de")});
        QCOMPARE(printed.reveal(), QByteArray("EL1-2NM78-X3G78-QJYC9-J6WQ3-0BHG5-RRKME-1G70R-08RBM-5MRG8-RSGCH-JG1X1-FBNG0"));
    }

    void everyChangeOfOneCharacterIsCaught()
    {
        const QByteArray good = encode(sample()).reveal();
        for (qsizetype at = 0; at < good.size(); ++at) {
            if (good.at(at) == '-')
                continue;
            for (int c = 0x21 + int(at % 11); c < 0x7f; c += 11) { // all of them somewhere
                if (c == '-' || reading(char(c)) == reading(good.at(at)))
                    continue;
                QByteArray bad = good;
                bad[at] = char(c);
                const Result<ActivationCode> read = decodeActivationCode(bad);
                QVERIFY2(!read, qPrintable(QStringLiteral("%1 at %2").arg(QLatin1Char(char(c))).arg(at)));
                QCOMPARE(read.error().code, ErrorCode::CodeMistyped);
                QCOMPARE(read.error().args.size(), 1);
                const auto place = QByteArray(good.left(at)).replace('-', "").size() + 1;
                if (place > 3) // the prefix is judged as a whole
                    QVERIFY2(read.error().args.first().contains(QStringLiteral("(character %1)").arg(place)),
                        qPrintable(read.error().args.first()));
            }
        }
    }

    void missingDoubledAndSwappedCharactersAreCaught()
    {
        const QByteArray good = encode(sample()).reveal();
        for (qsizetype at = 0; at < good.size(); ++at) {
            if (good.at(at) == '-')
                continue;
            QVERIFY(!decodeActivationCode(QByteArray(good).remove(at, 1)));
            QVERIFY(!decodeActivationCode(QByteArray(good).insert(at, good.at(at))));
            QVERIFY(!decodeActivationCode(good.left(at)));
            const bool swaps = at + 1 < good.size() && good.at(at + 1) != '-' && reading(good.at(at)) != reading(good.at(at + 1));
            if (swaps)
                QVERIFY(!decodeActivationCode(good.left(at) + good.at(at + 1) + good.at(at) + good.mid(at + 2)));
        }
    }

    void itMayBeWrittenInManyWays()
    {
        const QByteArray good = encode(sample()).reveal();
        QByteArray lookAlikes = good;
        lookAlikes.replace('0', 'O').replace('1', 'l');
        for (const QByteArray &form : {good.toLower(), QByteArray(good).replace('-', ""), QByteArray(good).replace('-', " "),
                 QByteArray(good).replace('-', "-\r\n\t"), "\n  " + good + "  \n", lookAlikes, lookAlikes.toLower(),
                 QByteArray(good).replace('1', 'I')}) {
            const Result<ActivationCode> read = decodeActivationCode(form);
            QVERIFY2(read, form.constData());
            QCOMPARE(read->tokenId, sample().tokenId);
        }
    }

    void junkIsRefusedAndTheReasonNamed_data()
    {
        QTest::addColumn<QByteArray>("junk");
        QTest::addColumn<QString>("reason");
        QTest::newRow("nothing") << QByteArray() << QStringLiteral("empty");
        QTest::newRow("only dashes") << QByteArray("---\n") << QStringLiteral("empty");
        QTest::newRow("another product's") << QByteArray("ABCDE-FGHJK") << QStringLiteral("EL1");
        QTest::newRow("only the beginning") << QByteArray("EL1-") << QStringLiteral("end is missing");
        QTest::newRow("a letter the alphabet lacks") << QByteArray("EL1-22U22") << QStringLiteral("“U” (character 6)");
        QTest::newRow("not text") << QByteArray("EL1-\x01") << QStringLiteral("0x01");
        QTest::newRow("another alphabet") << QByteArray("EL1-22Ж22") << QStringLiteral("“Ж” (character 6)");
        QTest::newRow("an emoji") << QByteArray("EL1-😀") << QStringLiteral("0xd83d");
        QTest::newRow("zeros with a right prefix") << QByteArray("EL1-" + QByteArray(80, '0')) << QStringLiteral("check sum");
        QTest::newRow("very long") << QByteArray("EL1-" + QByteArray(1 << 20, 'A')) << QStringLiteral("2000");
    }

    void junkIsRefusedAndTheReasonNamed()
    {
        QFETCH(QByteArray, junk);
        QFETCH(QString, reason);
        const Result<ActivationCode> read = decodeActivationCode(junk);
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::CodeMistyped);
        QCOMPARE(read.error().retry, Retry::AfterUserAction);
        QVERIFY2(read.error().args.value(0).contains(reason), qPrintable(read.error().args.value(0)));
    }

    void aRightCheckSumDoesNotExcuseAWrongContent()
    {
        QVERIFY(!decodeActivationCode(encode({QUrl(QStringLiteral("ftp://h")), {}, QStringLiteral("a"), Secret("b")}).reveal()));
        QVERIFY(!decodeActivationCode(
            encode({QUrl(QStringLiteral("http://h")), QByteArray(31, 'p'), QStringLiteral("a"), Secret("b")}).reveal()));
        QVERIFY(!decodeActivationCode(encode({QUrl(QStringLiteral("http://h")), {}, QString(), Secret("b")}).reveal()));
    }
};

}

QTEST_APPLESS_MAIN(edgelift::test::ActivationCodes)
#include "tst_activationcode.moc"
