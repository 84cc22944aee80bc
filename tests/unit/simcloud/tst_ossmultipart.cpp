#include "ossfixture.h"

#include <QCryptographicHash>
#include <QTest>
#include <thread>

using namespace edgelift;
using namespace edgelift::test;

class OssMultipartTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_rig = std::make_unique<OssRig>(m_dir->path());
    }
    void cleanup() { m_rig.reset(); }
    void partsBecomeOneObject();
    void aPartSentAgainReplacesTheFirst();
    void partsSurviveARestart();
    void abortedIsGone();
    void wrongListsAreRefused_data();
    void wrongListsAreRefused();
    void smallPartsAreRefusedAtTheEnd();
    void anUploadBelongsToItsKey();
    void hostileIdsFindNothing_data();
    void hostileIdsFindNothing();
    void partNumbersHaveLimits();
    void partsInParallel();
    void listsOfPartsHavePages();

private:
    QString begin(const QString &key = QStringLiteral("disk.raw"));
    WireReply part(const QString &id, int number, const QByteArray &body, const QString &key = QStringLiteral("disk.raw"));
    WireReply on(const QByteArray &method, const QString &id, const QByteArray &body = {}, const signing::Pairs &headers = {},
        const signing::Pairs &more = {});
    QByteArray listOf(const QList<QPair<int, QByteArray>> &parts);
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<OssRig> m_rig;
};

static const QByteArray partA(200 << 10, 'a');
static const QByteArray partB(150 << 10, 'b');
static const QByteArray partC(7, 'c');

QString OssMultipartTest::begin(const QString &key)
{
    OssCase oss;
    oss.method = "POST";
    oss.key = key;
    oss.query = {{QStringLiteral("uploads"), {}}};
    oss.headers = {{QStringLiteral("Content-Type"), QStringLiteral("application/x-raw")}};
    return xmlText(m_rig->call(oss).body, "UploadId");
}

WireReply OssMultipartTest::part(const QString &id, int number, const QByteArray &body, const QString &key)
{
    OssCase oss;
    oss.method = "PUT";
    oss.key = key;
    oss.query = {{QStringLiteral("partNumber"), QString::number(number)}, {QStringLiteral("uploadId"), id}};
    oss.body = body;
    return m_rig->call(oss);
}

WireReply OssMultipartTest::on(
    const QByteArray &method, const QString &id, const QByteArray &body, const signing::Pairs &headers, const signing::Pairs &more)
{
    OssCase oss;
    oss.method = method;
    oss.key = QStringLiteral("disk.raw");
    oss.query = more;
    oss.query.append({QStringLiteral("uploadId"), id});
    oss.body = body;
    oss.headers = headers;
    return m_rig->call(oss);
}

QByteArray OssMultipartTest::listOf(const QList<QPair<int, QByteArray>> &parts)
{
    QByteArray xml = "<CompleteMultipartUpload>";
    for (const auto &[number, content] : parts)
        xml += "<Part><PartNumber>" + QByteArray::number(number) + "</PartNumber><ETag>\""
            + QCryptographicHash::hash(content, QCryptographicHash::Md5).toHex().toUpper() + "\"</ETag></Part>";
    return xml + "</CompleteMultipartUpload>";
}

