#include "ossfixture.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>
#include <thread>

using namespace edgelift;
using namespace edgelift::test;

Q_DECLARE_METATYPE(OssCase::Signature)

class OssTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_rig = std::make_unique<OssRig>(m_dir->path());
    }
    void cleanup() { m_rig.reset(); }
    void objectsGoInAndComeOut_data();
    void objectsGoInAndComeOut();
    void rangesAreAnsweredLikeTheCloud_data();
    void rangesAreAnsweredLikeTheCloud();
    void contentIsCheckedOnTheWayIn();
    void aPutWithoutLengthIsRefused();
    void changesOnTheWayAreRefused_data();
    void changesOnTheWayAreRefused();
    void aWrongSignatureShowsWhatWasExpected();
    void timeMustBeWithinFifteenMinutes_data();
    void timeMustBeWithinFifteenMinutes();
    void presignedAddressesWorkUntilTheyExpire_data();
    void presignedAddressesWorkUntilTheyExpire();
    void temporaryCredentialsNeedTheirTokenAndTime();
    void bucketsAreToldAndFound();
    void aBucketOfAnotherRegionSaysWhere_data();
    void aBucketOfAnotherRegionSaysWhere();
    void listsHavePagesAndFolders();
    void missingThingsAreMissing();
    void manyUploadsAtOnce();
    void vectorsOfTheVendorAreAccepted_data();
    void vectorsOfTheVendorAreAccepted();

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<OssRig> m_rig;
};

void OssTest::objectsGoInAndComeOut_data()
{
    QTest::addColumn<OssCase::Signature>("signature");
    QTest::addColumn<bool>("virtualHost");
    QTest::addColumn<QString>("key");
    QTest::newRow("V4, path") << OssCase::Signature::V4 << false << QStringLiteral("mig/disk.raw");
    QTest::newRow("V4, host") << OssCase::Signature::V4 << true << QStringLiteral("mig/disk.raw");
    QTest::newRow("V1, path") << OssCase::Signature::V1 << false << QStringLiteral("mig/disk.raw");
    QTest::newRow("V1, host") << OssCase::Signature::V1 << true << QStringLiteral("mig/disk.raw");
    QTest::newRow("V4, difficult key") << OssCase::Signature::V4 << false << QString::fromUtf8("a b+c*%20/机器 '!()~?#&=");
    QTest::newRow("V1, difficult key") << OssCase::Signature::V1 << true << QString::fromUtf8("a b+c*%20/机器 '!()~?#&=");
    QTest::newRow("a key like an agent's call") << OssCase::Signature::V4 << true << QStringLiteral("agent/v1/redeem");
}

