#include "core/cloud/ossapi.h"
#include "core/credential/requestverification.h"
#include "tests/unit/cloud/faketransport.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

namespace edgelift::test {

using namespace std::chrono_literals;

class OssApiCalls final : public QObject
{
    Q_OBJECT
    struct Bench
    {
        FakeTransport network;
        FakeCredentials credentials;
        FakeClock clock;
        OssApi oss{CloudAccess{network, credentials, clock, RetryPolicy{3}}, Endpoints(), s("cn-beijing"),
            oss::PartSizes{Bytes{1000}, Bytes{400}}};
    };
    static QString s(const char *text) { return QString::fromUtf8(text); }
    QString fileOf(int size)
    {
        const QString path = m_folder.filePath(QString::number(size));
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(contentOf(size)) != size)
            qFatal("cannot write a test file");
        return path;
    }
    static QByteArray contentOf(int size)
    {
        QByteArray out(size, '\0');
        for (int i = 0; i < size; ++i)
            out[i] = char(i * 7 % 251);
        return out;
    }
    static signing::Pairs queryOf(const HttpRequest &request)
    {
        HttpRequest bare;
        bare.url = request.url;
        return parametersOf(bare);
    }
    static signing::Verdict verdictOf(const HttpRequest &request)
    {
        signing::OssRequest seen{
            request.method, request.url.host().section(QLatin1Char('.'), 0, 0), request.url.path().mid(1), queryOf(request), {}};
        if (seen.bucket.startsWith(QLatin1String("oss-")))
            seen.bucket.clear();
        for (const auto &[name, value] : request.headers)
            seen.headers.append({QString::fromUtf8(name), QString::fromUtf8(value)});
        const auto claim = parseOssClaim(seen);
        return claim && *claim ? verify(seen, **claim, Secret("secret-of-the-tests")) : signing::Verdict::Incomplete;
    }
    static QList<QByteArray> linesOf(const QList<HttpRequest> &requests)
    {
        QList<QByteArray> out;
        for (const HttpRequest &request : requests)
            out.append(
                request.method + ' ' + request.url.path().toUtf8() + (request.url.hasQuery() ? "?" + request.url.query().toUtf8() : ""));
        return out;
    }
    QTemporaryDir m_folder;

private Q_SLOTS:
    void bytesAreStoredInOnePiece()
    {
        Bench bench;
        bench.network.answer(200, "");
        QVERIFY(bench.oss.put(s("transit"), s("a/b c"), {{}, "hello", s("text/plain")}, {}));
        const HttpRequest &sent = bench.network.requests.first();
        QCOMPARE(sent.method, QByteArray("PUT"));
        QCOMPARE(sent.url.toEncoded(), QByteArray("https://transit.oss-cn-beijing.aliyuncs.com/a/b%20c"));
        QCOMPARE(sent.body, QByteArray("hello"));
        QCOMPARE(headerOf(sent, "Content-MD5"), QByteArray("XUFAKrxLKna5cZ2REBfFkg=="));
        QCOMPARE(verdictOf(sent), signing::Verdict::Valid);
    }

    void aSmallFileIsStreamed()
    {
        Bench bench;
        bench.network.answer(200, "");
        const QString file = fileOf(1000);
        QVERIFY(bench.oss.put(s("transit"), s("k"), {file, {}}, {}));
        QCOMPARE(bench.network.requests.size(), 1);
        QCOMPARE(bench.network.requests.first().bodyFile, file);
        QCOMPARE(bench.network.requests.first().bodyLength, 1000);
    }