void OssMultipartTest::partsBecomeOneObject()
{
    const QString id = begin();
    QCOMPARE(part(id, 3, partC).status, 200);
    QCOMPARE(part(id, 1, partA).status, 200);
    QCOMPARE(part(id, 2, partB).status, 200);
    const WireReply done = on("POST", id, listOf({{1, partA}, {2, partB}, {3, partC}}));
    QVERIFY2(done.status == 200, done.body.constData());
    QVERIFY(xmlText(done.body, "ETag").endsWith(QLatin1String("-3\"")));
    const WireReply whole = m_rig->get(QStringLiteral("disk.raw"));
    QCOMPARE(whole.body, partA + partB + partC);
    QCOMPARE(whole.headers.value(QStringLiteral("content-type")), QStringLiteral("application/x-raw"));
    QCOMPARE(whole.headers.value(QStringLiteral("x-oss-object-type")), QStringLiteral("Multipart"));
    ContentDigest digest;
    digest.add(partA + partB + partC);
    QCOMPARE(whole.headers.value(QStringLiteral("x-oss-hash-crc64ecma")), QString::number(digest.crc64()));
    QCOMPARE(on("POST", id, listOf({{1, partA}})).code(), QStringLiteral("NoSuchUpload")); // over
    QVERIFY(QDir(m_dir->filePath(QStringLiteral("state/multipart"))).isEmpty());
}

void OssMultipartTest::aPartSentAgainReplacesTheFirst()
{
    const QString id = begin();
    QCOMPARE(part(id, 1, partA).status, 200);
    QCOMPARE(part(id, 1, partB).status, 200);
    QCOMPARE(on("POST", id, listOf({{1, partA}})).code(), QStringLiteral("InvalidPart"));
    QCOMPARE(on("POST", id, {}, {{QStringLiteral("x-oss-complete-all"), QStringLiteral("yes")}}).status, 200);
    QCOMPARE(m_rig->get(QStringLiteral("disk.raw")).body, partB);
}

void OssMultipartTest::partsSurviveARestart()
{
    const QString id = begin();
    QCOMPARE(part(id, 1, partA).status, 200);
    m_rig.reset();
    m_rig = std::make_unique<OssRig>(m_dir->path());
    const WireReply list = on("GET", id);
    QCOMPARE(xmlTexts(list.body, "PartNumber"), QStringList(QStringLiteral("1")));
    QCOMPARE(xmlTexts(list.body, "Size"), QStringList(QString::number(partA.size())));
    QCOMPARE(part(id, 2, partC).status, 200);
    QCOMPARE(on("POST", id, listOf({{1, partA}, {2, partC}})).status, 200);
    QCOMPARE(m_rig->get(QStringLiteral("disk.raw")).body, partA + partC);
}

void OssMultipartTest::abortedIsGone()
{
    const QString id = begin();
    QCOMPARE(part(id, 1, partA).status, 200);
    OssCase uploads;
    uploads.query = {{QStringLiteral("uploads"), {}}};
    QCOMPARE(xmlTexts(m_rig->call(uploads).body, "UploadId"), QStringList(id));
    QCOMPARE(on("DELETE", id).status, 204);
    QCOMPARE(xmlTexts(m_rig->call(uploads).body, "UploadId"), QStringList());
    QCOMPARE(part(id, 2, partB).code(), QStringLiteral("NoSuchUpload"));
    QCOMPARE(on("DELETE", id).code(), QStringLiteral("NoSuchUpload"));
    QCOMPARE(m_rig->get(QStringLiteral("disk.raw")).status, 404);
}

void OssMultipartTest::wrongListsAreRefused_data()
{
    QTest::addColumn<QByteArray>("list");
    QTest::addColumn<QString>("code");
    QTest::newRow("descending") << listOf({{2, partB}, {1, partA}}) << QStringLiteral("InvalidPartOrder");
    QTest::newRow("twice") << listOf({{1, partA}, {1, partA}}) << QStringLiteral("InvalidPartOrder");
    QTest::newRow("never sent") << listOf({{1, partA}, {3, partB}}) << QStringLiteral("InvalidPart");
    QTest::newRow("other content") << listOf({{1, partB}}) << QStringLiteral("InvalidPart");
    QTest::newRow("nothing") << QByteArray() << QStringLiteral("MalformedXML");
    QTest::newRow("cut short") << QByteArray("<CompleteMultipartUpload><Part>") << QStringLiteral("MalformedXML");
}

