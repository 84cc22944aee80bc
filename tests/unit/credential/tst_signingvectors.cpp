#include "tests/unit/credential/signingvectors.h"

namespace edgelift::test {

using namespace signing;

class SigningVectors final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyVectorHolds_data()
    {
        QTest::addColumn<QJsonObject>("vector");
        const QList<QJsonObject> vectors = signingVectors();
        QCOMPARE(vectors.size(), 44);
        for (const QJsonObject &vector : vectors)
            QTest::newRow(qPrintable(text(vector, "name"))) << vector;
    }

    void everyVectorHolds()
    {
        QFETCH(QJsonObject, vector);
        const QString scheme = text(vector, "scheme");
        if (scheme == QLatin1String("ACS3-HMAC-SHA256"))
            checkAcs(vector);
        else if (scheme == QLatin1String("RPC-HMAC-SHA1"))
            checkRpc(vector);
        else if (scheme.startsWith(QLatin1String("OSS4")))
            checkV4(vector, scheme.endsWith(QLatin1String("presign")));
        else if (scheme.startsWith(QLatin1String("OSS-V1")))
            checkV1(vector, scheme.endsWith(QLatin1String("presign")));
        else
            QFAIL("a scheme nobody checks");
    }

    void percentEncodingKeepsOnlyTheUnreserved()
    {
        QCOMPARE(percentEncoded(QStringLiteral("AZaz09-_.~")), QByteArray("AZaz09-_.~"));
        QCOMPARE(percentEncoded(QStringLiteral(" +*!'()/é迁")), QByteArray("%20%2B%2A%21%27%28%29%2F%C3%A9%E8%BF%81"));
        QCOMPARE(percentEncoded(QStringLiteral("a/b c"), true), QByteArray("a/b%20c"));
    }

private:
    static void checkAcs(const QJsonObject &vector)
    {
        const AcsRequest request = acsRequest(vector);
        const QByteArray canonical = acsCanonicalRequest(request, acsSignedHeaders(request.headers));
        QCOMPARE(canonical, text(vector, "canonicalRequest").toUtf8());
        QCOMPARE(acsStringToSign(canonical), text(vector, "stringToSign").toUtf8());
        QCOMPARE(acsAuthorization(request, credentialsOf(vector)), text(vector, "authorization").toUtf8());
    }

    static void checkRpc(const QJsonObject &vector)
    {
        const QByteArray method = text(vector, "method").toUtf8();
        const Pairs parameters = pairs(vector.value(QLatin1String("params")));
        QCOMPARE(rpcStringToSign(method, parameters), text(vector, "stringToSign").toUtf8());
        QCOMPARE(rpcSignature(method, parameters, credentialsOf(vector).accessKeySecret), text(vector, "signature").toUtf8());
    }

    static void checkV4(const QJsonObject &vector, bool presigned)
    {
        const OssRequest request = ossRequest(vector);
        const QStringList additional = additionalHeaders(vector);
        const QString region = text(vector, "region");
        const QString date = text(vector, "stringToSign").section(QLatin1Char('\n'), 1, 1);
        const QByteArray canonical = ossV4CanonicalRequest(request, additional);
        QCOMPARE(canonical, text(vector, "canonicalRequest").toUtf8());
        QCOMPARE(ossV4StringToSign(canonical, date, region), text(vector, "stringToSign").toUtf8());
        if (presigned)
            QCOMPARE(ossV4PresignSignature(request, credentialsOf(vector), region, additional), text(vector, "signature").toUtf8());
        else
            QCOMPARE(ossV4Authorization(request, credentialsOf(vector), region, additional), text(vector, "authorization").toUtf8());
    }

    static void checkV1(const QJsonObject &vector, bool presigned)
    {
        const OssRequest request = ossRequest(vector);
        const qint64 expires = presigned ? expiresOf(vector) : 0;
        QCOMPARE(ossV1StringToSign(request, expires), text(vector, "stringToSign").toUtf8());
        if (presigned)
            QCOMPARE(ossV1PresignSignature(request, credentialsOf(vector), expires), text(vector, "signature").toUtf8());
        else
            QCOMPARE(ossV1Authorization(request, credentialsOf(vector)), text(vector, "authorization").toUtf8());
    }
};

}

QTEST_APPLESS_MAIN(edgelift::test::SigningVectors)
#include "tst_signingvectors.moc"