    void aLargeFileTravelsInParts()
    {
        Bench bench;
        bench.network
            .answer(200, "<InitiateMultipartUploadResult><Bucket>transit</Bucket><UploadId>U1</UploadId></InitiateMultipartUploadResult>")
            .answer(200, "", {{"ETag", "\"E1\""}})
            .answer(200, "", {{"ETag", "\"E2\""}})
            .answer(200, "", {{"ETag", "\"E3\""}})
            .answer(200, "<CompleteMultipartUploadResult/>");
        const QString file = fileOf(1001);
        QVERIFY(bench.oss.put(s("transit"), s("k"), {file, {}}, {}));
        QCOMPARE(linesOf(bench.network.requests),
            (QList<QByteArray>{"POST /k?uploads", "PUT /k?partNumber=1&uploadId=U1", "PUT /k?partNumber=2&uploadId=U1",
                "PUT /k?partNumber=3&uploadId=U1", "POST /k?uploadId=U1"}));
        const HttpRequest &last = bench.network.requests.at(3);
        QCOMPARE(last.bodyOffset, 800);
        QCOMPARE(last.bodyLength, 201);
        QCOMPARE(headerOf(last, "Content-MD5"), QCryptographicHash::hash(contentOf(1001).mid(800), QCryptographicHash::Md5).toBase64());
        QCOMPARE(bench.network.requests.last().body,
            QByteArray("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>&quot;E1&quot;</ETag></Part><Part><PartNumber>2</"
                       "PartNumber><ETag>&quot;E2&quot;</ETag></Part><Part><PartNumber>3</PartNumber><ETag>&quot;E3&quot;</ETag></Part></"
                       "CompleteMultipartUpload>"));
        for (const HttpRequest &request : bench.network.requests)
            QCOMPARE(verdictOf(request), signing::Verdict::Valid);
    }

    void aPartThatFailsIsSentAgain()
    {
        Bench bench;
        bench.network.answer(200, "<InitiateMultipartUploadResult><UploadId>U1</UploadId></InitiateMultipartUploadResult>")
            .answer(200, "", {{"ETag", "E1"}})
            .fail(ErrorCode::CloudTimedOut)
            .refuseXml(500, "InternalError")
            .answer(200, "", {{"ETag", "E2"}})
            .answer(200, "", {{"ETag", "E3"}})
            .answer(200, "");
        QVERIFY(bench.oss.put(s("transit"), s("k"), {fileOf(1100), {}}, {}));
        const QList<QByteArray> lines = linesOf(bench.network.requests);
        QCOMPARE(lines.count("PUT /k?partNumber=1&uploadId=U1"), 1);
        QCOMPARE(lines.count("PUT /k?partNumber=2&uploadId=U1"), 3);
        QCOMPARE(lines.count("PUT /k?partNumber=3&uploadId=U1"), 1);
    }

    void anUploadThatFailsLeavesNoParts()
    {
        Bench bench;
        bench.network.answer(200, "<InitiateMultipartUploadResult><UploadId>U1</UploadId></InitiateMultipartUploadResult>")
            .answer(200, "", {{"ETag", "E1"}})
            .refuseXml(400, "InvalidDigest")
            .answer(204, "");
        const Result<> put = bench.oss.put(s("transit"), s("k"), {fileOf(1100), {}}, {});
        QVERIFY(!put);
        QCOMPARE(put.error().code, ErrorCode::CloudRefused);
        QCOMPARE(linesOf(bench.network.requests).last(), QByteArray("DELETE /k?uploadId=U1"));
    }

    void aStopAbortsTheUpload()
    {
        Bench bench;
        std::stop_source stop;
        bench.network.answer(200, "<InitiateMultipartUploadResult><UploadId>U1</UploadId></InitiateMultipartUploadResult>")
            .fail(ErrorCode::CloudTimedOut)
            .answer(204, "");
        bench.network.onSend = [&] {
            if (bench.network.requests.size() == 2)
                stop.request_stop();
        };
        QVERIFY(!bench.oss.put(s("transit"), s("k"), {fileOf(1100), {}}, stop.get_token()));
        QCOMPARE(bench.network.requests.size(), 3);
        QCOMPARE(linesOf(bench.network.requests).last(), QByteArray("DELETE /k?uploadId=U1"));
    }

    void aCompletionWithoutAnAnswerIsLookedAt_data()
    {
        QTest::addColumn<QByteArray>("size");
        QTest::addColumn<bool>("stored");
        QTest::newRow("the object is there") << QByteArray("1100") << true;
        QTest::newRow("another object is there") << QByteArray("7") << false;
    }