void OssMultipartTest::wrongListsAreRefused()
{
    QFETCH(QByteArray, list);
    const QString id = begin();
    QCOMPARE(part(id, 1, partA).status, 200);
    QCOMPARE(part(id, 2, partB).status, 200);
    QTEST(on("POST", id, list).code(), "code");
    QCOMPARE(on("POST", id, listOf({{1, partA}, {2, partB}})).status, 200); // a mistake is not the end of it
}

void OssMultipartTest::smallPartsAreRefusedAtTheEnd()
{
    const QString id = begin();
    QCOMPARE(part(id, 1, partC).status, 200);
    QCOMPARE(part(id, 2, partA).status, 200);
    QCOMPARE(on("POST", id, listOf({{1, partC}, {2, partA}})).code(), QStringLiteral("EntityTooSmall"));
    QCOMPARE(
        on("POST", begin(), {}, {{QStringLiteral("x-oss-complete-all"), QStringLiteral("yes")}}).code(), QStringLiteral("EntityTooSmall"));
}

void OssMultipartTest::anUploadBelongsToItsKey()
{
    const QString id = begin();
    QCOMPARE(part(id, 1, partA, QStringLiteral("another.raw")).code(), QStringLiteral("NoSuchUpload"));
}

void OssMultipartTest::hostileIdsFindNothing_data()
{
    QTest::addColumn<QString>("id");
    for (const char *id : {"", "..", "../../etc", "0123456789ABCDEF0123456789ABCDEF", "0123456789ABCDEF0123456789ABCDEF/.."})
        QTest::newRow(id) << QString::fromLatin1(id);
}

void OssMultipartTest::hostileIdsFindNothing()
{
    QFETCH(QString, id);
    QCOMPARE(part(id, 1, partA).code(), QStringLiteral("NoSuchUpload"));
    QCOMPARE(on("DELETE", id).code(), QStringLiteral("NoSuchUpload"));
}

void OssMultipartTest::partNumbersHaveLimits()
{
    const QString id = begin();
    QCOMPARE(part(id, 0, partA).code(), QStringLiteral("InvalidArgument"));
    QCOMPARE(part(id, 10001, partA).code(), QStringLiteral("InvalidArgument"));
    QCOMPARE(part(id, 10000, partA).status, 200);
}

void OssMultipartTest::partsInParallel()
{
    const QString id = begin();
    QList<QPair<int, QByteArray>> parts;
    QByteArray whole;
    for (int n = 1; n <= 24; ++n) {
        parts.append({n, QByteArray((100 << 10) + n, char('A' + n))});
        whole += parts.last().second;
    }
    std::atomic<int> stored = 0;
    {
        std::vector<std::jthread> threads;
        for (const auto &one : std::as_const(parts))
            threads.emplace_back([&, one] { stored += part(id, one.first, one.second).status == 200; });
    }
    QCOMPARE(stored.load(), 24);
    QCOMPARE(on("POST", id, listOf(parts)).status, 200);
    QCOMPARE(m_rig->get(QStringLiteral("disk.raw")).body, whole);
}

void OssMultipartTest::listsOfPartsHavePages()
{
    const QString id = begin();
    for (int n = 1; n <= 3; ++n)
        QCOMPARE(part(id, n, partA).status, 200);
    const QByteArray first = on("GET", id, {}, {}, {{QStringLiteral("max-parts"), QStringLiteral("2")}}).body;
    QCOMPARE(xmlTexts(first, "PartNumber").size(), 2);
    QCOMPARE(xmlText(first, "IsTruncated"), QStringLiteral("true"));
    const QByteArray second = on("GET", id, {}, {}, {{QStringLiteral("part-number-marker"), xmlText(first, "NextPartNumberMarker")}}).body;
    QCOMPARE(xmlTexts(second, "PartNumber"), QStringList(QStringLiteral("3")));
    QCOMPARE(xmlText(second, "IsTruncated"), QStringLiteral("false"));
}

QTEST_GUILESS_MAIN(OssMultipartTest)
#include "tst_ossmultipart.moc"
