#include "core/agent/jsonrpc.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

using namespace edgelift;

class TestJsonRpc : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void linesAreCutWhereverTheBytesBreak();
    void aLineOverTheLimitEndsTheConnection();
    void manyLinesMayComeAtOnce();
    void hostileRequestsAreNamed_data();
    void hostileRequestsAreNamed();
    void aRequestIsTakenAsItIs();
    void errorsKeepTheirCodeAndFacts();
    void errorsFromElsewhereAreNotBelieved();
    void anAnswerIsToldFromANotification();
    void bytesOnTheWireNeverChange();
};

void TestJsonRpc::linesAreCutWhereverTheBytesBreak()
{
    const QByteArray stream = "{\"a\":1}\n\n{\"b\":\"\\n\"}\nrest";
    for (int step = 1; step < 8; ++step) {
        rpc::LineBuffer buffer;
        QList<QByteArray> lines;
        for (qsizetype at = 0; at < stream.size(); at += step) {
            QVERIFY(buffer.append(stream.mid(at, step)));
            while (const auto line = buffer.next())
                lines.append(*line);
        }
        QCOMPARE(lines, (QList<QByteArray>{"{\"a\":1}", "", "{\"b\":\"\\n\"}"}));
    }
}

void TestJsonRpc::aLineOverTheLimitEndsTheConnection()
{
    rpc::LineBuffer buffer(10);
    QVERIFY(buffer.append("0123456789\n"));
    QCOMPARE(*buffer.next(), QByteArray("0123456789"));
    QVERIFY(!buffer.append("01234567890"));
    rpc::LineBuffer slowly(10);
    bool good = true;
    for (int i = 0; i < 11; ++i)
        good = slowly.append("x");
    QVERIFY(!good);
}

void TestJsonRpc::manyLinesMayComeAtOnce()
{
    rpc::LineBuffer buffer(10);
    QVERIFY(buffer.append(QByteArray("1234567\n").repeated(1000))); // each is short
    int count = 0;
    while (buffer.next())
        ++count;
    QCOMPARE(count, 1000);
}

void TestJsonRpc::hostileRequestsAreNamed_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<int>("code");
    QTest::newRow("nothing") << QByteArray() << int(rpc::parseError);
    QTest::newRow("no JSON") << QByteArray("GET / HTTP/1.1") << int(rpc::parseError);
    QTest::newRow("half") << QByteArray("{\"jsonrpc\":\"2.0\",\"id\":1,") << int(rpc::parseError);
    QTest::newRow("not UTF-8") << QByteArray("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\xfe\"}") << int(rpc::parseError);
    QTest::newRow("deep") << QByteArray(100000, '[') << int(rpc::parseError);
    QTest::newRow("zero byte") << QByteArray("\0", 1) << int(rpc::parseError);
    QTest::newRow("batch") << QByteArray("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\"}]") << int(rpc::invalidRequest);
    QTest::newRow("number") << QByteArray("[7]") << int(rpc::invalidRequest);
    QTest::newRow("no id") << QByteArray(R"({"jsonrpc":"2.0","method":"status"})") << int(rpc::invalidRequest);
    QTest::newRow("id is an object") << QByteArray(R"({"jsonrpc":"2.0","id":{},"method":"status"})") << int(rpc::invalidRequest);
    QTest::newRow("endless id") << QByteArray(R"({"jsonrpc":"2.0","id":")" + QByteArray(1000, 'i') + R"(","method":"status"})")
                                << int(rpc::invalidRequest);
    QTest::newRow("version 1") << QByteArray(R"({"id":1,"method":"status"})") << int(rpc::invalidRequest);
    QTest::newRow("no method") << QByteArray(R"({"jsonrpc":"2.0","id":1})") << int(rpc::invalidRequest);
    QTest::newRow("method is a number") << QByteArray(R"({"jsonrpc":"2.0","id":1,"method":1})") << int(rpc::invalidRequest);
    QTest::newRow("params by place") << QByteArray(R"({"jsonrpc":"2.0","id":1,"method":"status","params":[1]})") << int(rpc::invalidParams);
}