    void aCompletionWithoutAnAnswerIsLookedAt()
    {
        QFETCH(QByteArray, size);
        QFETCH(bool, stored);
        Bench bench;
        bench.network.answer(200, "<InitiateMultipartUploadResult><UploadId>U1</UploadId></InitiateMultipartUploadResult>")
            .answer(200, "", {{"ETag", "E1"}})
            .answer(200, "", {{"ETag", "E2"}})
            .answer(200, "", {{"ETag", "E3"}})
            .fail(ErrorCode::CloudTimedOut)
            .refuseXml(404, "NoSuchUpload")
            .answer(200, "", {{"Content-Length", size}})
            .answer(404, "");
        QCOMPARE(bool(bench.oss.put(s("transit"), s("k"), {fileOf(1100), {}}, {})), stored);
        QVERIFY(linesOf(bench.network.requests).contains("HEAD /k"));
    }

    void aFileThatIsNotThereIsNamed()
    {
        Bench bench;
        const Result<> put = bench.oss.put(s("transit"), s("k"), {s("/nonexistent/x"), {}}, {});
        QVERIFY(!put);
        QCOMPARE(put.error().code, ErrorCode::FileUnreadable);
        QCOMPARE(put.error().args, QStringList{s("/nonexistent/x")});
        QVERIFY(bench.network.requests.isEmpty());
    }

    void objectsAreListedPageByPage()
    {
        Bench bench;
        bench.network
            .answer(
                200, R"(<?xml version="1.0"?><ListBucketResult><Name>t</Name><IsTruncated>true</IsTruncated><Contents><Key>w/1 &amp; 2</Key>
                <LastModified>2025-06-01T08:30:00.000Z</LastModified><ETag>"AB"</ETag><Size>5368709120</Size><Owner><ID>1</ID></Owner></Contents>
                <NextContinuationToken>tok/+</NextContinuationToken></ListBucketResult>)")
            .answer(200, "<ListBucketResult><Contents><Key>w/3</Key><Size>1</Size></Contents></ListBucketResult>");
        const Result<QList<oss::Object>> list = bench.oss.list(s("transit"), s("w/"), {});
        QVERIFY(list);
        QCOMPARE(list->size(), 2);
        QCOMPARE(list->at(0).key, s("w/1 & 2"));
        QCOMPARE(list->at(0).size.count, 5368709120ULL);
        QCOMPARE(list->at(0).etag, s("AB"));
        QCOMPARE(list->at(0).modified, QDateTime(QDate(2025, 6, 1), QTime(8, 30), Qt::UTC));
        QCOMPARE(bench.network.requests.at(1).url.query(QUrl::FullyEncoded),
            s("continuation-token=tok%2F%2B&list-type=2&max-keys=1000&prefix=w%2F"));
        QCOMPARE(verdictOf(bench.network.requests.at(1)), signing::Verdict::Valid);
    }

    void bucketsAreRead()
    {
        Bench bench;
        bench.network.answer(
            200, R"(<BucketInfo><Bucket><Name>transit</Name><Location>oss-cn-beijing</Location><StorageClass>Standard</StorageClass>
            <Owner><ID>1</ID></Owner><ServerSideEncryptionRule><SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID></KMSMasterKeyID>
            </ServerSideEncryptionRule></Bucket></BucketInfo>)");
        const Result<oss::Bucket> info = bench.oss.bucketInfo(s("transit"), {});
        QVERIFY(info);
        QCOMPARE(info->region, s("cn-beijing"));
        QVERIFY(info->encrypted);
        QCOMPARE(linesOf(bench.network.requests).last(), QByteArray("GET /?bucketInfo"));
        bench.network.answer(200, R"(<BucketInfo><Bucket><Name>t</Name><Region>cn-beijing</Region><ServerSideEncryptionRule>
            <SSEAlgorithm>None</SSEAlgorithm></ServerSideEncryptionRule></Bucket></BucketInfo>)");
        QVERIFY(!bench.oss.bucketInfo(s("transit"), {})->encrypted);
        bench.network.answer(200, R"(<ListAllMyBucketsResult><Buckets><Bucket><Name>a</Name><Location>oss-cn-beijing</Location></Bucket>
            <Bucket><Name>b</Name><Region>ap-southeast-1</Region></Bucket></Buckets></ListAllMyBucketsResult>)");
        const Result<QList<oss::Bucket>> buckets = bench.oss.listBuckets({});
        QVERIFY(buckets);
        QCOMPARE(buckets->at(1).region, s("ap-southeast-1"));
        QCOMPARE(bench.network.requests.last().url.host(), s("oss-cn-beijing.aliyuncs.com"));
        QCOMPARE(verdictOf(bench.network.requests.last()), signing::Verdict::Valid);
    }

