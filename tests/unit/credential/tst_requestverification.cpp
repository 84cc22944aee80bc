#include "core/credential/hashing.h"
#include "core/credential/requestverification.h"
#include "tests/unit/credential/signingvectors.h"

namespace edgelift::test {

using namespace signing;

class RequestVerification final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aRequestOfEveryVectorIsValidUntilSomethingChanges_data()
    {
        QTest::addColumn<QJsonObject>("vector");
        for (const QJsonObject &vector : signingVectors())
            QTest::newRow(qPrintable(text(vector, "name"))) << vector;
    }

    void aRequestOfEveryVectorIsValidUntilSomethingChanges()
    {
        QFETCH(QJsonObject, vector);
        const QString scheme = text(vector, "scheme");
        if (scheme == QLatin1String("ACS3-HMAC-SHA256"))
            checkAcs(vector);
        else if (scheme == QLatin1String("RPC-HMAC-SHA1"))
            checkRpc(vector);
        else
            checkOss(vector, scheme);
    }

    void headersOutsideTheSignatureMakeItIncomplete()
    {
        AcsRequest request{"POST", QStringLiteral("/"), {}, {{QStringLiteral("Host"), QStringLiteral("ecs")}}, hashing::sha256Hex("")};
        const Credentials keys{QStringLiteral("id"), Secret("secret"), {}, {}};
        const Result<AcsClaim> claim = parseAcsAuthorization(acsAuthorization(request, keys));
        QVERIFY(claim);
        QCOMPARE(verify(request, *claim, keys.accessKeySecret), Verdict::Valid);
        request.headers.append({QStringLiteral("X-Acs-Action"), QStringLiteral("DeleteInstance")});
        QCOMPARE(verify(request, *claim, keys.accessKeySecret), Verdict::Incomplete);
    }

    void aBodyThatIsNotTheSignedOneIsFound()
    {
        AcsRequest request{"POST", QStringLiteral("/"), {},
            {{QStringLiteral("host"), QStringLiteral("ecs")},
                {QStringLiteral("x-acs-content-sha256"), QString::fromLatin1(hashing::sha256Hex("a=1"))}},
            hashing::sha256Hex("a=1")};
        const Credentials keys{QStringLiteral("id"), Secret("secret"), {}, {}};
        const Result<AcsClaim> claim = parseAcsAuthorization(acsAuthorization(request, keys));
        QVERIFY(claim);
        request.payloadSha256 = hashing::sha256Hex("a=2");
        QCOMPARE(verify(request, *claim, keys.accessKeySecret), Verdict::Incomplete);
    }

    void malformedAuthorizationsAreRefused_data()
    {
        QTest::addColumn<QByteArray>("header");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("another scheme") << QByteArray("Basic dXNlcjpwYXNz");
        QTest::newRow("nothing after the scheme") << QByteArray("ACS3-HMAC-SHA256 ");
        QTest::newRow("no signature") << QByteArray("ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host");
        QTest::newRow("no credential") << QByteArray("ACS3-HMAC-SHA256 SignedHeaders=host,Signature=00");
        QTest::newRow("two signatures") << QByteArray("ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=0,Signature=1");
        QTest::newRow("no equals sign") << QByteArray("ACS3-HMAC-SHA256 Credential");
    }

    void malformedAuthorizationsAreRefused()
    {
        QFETCH(QByteArray, header);
        const Result<AcsClaim> claim = parseAcsAuthorization(header);
        QVERIFY(!claim);
        QCOMPARE(claim.error().code, ErrorCode::RequestMalformed);
    }

    void malformedOssClaimsAreRefused_data()
    {
        QTest::addColumn<QString>("authorization");
        QTest::addColumn<QString>("query");
        const QString day = QStringLiteral("OSS4-HMAC-SHA256 Credential=ak/%1/cn-beijing/oss/%2,Signature=00");
        QTest::newRow("unknown scheme") << QStringLiteral("Bearer x") << QString();
        QTest::newRow("V1 without a signature") << QStringLiteral("OSS ak") << QString();
        QTest::newRow("V4 of another day") << day.arg(QLatin1String("20240101"), QLatin1String("aliyun_v4_request")) << QString();
        QTest::newRow("V4 for another product") << day.arg(QLatin1String("20250601"), QLatin1String("aws4_request")) << QString();
        const QString url = QStringLiteral("x-oss-signature=00&x-oss-date=20250601T083000Z&x-oss-expires=%1&x-oss-credential=ak/20250601/"
                                           "cn-beijing/oss/aliyun_v4_request");
        QTest::newRow("URL valid for longer than 7 days") << QString() << url.arg(604801);
        QTest::newRow("URL valid for no time") << QString() << url.arg(0);
        QTest::newRow("V1 URL without an end") << QString() << QStringLiteral("Signature=a&OSSAccessKeyId=ak");
    }