void TestJsonRpc::hostileRequestsAreNamed()
{
    QFETCH(QByteArray, line);
    const auto parsed = rpc::parseRequest(line);
    const auto *malformed = std::get_if<rpc::Malformed>(&parsed);
    QVERIFY(malformed);
    QTEST(malformed->code, "code");
    const QJsonObject answer = QJsonDocument::fromJson(rpc::errorLine(*malformed)).object();
    QCOMPARE(answer.value(QStringLiteral("error")).toObject().value(QStringLiteral("code")).toInt(), malformed->code);
    QVERIFY(!answer.value(QStringLiteral("error")).toObject().value(QStringLiteral("message")).toString().isEmpty());
}

void TestJsonRpc::aRequestIsTakenAsItIs()
{
    const auto parsed =
        rpc::parseRequest(rpc::requestLine(7, QStringLiteral("status"), {{QStringLiteral("job"), QStringLiteral("j-1\n")}}));
    const auto &request = std::get<rpc::Request>(parsed);
    QCOMPARE(request.id, QJsonValue(7));
    QCOMPARE(request.method, QStringLiteral("status"));
    QCOMPARE(request.params.value(QStringLiteral("job")).toString(), QStringLiteral("j-1\n"));
}

void TestJsonRpc::errorsKeepTheirCodeAndFacts()
{
    const Error error{ErrorCode::StockSoldOut, Retry::AfterWait, {QStringLiteral("ecs.c7"), QStringLiteral("cn-beijing-a")},
        QStringLiteral("OperationDenied.NoStock")};
    const auto parsed = rpc::parseServerLine(rpc::errorLine(QJsonValue(3), error));
    QVERIFY(parsed);
    const auto &reply = std::get<rpc::Reply>(*parsed);
    QCOMPARE(reply.id, QJsonValue(3));
    const Error back = std::get<Error>(reply.outcome);
    QCOMPARE(back.code, error.code);
    QCOMPARE(back.retry, error.retry);
    QCOMPARE(back.args, error.args);
    QCOMPARE(back.detail, error.detail);
    const QJsonObject data = rpc::toJson(error);
    QCOMPARE(data.value(QStringLiteral("displayCode")).toString(), QStringLiteral("EL-0313"));
    QCOMPARE(data.value(QStringLiteral("name")).toString(), QStringLiteral("StockSoldOut"));
    for (const char *part : {"title", "message", "remedy"})
        QVERIFY(!data.value(QLatin1String(part)).toString().isEmpty());
}

void TestJsonRpc::errorsFromElsewhereAreNotBelieved()
{
    QCOMPARE(rpc::errorFromJson({}).code, ErrorCode::Internal);
    QCOMPARE(rpc::errorFromJson({{QStringLiteral("code"), 60000}}).code, ErrorCode::Internal);
    QCOMPARE(rpc::errorFromJson({{QStringLiteral("code"), QStringLiteral("EL-0001")}, {QStringLiteral("args"), 7}}).args, QStringList());
}

void TestJsonRpc::anAnswerIsToldFromANotification()
{
    const auto event = rpc::parseServerLine(rpc::notificationLine(QStringLiteral("event"), {{QStringLiteral("a"), 1}}));
    QCOMPARE(std::get<rpc::Notification>(*event).method, QStringLiteral("event"));
    const auto result = rpc::parseServerLine(rpc::resultLine(QJsonValue(1), {{QStringLiteral("a"), 1}}));
    QCOMPARE(std::get<QJsonObject>(std::get<rpc::Reply>(*result).outcome).value(QStringLiteral("a")).toInt(), 1);
    for (const char *line : {"", "7", "{}", R"({"jsonrpc":"2.0","id":1})", R"({"jsonrpc":"2.0","id":1,"result":7})"})
        QCOMPARE(rpc::parseServerLine(line).error().code, ErrorCode::RequestMalformed);
}

void TestJsonRpc::bytesOnTheWireNeverChange()
{
    QCOMPARE(rpc::requestLine(1, QStringLiteral("pause"), {}),
        QByteArray("{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"pause\",\"params\":{}}\n"));
    QCOMPARE(rpc::resultLine(QJsonValue(QStringLiteral("x")), {}), QByteArray("{\"id\":\"x\",\"jsonrpc\":\"2.0\",\"result\":{}}\n"));
    QCOMPARE(rpc::notificationLine(QStringLiteral("ended"), {}), QByteArray("{\"jsonrpc\":\"2.0\",\"method\":\"ended\",\"params\":{}}\n"));
}

QTEST_APPLESS_MAIN(TestJsonRpc)
#include "tst_jsonrpc.moc"