    void brokenXmlIsNotUnderstood()
    {
        for (const char *xml :
            {"", "<html></html>", "<ListBucketResult><Contents><Key>a</Key>", "<ListBucketResult>&lol;</ListBucketResult>"}) {
            Bench bench;
            bench.network.answer(200, xml);
            QCOMPARE(bench.oss.list(s("t"), {}, {}).error().code, ErrorCode::CloudReplyUnreadable);
        }
    }

    void headAndRemoveKnowWhatIsMissing()
    {
        Bench bench;
        bench.network.answer(404, "").answer(204, "").refuseXml(404, "NoSuchKey");
        QCOMPARE(bench.oss.head(s("t"), s("k"), {}).error().code, ErrorCode::ResourceMissing);
        QVERIFY(bench.oss.remove(s("t"), s("k"), {}));
        QVERIFY(bench.oss.remove(s("t"), s("k"), {}));
        bench.network.answer(200, "", {{"Content-Length", "12"}, {"ETag", "\"X\""}, {"Last-Modified", "Sun, 01 Jun 2025 08:30:00 GMT"}});
        const oss::Object object = *bench.oss.head(s("t"), s("k"), {});
        QCOMPARE(object.size.count, 12ULL);
        QCOMPARE(object.modified, QDateTime(QDate(2025, 6, 1), QTime(8, 30), Qt::UTC));
    }

    void thePresignedAddressIsThatOfTheVendorsSdk()
    {
        QFile file(s(EDGELIFT_SOURCE_DIR "/tests/data/signing-vectors.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QJsonObject vector;
        for (const QJsonValue &one : QJsonDocument::fromJson(file.readAll()).object().value(QLatin1String("vectors")).toArray())
            if (one.toObject().value(QLatin1String("name")).toString() == QLatin1String("oss-v4-presigned-get-sts"))
                vector = one.toObject();
        const auto text = [&vector](const char *key) { return vector.value(QLatin1String(key)).toString(); };
        Bench bench;
        bench.clock.advance(5); // the vector's 08:30:05
        StaticCredentials keys({text("accessKeyId"), Secret(text("accessKeySecret").toUtf8()), text("securityToken"), {}});
        const OssApi oss(CloudAccess{bench.network, keys, bench.clock, {}}, Endpoints(), text("region"));
        const Result<QUrl> url = oss.presignedGet(text("bucket"), text("object"), 900s, {});
        QVERIFY(url);
        const QUrl expected(text("url"));
        QCOMPARE(url->toEncoded().left(url->toEncoded().indexOf('?')), expected.toEncoded().left(expected.toEncoded().indexOf('?')));
        const auto sorted = [](const QUrl &one) {
            QStringList parts = one.query(QUrl::FullyEncoded).split(QLatin1Char('&'));
            parts.sort();
            return parts;
        };
        QCOMPARE(sorted(*url), sorted(expected));
        QVERIFY(bench.network.requests.isEmpty());
        QVERIFY(oss.presignedGet(s("b"), s("k"), 10000h, {})->query().contains(QLatin1String("x-oss-expires=604800")));
    }
};

}

QTEST_APPLESS_MAIN(edgelift::test::OssApiCalls)
#include "tst_ossapi.moc"