void OssTest::objectsGoInAndComeOut()
{
    QFETCH(OssCase::Signature, signature);
    QFETCH(bool, virtualHost);
    QFETCH(QString, key);
    const QByteArray content(700'000, 'z');
    OssCase oss;
    oss.signature = signature;
    oss.virtualHost = virtualHost;
    oss.key = key;
    oss.method = "PUT";
    oss.body = content;
    oss.headers = {
        {QStringLiteral("Content-Type"), QStringLiteral("text/x-disk")}, {QStringLiteral("x-oss-meta-of"), QStringLiteral("web-1")}};
    const WireReply put = m_rig->call(oss);
    QVERIFY2(put.status == 200, put.body.constData());
    const QByteArray md5 = QCryptographicHash::hash(content, QCryptographicHash::Md5);
    QCOMPARE(put.headers.value(QStringLiteral("etag")), QLatin1Char('"') + QString::fromLatin1(md5.toHex().toUpper()) + QLatin1Char('"'));
    QVERIFY(!put.headers.value(QStringLiteral("x-oss-request-id")).isEmpty());
    ContentDigest digest;
    digest.add(content);
    oss.method = "HEAD";
    oss.body.clear();
    oss.headers.clear();
    const WireReply head = m_rig->call(oss);
    QCOMPARE(head.headers.value(QStringLiteral("x-oss-hash-crc64ecma")), QString::number(digest.crc64()));
    QCOMPARE(head.headers.value(QStringLiteral("content-length")), QStringLiteral("700000"));
    QCOMPARE(head.headers.value(QStringLiteral("content-type")), QStringLiteral("text/x-disk"));
    QCOMPARE(head.headers.value(QStringLiteral("x-oss-meta-of")), QStringLiteral("web-1"));
    QCOMPARE(head.headers.value(QStringLiteral("x-oss-object-type")), QStringLiteral("Normal"));
    oss.method = "GET";
    QCOMPARE(m_rig->call(oss).body, content);
    oss.method = "DELETE";
    QCOMPARE(m_rig->call(oss).status, 204);
    QCOMPARE(m_rig->call(oss).status, 204);
    oss.method = "GET";
    QCOMPARE(m_rig->call(oss).code(), QStringLiteral("NoSuchKey"));
}

void OssTest::rangesAreAnsweredLikeTheCloud_data()
{
    QTest::addColumn<QString>("range");
    QTest::addColumn<bool>("standard");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("from, to") << QStringLiteral("bytes=2-4") << false << 206 << QByteArray("234");
    QTest::newRow("from") << QStringLiteral("bytes=7-") << false << 206 << QByteArray("789");
    QTest::newRow("the last") << QStringLiteral("bytes=-2") << false << 206 << QByteArray("89");
    QTest::newRow("past the end") << QStringLiteral("bytes=8-99") << false << 206 << QByteArray("89");
    QTest::newRow("outside") << QStringLiteral("bytes=10-12") << false << 200 << QByteArray("0123456789");
    QTest::newRow("outside, standard") << QStringLiteral("bytes=10-12") << true << 416 << QByteArray();
    QTest::newRow("more than all") << QStringLiteral("bytes=-99") << false << 206 << QByteArray("0123456789");
}

void OssTest::rangesAreAnsweredLikeTheCloud()
{
    QFETCH(QString, range);
    QFETCH(bool, standard);
    QFETCH(QByteArray, body);
    QCOMPARE(m_rig->put(QStringLiteral("k"), "0123456789").status, 200);
    signing::Pairs headers{{QStringLiteral("Range"), range}};
    if (standard)
        headers.append({QStringLiteral("x-oss-range-behavior"), QStringLiteral("standard")});
    const WireReply reply = m_rig->get(QStringLiteral("k"), headers);
    QTEST(reply.status, "status");
    if (!body.isEmpty())
        QCOMPARE(reply.body, body);
    QCOMPARE(reply.headers.contains(QStringLiteral("content-range")), reply.status == 206);
}

void OssTest::contentIsCheckedOnTheWayIn()
{
    const QByteArray md5 = QCryptographicHash::hash("content", QCryptographicHash::Md5).toBase64();
    QCOMPARE(m_rig->put(QStringLiteral("k"), "content", {{QStringLiteral("Content-MD5"), QString::fromLatin1(md5)}}).status, 200);
    const WireReply wrong = m_rig->put(QStringLiteral("k2"), "c0ntent", {{QStringLiteral("Content-MD5"), QString::fromLatin1(md5)}});
    QCOMPARE(wrong.status, 400);
    QCOMPARE(wrong.code(), QStringLiteral("InvalidDigest"));
    QCOMPARE(m_rig->get(QStringLiteral("k2")).status, 404);
    QVERIFY(QDir(m_dir->filePath(QStringLiteral("state/oss-incoming"))).isEmpty());
    QCOMPARE(m_rig->put(QStringLiteral("k"), "other", {{QStringLiteral("x-oss-forbid-overwrite"), QStringLiteral("true")}}).code(),
        QStringLiteral("FileAlreadyExists"));
    QCOMPARE(m_rig->put(QStringLiteral("/k"), "x").code(), QStringLiteral("InvalidObjectName"));
    QCOMPARE(m_rig->put(QString(1024, QLatin1Char('k')), "x").code(), QStringLiteral("InvalidObjectName"));
    QCOMPARE(m_rig->put(QStringLiteral("k3"), "", {}).status, 200); // nothing at all is a content too
    QCOMPARE(m_rig->get(QStringLiteral("k3")).body, QByteArray());
}

void OssTest::aPutWithoutLengthIsRefused()
{
    const WireReply reply =
        m_rig->put(QStringLiteral("k"), "4\r\nbody\r\n0\r\n\r\n", {{QStringLiteral("Transfer-Encoding"), QStringLiteral("chunked")}});
    QCOMPARE(reply.status, 411);
    QCOMPARE(reply.code(), QStringLiteral("MissingContentLength"));
}

void OssTest::changesOnTheWayAreRefused_data()
{
    QTest::addColumn<OssCase::Signature>("signature");
    QTest::newRow("V4") << OssCase::Signature::V4;
    QTest::newRow("V1") << OssCase::Signature::V1;
}

void OssTest::changesOnTheWayAreRefused()
{
    QFETCH(OssCase::Signature, signature);
    QCOMPARE(m_rig->put(QStringLiteral("k"), "content").status, 200);
    OssCase oss;
    oss.key = QStringLiteral("k");
    oss.signature = signature;
    Credentials wrong = m_rig->root;
    wrong.accessKeySecret = Secret("guessed");
    QCOMPARE(m_rig->call(oss, wrong).code(), QStringLiteral("SignatureDoesNotMatch"));
    wrong.accessKeyId = QStringLiteral("LTAInobody");
    QCOMPARE(m_rig->call(oss, wrong).code(), QStringLiteral("InvalidAccessKeyId"));
    QByteArray address = m_rig->presigned(oss, m_rig->root, 60);
    QCOMPARE(send(m_rig->endpoint(), {"GET", address, {}, {}}).status, 200);
    QCOMPARE(send(m_rig->endpoint(), {"DELETE", address, {}, {}}).code(), QStringLiteral("SignatureDoesNotMatch"));
    QCOMPARE(send(m_rig->endpoint(), {"GET", QByteArray(address).replace("/box/k", "/box/l"), {}, {}}).code(),
        QStringLiteral("SignatureDoesNotMatch"));
    const QByteArray longer = QByteArray(address).replace("x-oss-expires=60", "x-oss-expires=61").replace("Expires=17", "Expires=18");
    QVERIFY(longer != address);
    QCOMPARE(send(m_rig->endpoint(), {"GET", longer, {}, {}}).code(), QStringLiteral("SignatureDoesNotMatch"));
    oss.signature = OssCase::Signature::None;
    QCOMPARE(m_rig->call(oss).code(), QStringLiteral("AccessDenied"));
}

void OssTest::aWrongSignatureShowsWhatWasExpected()
{
    OssCase oss;
    oss.key = QStringLiteral("k");
    Credentials wrong = m_rig->root;
    wrong.accessKeySecret = Secret("guessed");
    const WireReply reply = m_rig->call(oss, wrong);
    QCOMPARE(reply.status, 403);
    QVERIFY(xmlText(reply.body, "StringToSign").startsWith(QLatin1String("OSS4-HMAC-SHA256\n")));
    QVERIFY(xmlText(reply.body, "CanonicalRequest").startsWith(QLatin1String("GET\n/box/k\n")));
    QCOMPARE(xmlText(reply.body, "RequestId"), reply.headers.value(QStringLiteral("x-oss-request-id")));
    QCOMPARE(xmlText(reply.body, "HostId"), m_rig->endpoint().authority());
}

void OssTest::timeMustBeWithinFifteenMinutes_data()
{
    QTest::addColumn<OssCase::Signature>("signature");
    QTest::addColumn<qint64>("skew");
    QTest::addColumn<bool>("fine");
    for (const auto signature : {OssCase::Signature::V4, OssCase::Signature::V1}) {
        const char *name = signature == OssCase::Signature::V4 ? "V4" : "V1";
        QTest::addRow("%s just early enough", name) << signature << qint64(-900) << true;
        QTest::addRow("%s too old", name) << signature << qint64(-901) << false;
        QTest::addRow("%s just late enough", name) << signature << qint64(900) << true;
        QTest::addRow("%s from the future", name) << signature << qint64(901) << false;
    }
}

void OssTest::timeMustBeWithinFifteenMinutes()
{
    QFETCH(OssCase::Signature, signature);
    QFETCH(qint64, skew);
    QFETCH(bool, fine);
    OssCase oss;
    oss.signature = signature;
    oss.skew = skew;
    const WireReply reply = m_rig->call(oss);
    QCOMPARE(reply.status, fine ? 200 : 403);
    if (!fine) {
        QCOMPARE(reply.code(), QStringLiteral("RequestTimeTooSkewed"));
        QCOMPARE(xmlText(reply.body, "ServerTime"), QStringLiteral("2026-03-01T12:00:00.000Z"));
    }
}

void OssTest::presignedAddressesWorkUntilTheyExpire_data() { changesOnTheWayAreRefused_data(); }

void OssTest::presignedAddressesWorkUntilTheyExpire()
{
    QFETCH(OssCase::Signature, signature);
    QCOMPARE(m_rig->put(QStringLiteral("bundle.tar.gz"), "bundle").status, 200);
    OssCase oss;
    oss.key = QStringLiteral("bundle.tar.gz");
    oss.signature = signature;
    const QByteArray address = m_rig->presigned(oss, m_rig->root, 3600);
    const auto fetch = [&] { return send(m_rig->endpoint(), {"GET", address, {}, {}}); };
    QCOMPARE(fetch().body, QByteArray("bundle"));
    m_rig->clock.pass(3599); // far beyond the window of header signatures
    QCOMPARE(fetch().body, QByteArray("bundle"));
    m_rig->clock.pass(1);
    QCOMPARE(fetch().status, 403);
    QCOMPARE(fetch().code(), QStringLiteral("AccessDenied"));
    QVERIFY(fetch().body.contains("expired"));
}

void OssTest::temporaryCredentialsNeedTheirTokenAndTime()
{
    const Credentials made = m_rig->keys->issue(QStringLiteral("role"), QStringLiteral("session"), std::chrono::hours(1));
    OssCase oss;
    oss.key = QStringLiteral("k");
    QCOMPARE(m_rig->put(oss.key, "content").status, 200);
    for (const auto signature : {OssCase::Signature::V4, OssCase::Signature::V1}) {
        oss.signature = signature;
        QCOMPARE(m_rig->call(oss, made).status, 200);
        QCOMPARE(send(m_rig->endpoint(), {"GET", m_rig->presigned(oss, made, 60), {}, {}}).status, 200);
        Credentials without = made;
        without.securityToken.clear();
        QCOMPARE(m_rig->call(oss, without).code(), QStringLiteral("InvalidSecurityToken"));
    }
    const QByteArray address = m_rig->presigned(oss, made, 7200);
    m_rig->clock.pass(3600);
    QCOMPARE(m_rig->call(oss, made).code(), QStringLiteral("SecurityTokenExpired"));
    QCOMPARE(send(m_rig->endpoint(), {"GET", address, {}, {}}).code(), QStringLiteral("SecurityTokenExpired"));
}

void OssTest::bucketsAreToldAndFound()
{
    OssCase oss;
    oss.bucket.clear();
    QCOMPARE(xmlTexts(m_rig->call(oss).body, "Name"), QStringList({QStringLiteral("box"), QStringLiteral("far")}));
    oss.query = {{QStringLiteral("prefix"), QStringLiteral("f")}};
    QCOMPARE(xmlTexts(m_rig->call(oss).body, "Location"), QStringList(QStringLiteral("oss-ap-southeast-1")));
    oss.query = {{QStringLiteral("max-keys"), QStringLiteral("1")}};
    QCOMPARE(xmlText(m_rig->call(oss).body, "NextMarker"), QStringLiteral("box"));
    oss = {};
    oss.query = {{QStringLiteral("bucketInfo"), {}}};
    QCOMPARE(xmlText(m_rig->call(oss).body, "Region"), QStringLiteral("cn-beijing"));
    QCOMPARE(xmlText(m_rig->call(oss).body, "SSEAlgorithm"), QStringLiteral("None"));
    oss.query = {{QStringLiteral("location"), {}}};
    QCOMPARE(xmlText(m_rig->call(oss).body, "LocationConstraint"), QStringLiteral("oss-cn-beijing"));
    oss.method = "PUT";
    oss.query = {{QStringLiteral("encryption"), {}}};
    oss.body = "<ServerSideEncryptionRule/>";
    QCOMPARE(m_rig->call(oss).status, 200);
    QVERIFY(m_rig->objects->bucket(QStringLiteral("box"))->encrypted);
    oss = {};
    oss.method = "PUT";
    oss.bucket = QStringLiteral("new-one");
    oss.region = QStringLiteral("cn-shanghai");
    QCOMPARE(m_rig->call(oss).status, 200);
    QCOMPARE(m_rig->objects->bucket(QStringLiteral("new-one"))->region, QStringLiteral("cn-shanghai"));
    oss.bucket = QStringLiteral("New_One");
    QCOMPARE(m_rig->call(oss).code(), QStringLiteral("InvalidBucketName"));
}

void OssTest::aBucketOfAnotherRegionSaysWhere_data()
{
    QTest::addColumn<bool>("virtualHost");
    QTest::newRow("by the signature's region") << false;
    QTest::newRow("by the host") << true;
}

void OssTest::aBucketOfAnotherRegionSaysWhere()
{
    QFETCH(bool, virtualHost);
    OssCase oss;
    oss.bucket = QStringLiteral("far");
    oss.virtualHost = virtualHost;
    const WireReply reply = m_rig->call(oss);
    QCOMPARE(reply.status, 403);
    QCOMPARE(reply.code(), QStringLiteral("AccessDenied"));
    QCOMPARE(xmlText(reply.body, "Endpoint"), QStringLiteral("oss-ap-southeast-1.aliyuncs.com"));
}

void OssTest::listsHavePagesAndFolders()
{
    for (const char *key : {"a/1", "a/2", "b/1", "c", "d e+f"})
        QCOMPARE(m_rig->put(QLatin1String(key), key).status, 200);
    OssCase oss;
    const auto list = [&](signing::Pairs query) {
        query.append({QStringLiteral("list-type"), QStringLiteral("2")});
        oss.query = query;
        return m_rig->call(oss).body;
    };
    QStringList all;
    QString token;
    do {
        signing::Pairs query{{QStringLiteral("max-keys"), QStringLiteral("2")}};
        if (!token.isEmpty())
            query.append({QStringLiteral("continuation-token"), token});
        const QByteArray page = list(query);
        all += xmlTexts(page, "Key");
        token = xmlText(page, "NextContinuationToken");
    } while (!token.isEmpty());
    QCOMPARE(all,
        QStringList({QStringLiteral("a/1"), QStringLiteral("a/2"), QStringLiteral("b/1"), QStringLiteral("c"), QStringLiteral("d e+f")}));
    QCOMPARE(xmlTexts(list({{QStringLiteral("prefix"), QStringLiteral("a/")}}), "Size"),
        QStringList({QStringLiteral("3"), QStringLiteral("3")}));
    QByteArray page = list({{QStringLiteral("delimiter"), QStringLiteral("/")}, {QStringLiteral("max-keys"), QStringLiteral("1")}});
    QVERIFY(page.contains("<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>"));
    page = list({{QStringLiteral("delimiter"), QStringLiteral("/")},
        {QStringLiteral("continuation-token"), xmlText(page, "NextContinuationToken")}});
    QCOMPARE(xmlTexts(page, "CommonPrefixes"), QStringList(QStringLiteral("b/")));
    QCOMPARE(xmlTexts(page, "Key"), QStringList({QStringLiteral("c"), QStringLiteral("d e+f")}));
    QCOMPARE(
        xmlTexts(
            list({{QStringLiteral("encoding-type"), QStringLiteral("url")}, {QStringLiteral("start-after"), QStringLiteral("c")}}), "Key"),
        QStringList(QStringLiteral("d%20e%2Bf")));
    oss.query = {{QStringLiteral("max-keys"), QStringLiteral("1001")}};
    QCOMPARE(m_rig->call(oss).code(), QStringLiteral("InvalidArgument"));
    oss = {};
    oss.method = "POST";
    oss.query = {{QStringLiteral("delete"), {}}};
    oss.body = "<Delete><Quiet>false</Quiet><Object><Key>a/1</Key></Object><Object><Key>nope</Key></Object></Delete>";
    QCOMPARE(xmlTexts(m_rig->call(oss).body, "Key"), QStringList({QStringLiteral("a/1"), QStringLiteral("nope")}));
    QCOMPARE(m_rig->get(QStringLiteral("a/1")).status, 404);
    oss.body = "<Delete><Object><Key>a/2</Key>"; // cut short
    QCOMPARE(m_rig->call(oss).code(), QStringLiteral("MalformedXML"));
    QCOMPARE(m_rig->get(QStringLiteral("a/2")).status, 200);
}

void OssTest::missingThingsAreMissing()
{
    OssCase oss;
    oss.bucket = QStringLiteral("nowhere");
    oss.key = QStringLiteral("k");
    const WireReply reply = m_rig->call(oss);
    QCOMPARE(reply.status, 404);
    QCOMPARE(reply.code(), QStringLiteral("NoSuchBucket"));
    oss.method = "PUT";
    oss.body = "x";
    QCOMPARE(m_rig->call(oss).code(), QStringLiteral("NoSuchBucket"));
    QCOMPARE(m_rig->get(QStringLiteral("nope")).code(), QStringLiteral("NoSuchKey"));
    oss = {};
    oss.query = {{QStringLiteral("lifecycle"), {}}};
    QCOMPARE(m_rig->call(oss).code(), QStringLiteral("NotImplemented"));
}

void OssTest::manyUploadsAtOnce()
{
    std::atomic<int> stored = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 16; ++i)
            threads.emplace_back([&, i] {
                for (int n = 0; n < 4; ++n)
                    stored += m_rig->put(QStringLiteral("dir-%1/f-%2").arg(n).arg(i), QByteArray(200'000 + i, char('a' + i))).status == 200;
                stored += m_rig->put(QStringLiteral("same"), QByteArray(100'000, char('a' + i))).status == 200;
            });
    }
    QCOMPARE(stored.load(), 80);
    QCOMPARE(m_rig->objects->list(QStringLiteral("box")).size(), 65);
    QCOMPARE(m_rig->get(QStringLiteral("dir-2/f-7")).body, QByteArray(200'007, 'h'));
    const WireReply same = m_rig->get(QStringLiteral("same")); // one of them, whole
    QCOMPARE(same.body, QByteArray(100'000, same.body.at(0)));
    QVERIFY(QDir(m_dir->filePath(QStringLiteral("state/oss-incoming"))).isEmpty());
}

void OssTest::vectorsOfTheVendorAreAccepted_data()
{
    QTest::addColumn<QJsonObject>("vector");
    QFile file(QStringLiteral(EDGELIFT_SOURCE_DIR "/tests/data/signing-vectors.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QJsonArray vectors = QJsonDocument::fromJson(file.readAll()).object().value(QLatin1String("vectors")).toArray();
    for (const QJsonValue &value : vectors) {
        const QJsonObject vector = value.toObject();
        const bool request = vector.contains(QLatin1String("url")) && vector.contains(QLatin1String("now"));
        if (request && vector.value(QLatin1String("scheme")).toString().startsWith(QLatin1String("OSS")))
            QTest::newRow(vector.value(QLatin1String("name")).toString().toLatin1().constData()) << vector;
    }
}

/// The requests the vendor's SDK has made, byte for byte, at the time they were made.
void OssTest::vectorsOfTheVendorAreAccepted()
{
    QFETCH(QJsonObject, vector);
    const auto text = [&vector](const char *key) { return vector.value(QLatin1String(key)).toString(); };
    QVERIFY(m_rig->objects->putBucket({QStringLiteral("smc-transit-1"), QStringLiteral("cn-beijing"), m_rig->clock.now(), false}));
    m_rig->clock.pass(m_rig->clock.now().secsTo(QDateTime::fromString(text("now"), Qt::ISODate)));
    if (!text("securityToken").isEmpty())
        m_rig->state->put(QStringLiteral("credentials"), text("accessKeyId"),
            {{QStringLiteral("secret"), text("accessKeySecret")}, {QStringLiteral("token"), text("securityToken")},
                {QStringLiteral("expires"), m_rig->clock.now().addSecs(60).toString(Qt::ISODate)}});
    const QUrl url(text("url"), QUrl::StrictMode);
    WireRequest request{text("method").toLatin1(), url.toEncoded(QUrl::RemoveScheme | QUrl::RemoveAuthority), {}, {}};
    request.headers.append({QStringLiteral("Host"), url.host()});
    const QJsonObject headers = vector.value(QLatin1String("headers")).toObject();
    for (auto it = headers.begin(); it != headers.end(); ++it)
        request.headers.append({it.key(), it.value().toString()});
    if (vector.contains(QLatin1String("authorization")))
        request.headers.append({QStringLiteral("Authorization"), text("authorization")});
    const WireReply reply = send(m_rig->endpoint(), request);
    const bool served = reply.status == 200 || reply.code() == QLatin1String("NoSuchKey") || reply.code() == QLatin1String("NoSuchUpload");
    QVERIFY2(served, reply.body.constData());
    request.target.replace("smc-", "smd-").replace("disk0", "disk1"); // and not by chance
    for (auto &[name, value] : request.headers)
        value.replace(QLatin1String("Signature="), QLatin1String("Signature=0")).replace(QLatin1String("01:"), QLatin1String("01:0"));
    request.target.replace("ignature=", "ignature=0");
    QCOMPARE(send(m_rig->endpoint(), request).code(), QStringLiteral("SignatureDoesNotMatch"));
}

QTEST_GUILESS_MAIN(OssTest)
#include "tst_oss.moc"