    void malformedOssClaimsAreRefused()
    {
        QFETCH(QString, authorization);
        QFETCH(QString, query);
        OssRequest request{"GET", QStringLiteral("b"), QStringLiteral("k"), {}, {}};
        request.headers.append({QStringLiteral("x-oss-date"), QStringLiteral("20250601T083000Z")});
        if (!authorization.isEmpty())
            request.headers.append({QStringLiteral("Authorization"), authorization});
        for (const QString &part : query.split(QLatin1Char('&'), Qt::SkipEmptyParts))
            request.query.append({part.section(QLatin1Char('='), 0, 0), part.section(QLatin1Char('='), 1)});
        const auto claim = parseOssClaim(request);
        QVERIFY(!claim);
        QCOMPARE(claim.error().code, ErrorCode::RequestMalformed);
    }

    void aRequestWithoutASignatureIsAnonymous()
    {
        const auto claim = parseOssClaim({"GET", QStringLiteral("b"), QStringLiteral("k"), {}, {}});
        QVERIFY(claim);
        QVERIFY(!claim->has_value());
    }

    void comparisonNeedsTheWholeSignature()
    {
        QVERIFY(hashing::equalInConstantTime("abc", "abc"));
        QVERIFY(!hashing::equalInConstantTime("abc", "abd"));
        QVERIFY(!hashing::equalInConstantTime("abc", "ab"));
        QVERIFY(!hashing::equalInConstantTime("", "a"));
    }

private:
    static void checkAcs(const QJsonObject &vector)
    {
        AcsRequest request = acsRequest(vector);
        const Secret secret = credentialsOf(vector).accessKeySecret;
        const Result<AcsClaim> claim = parseAcsAuthorization(text(vector, "authorization").toUtf8());
        QVERIFY(claim);
        QCOMPARE(claim->accessKeyId, text(vector, "accessKeyId"));
        QCOMPARE(verify(request, *claim, secret), Verdict::Valid);
        QCOMPARE(verify(request, *claim, Secret("another")), Verdict::Wrong);
        request.query.append({QStringLiteral("Force"), QStringLiteral("true")});
        QCOMPARE(verify(request, *claim, secret), Verdict::Wrong);
    }

    static void checkRpc(const QJsonObject &vector)
    {
        const QByteArray method = text(vector, "method").toUtf8();
        const Secret secret = credentialsOf(vector).accessKeySecret;
        Pairs parameters = pairs(vector.value(QLatin1String("params")));
        QCOMPARE(verifyRpc(method, parameters, secret), Verdict::Incomplete);
        parameters.append({QStringLiteral("Signature"), text(vector, "signature")});
        QCOMPARE(verifyRpc(method, parameters, secret), Verdict::Valid);
        QCOMPARE(verifyRpc(method, parameters, Secret("another")), Verdict::Wrong);
        parameters[0].second += QLatin1Char('x');
        QCOMPARE(verifyRpc(method, parameters, secret), Verdict::Wrong);
    }

    /// The request as a server gets it: with the Authorization header, or with the signature among the query.
    static OssRequest received(const QJsonObject &vector, const QString &scheme)
    {
        OssRequest out = ossRequest(vector);
        if (!scheme.endsWith(QLatin1String("presign"))) {
            out.headers.append({QStringLiteral("authorization"), text(vector, "authorization")});
        } else if (scheme.startsWith(QLatin1String("OSS4"))) {
            out.query.append({QStringLiteral("x-oss-signature"), text(vector, "signature")});
        } else {
            out.query.removeIf([](const QPair<QString, QString> &pair) { return pair.first == QLatin1String("Signature"); });
            out.query.append({QStringLiteral("Signature"), text(vector, "signature")});
            out.query.append({QStringLiteral("OSSAccessKeyId"), text(vector, "accessKeyId")});
            out.query.append({QStringLiteral("Expires"), QString::number(expiresOf(vector))});
        }
        return out;
    }

    static void checkOss(const QJsonObject &vector, const QString &scheme)
    {
        const Secret secret = credentialsOf(vector).accessKeySecret;
        OssRequest request = received(vector, scheme);
        const auto claim = parseOssClaim(request);
        QVERIFY2(claim, claim ? "" : qPrintable(claim.error().args.value(0)));
        QVERIFY(claim->has_value());
        const OssClaim &given = **claim;
        QCOMPARE(given.accessKeyId, text(vector, "accessKeyId"));
        QCOMPARE(given.kind == OssClaim::Kind::V1Url || given.kind == OssClaim::Kind::V4Url, given.expires.isValid());
        QCOMPARE(given.region.isEmpty(), scheme.startsWith(QLatin1String("OSS-V1")));
        QCOMPARE(verify(request, given, secret), Verdict::Valid);
        QCOMPARE(verify(request, given, Secret("another")), Verdict::Wrong);
        request.bucket += QLatin1Char('x');
        QCOMPARE(verify(request, given, secret), Verdict::Wrong);
    }
};

}

QTEST_APPLESS_MAIN(edgelift::test::RequestVerification)
#include "tst_requestverification.moc"
