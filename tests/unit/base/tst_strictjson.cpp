#include "core/base/strictjson.h"

#include <QJsonDocument>
#include <QtTest>

using namespace edgelift;

namespace {

QString said(const QList<Error> &problems)
{
    QStringList lines;
    for (const Error &error : problems)
        lines.append((error.code == ErrorCode::PlanUnknownKey ? QStringLiteral("unknown ") : QStringLiteral("wrong "))
            + error.args.join(QLatin1Char('|')));
    return lines.join(QLatin1Char('\n'));
}

QJsonObject parsed(const QString &text) { return QJsonDocument::fromJson(text.toUtf8()).object(); }

}

class TestStrictJson : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsEveryType();
    void absentKeysTakeTheirDefault();
    void reportsWhatIsWrong_data();
    void reportsWhatIsWrong();
    void namesTheNearestKnownKey_data();
    void namesTheNearestKnownKey();
    void namesAllKeysWhenNoneIsNear();
    void pathsLeadToNestedValues();
};

void TestStrictJson::readsEveryType()
{
    QList<Error> problems;
    StrictObject object(
        parsed(QStringLiteral(R"({"s":"x","b":true,"i":-5,"c":"two","l":["a","b"],"o":{"k":1},"a":[{},{"z":2}]})")), {}, problems);
    QCOMPARE(object.string(QStringLiteral("s")), QStringLiteral("x"));
    QCOMPARE(object.boolean(QStringLiteral("b"), false), true);
    QCOMPARE(object.integer(QStringLiteral("i"), 0, -5, 5), -5);
    QCOMPARE(
        object.choice(QStringLiteral("c"), QStringLiteral("one"), {QStringLiteral("one"), QStringLiteral("two")}), QStringLiteral("two"));
    QCOMPARE(object.strings(QStringLiteral("l")), (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
    QCOMPARE(object.object(QStringLiteral("o")).size(), 1);
    QCOMPARE(object.objects(QStringLiteral("a")).size(), 2);
    object.finish();
    QCOMPARE(said(problems), QString());
}

void TestStrictJson::absentKeysTakeTheirDefault()
{
    QList<Error> problems;
    StrictObject object({}, {}, problems);
    QCOMPARE(object.string(QStringLiteral("s"), QStringLiteral("d")), QStringLiteral("d"));
    QCOMPARE(object.boolean(QStringLiteral("b"), true), true);
    QCOMPARE(object.integer(QStringLiteral("i"), 7, 0, 3), 7);
    QVERIFY(object.objects(QStringLiteral("a")).isEmpty());
    QVERIFY(!object.has(QStringLiteral("s")));
    object.finish();
    QVERIFY(problems.isEmpty());
    object.require(QStringLiteral("must"));
    QCOMPARE(said(problems), QStringLiteral("wrong must|missing|this key must be there"));
}

void TestStrictJson::reportsWhatIsWrong_data()
{
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("expected");
    QTest::newRow("number for text") << R"({"s":1})"
                                     << "wrong s|1|a text in quotes";
    QTest::newRow("null") << R"({"s":null})"
                          << "wrong s|null|a text in quotes";
    QTest::newRow("text for number") << R"({"i":"1"})"
                                     << "wrong i|\"1\"|a whole number";
    QTest::newRow("fraction") << R"({"i":0.5})"
                              << "wrong i|0.5|0 to 10";
    QTest::newRow("above") << R"({"i":11})"
                           << "wrong i|11|0 to 10";
    QTest::newRow("below") << R"({"i":-1})"
                           << "wrong i|-1|0 to 10";
    QTest::newRow("choice") << R"({"c":"three"})"
                            << "wrong c|three|one, two";
    QTest::newRow("list") << R"({"l":"a"})"
                          << "wrong l|\"a\"|a list of texts";
    QTest::newRow("entry of a list") << R"({"l":["a",{}]})"
                                     << "wrong l|{}|a text in quotes";
    QTest::newRow("object") << R"({"o":[]})"
                            << "wrong o|[]|an object in braces";
    QTest::newRow("boolean") << R"({"b":0})"
                             << "wrong b|0|true or false";
    QTest::newRow("all at once") << R"({"s":1,"b":1,"xxxxxx":1})"
                                 << "wrong s|1|a text in quotes\nwrong b|1|true or false\nunknown xxxxxx|s, i, c, l, o, b";
    QTest::newRow("long values are cut") << QStringLiteral(R"({"i":"%1"})").arg(QString(500, QLatin1Char('y')))
                                         << QStringLiteral("wrong i|\"%1|a whole number").arg(QString(59, QLatin1Char('y')));
}

void TestStrictJson::reportsWhatIsWrong()
{
    QFETCH(QString, json);
    QList<Error> problems;
    StrictObject object(parsed(json), {}, problems);
    object.string(QStringLiteral("s"));
    object.integer(QStringLiteral("i"), 0, 0, 10);
    object.choice(QStringLiteral("c"), QStringLiteral("one"), {QStringLiteral("one"), QStringLiteral("two")});
    object.strings(QStringLiteral("l"));
    object.object(QStringLiteral("o"));
    object.boolean(QStringLiteral("b"), false);
    object.finish();
    QTEST(said(problems), "expected");
    for (const Error &error : problems)
        QCOMPARE(error.retry, Retry::AfterUserAction);
}

void TestStrictJson::namesTheNearestKnownKey_data()
{
    QTest::addColumn<QString>("word");
    QTest::addColumn<QString>("meant");
    QTest::newRow("letter missing") << "compresion"
                                    << "compression";
    QTest::newRow("letters swapped") << "chekcsum"
                                     << "checksum";
    QTest::newRow("case") << "LIMITMBPS"
                          << "limitMbps";
    QTest::newRow("beginning") << "limit"
                               << "limitMbps";
    QTest::newRow("beginning of another") << "check"
                                          << "checksum";
    QTest::newRow("nothing near") << "qqqqqqqqqqqq"
                                  << "";
}

void TestStrictJson::namesTheNearestKnownKey()
{
    QFETCH(QString, word);
    QTEST(nearest(word, {QStringLiteral("limitMbps"), QStringLiteral("compression"), QStringLiteral("checksum")}), "meant");
}

void TestStrictJson::namesAllKeysWhenNoneIsNear()
{
    QList<Error> problems;
    StrictObject object(parsed(QStringLiteral(R"({"qqqqqqqqq":1})")), QStringLiteral("transfer"), problems);
    object.string(QStringLiteral("one"));
    object.string(QStringLiteral("two"));
    object.finish();
    QCOMPARE(said(problems), QStringLiteral("unknown transfer.qqqqqqqqq|one, two"));
}

void TestStrictJson::pathsLeadToNestedValues()
{
    QList<Error> problems;
    StrictObject outer(parsed(QStringLiteral(R"({"disks":[{"volumes":{"size":"x"}}]})")), {}, problems);
    StrictObject disk(outer.objects(QStringLiteral("disks")).at(0), QStringLiteral("disks[0]"), problems);
    StrictObject volumes(disk.object(QStringLiteral("volumes")), disk.path(QStringLiteral("volumes")), problems);
    volumes.integer(QStringLiteral("size"), 0, 0, 1);
    QCOMPARE(said(problems), QStringLiteral("wrong disks[0].volumes.size|\"x\"|a whole number"));
}

QTEST_APPLESS_MAIN(TestStrictJson)
#include "tst_strictjson.moc"
