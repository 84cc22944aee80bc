#include "core/cloud/endpoints.h"

#include <QtTest>

namespace edgelift::test {

class EndpointAddresses final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void productsAnswerWhereTheVendorSays_data()
    {
        QTest::addColumn<Product>("product");
        QTest::addColumn<QString>("region");
        QTest::addColumn<QString>("url");
        const QString beijing = QStringLiteral("cn-beijing");
        QTest::newRow("ECS") << Product::Ecs << beijing << QStringLiteral("https://ecs.cn-beijing.aliyuncs.com/");
        QTest::newRow("VPC") << Product::Vpc << beijing << QStringLiteral("https://vpc.cn-beijing.aliyuncs.com/");
        QTest::newRow("VPC of Hangzhou is central")
            << Product::Vpc << QStringLiteral("cn-hangzhou") << QStringLiteral("https://vpc.aliyuncs.com/");
        QTest::newRow("ENS is central") << Product::Ens << beijing << QStringLiteral("https://ens.aliyuncs.com/");
        QTest::newRow("SMC is central") << Product::Smc << beijing << QStringLiteral("https://smc.aliyuncs.com/");
        QTest::newRow("STS is central") << Product::Sts << beijing << QStringLiteral("https://sts.aliyuncs.com/");
        QTest::newRow("RAM is central") << Product::Ram << QString() << QStringLiteral("https://ram.aliyuncs.com/");
        QTest::newRow("no region") << Product::Ecs << QString() << QStringLiteral("https://ecs.aliyuncs.com/");
    }

    void productsAnswerWhereTheVendorSays()
    {
        QFETCH(Product, product);
        QFETCH(QString, region);
        QFETCH(QString, url);
        QCOMPARE(Endpoints().rpc(product, region).toString(), url);
    }

    void bucketsAreHostsAtTheVendorAndPathsElsewhere()
    {
        const QString region = QStringLiteral("cn-beijing");
        const QString bucket = QStringLiteral("transit");
        const Endpoints own;
        QCOMPARE(own.oss(region, bucket, QStringLiteral("a/b c+d")).toEncoded(),
            QByteArray("https://transit.oss-cn-beijing.aliyuncs.com/a/b%20c%2Bd"));
        QCOMPARE(own.oss(region, {}, {}).toEncoded(), QByteArray("https://oss-cn-beijing.aliyuncs.com/"));
        const Endpoints one(QUrl(QStringLiteral("http://127.0.0.1:8080/ignored?x=1")));
        QCOMPARE(one.oss(region, bucket, QStringLiteral("a/b c+d")).toEncoded(), QByteArray("http://127.0.0.1:8080/transit/a/b%20c%2Bd"));
        QCOMPARE(one.oss(region, bucket, {}).toEncoded(), QByteArray("http://127.0.0.1:8080/transit/"));
        QCOMPARE(one.oss(region, {}, {}).toEncoded(), QByteArray("http://127.0.0.1:8080/"));
        QCOMPARE(one.rpc(Product::Ecs, region).toEncoded(), QByteArray("http://127.0.0.1:8080/"));
    }

    void keysOfEveryKindSurviveTheAddress_data()
    {
        QTest::addColumn<QString>("key");
        for (const QString &key : {QStringLiteral("100%25.img"), QStringLiteral("a?b#c"), QStringLiteral("迁移/磁盘.raw.tar.gz"),
                 QStringLiteral("a//b/./c"), QStringLiteral("*'()!~ +&=")})
            QTest::newRow(qPrintable(key)) << key;
    }

    void keysOfEveryKindSurviveTheAddress()
    {
        QFETCH(QString, key);
        const QUrl url = Endpoints().oss(QStringLiteral("cn-beijing"), QStringLiteral("b"), key);
        const QByteArray path = url.toEncoded().mid(int(qstrlen("https://b.oss-cn-beijing.aliyuncs.com/")));
        QCOMPARE(QString::fromUtf8(QByteArray::fromPercentEncoding(path)), key);
        QVERIFY(!url.hasQuery() && !url.hasFragment());
    }
};

}

QTEST_APPLESS_MAIN(edgelift::test::EndpointAddresses)
#include "tst_endpoints.moc"
