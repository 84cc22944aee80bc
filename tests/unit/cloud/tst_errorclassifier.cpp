#include "core/base/errortext.h"
#include "core/cloud/errorclassifier.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

namespace edgelift::test {

class ErrorClassifier final : public QObject
{
    Q_OBJECT
    static CallFacts facts(const char *action = "RunInstances", const char *product = "ecs")
    {
        CallFacts out{
            QString::fromLatin1(product), QString::fromLatin1(action), QStringLiteral("cn-beijing"), QStringLiteral("host"), {}, {}};
        out.parameters = {{QStringLiteral("InstanceType"), QStringLiteral("ecs.t6-c1m1.large")},
            {QStringLiteral("ZoneId"), QStringLiteral("cn-beijing-h")}, {QStringLiteral("VSwitchId"), QStringLiteral("vsw-1")},
            {QStringLiteral("ImageName"), QStringLiteral("web")}, {QStringLiteral("ImageId"), QStringLiteral("m-1")},
            {QStringLiteral("OSSBucket"), QStringLiteral("transit")}, {QStringLiteral("DiskId"), QStringLiteral("d-1")}};
        out.sentAt = QDateTime(QDate(2025, 6, 1), QTime(8, 30), Qt::UTC);
        return out;
    }
    static HttpReply json(int status, const char *code, const char *message = "text")
    {
        const QJsonObject body{{QStringLiteral("RequestId"), QStringLiteral("RID-7")}, {QStringLiteral("Code"), QLatin1String(code)},
            {QStringLiteral("Message"), QLatin1String(message)}};
        return {status, {}, QJsonDocument(body).toJson()};
    }

private Q_SLOTS:
    void everyCodeHasItsMeaning_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("cloudCode");
        QTest::addColumn<QByteArray>("action");
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<Retry>("retry");
        QTest::addColumn<Repeat>("repeat");
        QTest::addColumn<QStringList>("args");
        const auto row = [](int status, const char *cloudCode, const char *action, ErrorCode code, Retry retry, Repeat repeat,
                             const QStringList &args) {
            QTest::addRow("%s of %s", cloudCode, action)
                << status << QByteArray(cloudCode) << QByteArray(action) << code << retry << repeat << args;
        };
        using S = QStringList;
        const QString run = QStringLiteral("ecs:RunInstances");
        const auto user = Retry::AfterUserAction;
        const auto wait = Retry::AfterWait;
        const auto s = [](const char *text) { return QString::fromUtf8(text); };
        row(400, "SignatureDoesNotMatch", "RunInstances", ErrorCode::CredentialsWrong, user, Repeat::No, S{s("SignatureDoesNotMatch")});
        row(404, "InvalidAccessKeyId.NotFound", "RunInstances", ErrorCode::CredentialsWrong, user, Repeat::No,
            S{s("InvalidAccessKeyId.NotFound")});
        row(403, "InvalidAccessKeyId", "PutObject", ErrorCode::CredentialsWrong, user, Repeat::No, S{s("InvalidAccessKeyId")});
        row(400, "InvalidSecurityToken.Expired", "RunInstances", ErrorCode::CredentialsExpired, wait, Repeat::No, S{s("ECS")});
        row(400, "InvalidSecurityToken.Malformed", "RunInstances", ErrorCode::CredentialsWrong, user, Repeat::No,
            S{s("InvalidSecurityToken.Malformed")});
        row(400, "SignatureNonceUsed", "RunInstances", ErrorCode::CloudTimedOut, wait, Repeat::IfHarmless, S{run});
        row(400, "InvalidTimeStamp.Expired", "RunInstances", ErrorCode::ClockSkew, user, Repeat::No, S{s("?")});
        row(400, "IllegalTimestamp", "RunInstances", ErrorCode::ClockSkew, user, Repeat::No, S{s("?")});
        row(400, "Throttling", "RunInstances", ErrorCode::CloudThrottled, wait, Repeat::Yes, S{run});
        row(400, "Throttling.User", "RunInstances", ErrorCode::CloudThrottled, wait, Repeat::Yes, S{run});
        row(400, "Throttling.Api", "RunInstances", ErrorCode::CloudThrottled, wait, Repeat::Yes, S{run});
        row(429, "Rejected.Throttling", "RunInstances", ErrorCode::CloudThrottled, wait, Repeat::Yes, S{run});
        row(503, "ServiceUnavailable", "RunInstances", ErrorCode::CloudThrottled, wait, Repeat::Yes, S{run});
        row(403, "Forbidden.RAM", "RunInstances", ErrorCode::PermissionMissing, user, Repeat::No, S{run, s("text")});
        row(403, "NoPermission", "RunInstances", ErrorCode::PermissionMissing, user, Repeat::No, S{run, s("text")});
        row(403, "RealNameAuthenticationError", "RunInstances", ErrorCode::PermissionMissing, user, Repeat::No, S{run, s("text")});
        row(403, "InvalidAccountStatus.NotEnoughBalance", "RunInstances", ErrorCode::BalanceTooLow, user, Repeat::No, S{run});
        row(403, "Account.Arrearage", "RunInstances", ErrorCode::BalanceTooLow, user, Repeat::No, S{run});
        row(403, "InvalidAccountStatus.SnapshotServiceUnavailable", "CreateSnapshot", ErrorCode::ServiceNotActivated, user, Repeat::No,
            S{s("ECS Snapshot")});
        row(403, "QuotaExceeded.Vpc", "CreateVpc", ErrorCode::QuotaExceeded, user, Repeat::No,
            S{s("ecs:CreateVpc"), s("QuotaExceeded.Vpc")});
        row(403, "QuotaExceed.Snapshot", "CreateSnapshot", ErrorCode::QuotaExceeded, user, Repeat::No,
            S{s("ecs:CreateSnapshot"), s("QuotaExceed.Snapshot")});
        row(403, "WeeklyQuotaExceed.ExportImage", "ExportImage", ErrorCode::QuotaExceeded, wait, Repeat::No,
            S{s("ecs:ExportImage"), s("WeeklyQuotaExceed.ExportImage")});
        row(403, "OperationDenied.NoStock", "RunInstances", ErrorCode::StockSoldOut, user, Repeat::No,
            S{s("ecs.t6-c1m1.large"), s("cn-beijing-h")});
        row(403, "Zone.NotOnSale", "RunInstances", ErrorCode::StockSoldOut, user, Repeat::No, S{s("ecs.t6-c1m1.large"), s("cn-beijing-h")});
        row(400, "InvalidInstanceType.NotSupported", "RunInstances", ErrorCode::StockSoldOut, user, Repeat::No,
            S{s("ecs.t6-c1m1.large"), s("cn-beijing-h")});
        row(404, "InvalidVSwitchId.NotFound", "RunInstances", ErrorCode::NetworkMissing, user, Repeat::No, S{s("vsw-1")});
        row(404, "InvalidImageId.NotFound", "ExportImage", ErrorCode::ResourceMissing, Retry::Never, Repeat::No, S{s("m-1")});
        row(404, "InvalidDiskId.NotFound", "CreateSnapshot", ErrorCode::ResourceMissing, Retry::Never, Repeat::No, S{s("d-1")});
        row(400, "InvalidOSSBucket.NotFound", "ExportImage", ErrorCode::BucketMissing, user, Repeat::No, S{s("transit"), s("cn-beijing")});
        row(400, "InvalidOSSBucket.NotMatched", "ExportImage", ErrorCode::BucketInOtherRegion, user, Repeat::No,
            S{s("transit"), s("?"), s("cn-beijing")});
        row(403, "InvalidOSSBucket.EncryptUnsupported", "ExportImage", ErrorCode::BucketUnsuitable, user, Repeat::No,
            S{s("transit"), s("InvalidOSSBucket.EncryptUnsupported")});
        row(400, "InvalidImageName.Duplicated", "CreateImage", ErrorCode::ImageNameTaken, user, Repeat::No, S{s("web")});
        row(403, "NoSetRoletoECSServiceAcount", "ExportImage", ErrorCode::RoleMissing, user, Repeat::No,
            S{s("AliyunECSImageExportDefaultRole")});
        row(403, "InvalidOSS.NotAuthorized", "ExportImage", ErrorCode::RoleMissing, user, Repeat::No,
            S{s("AliyunECSImageExportDefaultRole")});
        row(400, "InvalidImageFormat.RegionNotSupported", "ExportImage", ErrorCode::RegionUnsupported, user, Repeat::No,
            S{s("ecs:ExportImage"), s("cn-beijing")});
        row(400, "InvalidRegionId.NotFound", "DescribeZones", ErrorCode::RegionUnsupported, user, Repeat::No,
            S{s("ecs:DescribeZones"), s("cn-beijing")});
        row(403, "ImageNotSupported", "ExportImage", ErrorCode::ExportFailed, Retry::Never, Repeat::No,
            S{s("m-1"), s("ImageNotSupported")});
        row(403, "ImageIsExporting", "ExportImage", ErrorCode::ExportFailed, wait, Repeat::No, S{s("m-1"), s("ImageIsExporting")});
        row(403, "ImageIsExporting", "DeleteImage", ErrorCode::CloudRefused, wait, Repeat::Yes,
            S{s("ecs:DeleteImage"), s("ImageIsExporting, text")});
        row(403, "IncorrectDiskStatus.NeverAttached", "CreateSnapshot", ErrorCode::SnapshotFailed, Retry::Never, Repeat::No, S{s("d-1")});
        row(403, "IncorrectDiskStatus.Initializing", "CreateSnapshot", ErrorCode::CloudRefused, wait, Repeat::Yes,
            S{s("ecs:CreateSnapshot"), s("IncorrectDiskStatus.Initializing, text")});
        row(403, "IncorrectInstanceStatus", "DeleteInstance", ErrorCode::CloudRefused, wait, Repeat::Yes,
            S{s("ecs:DeleteInstance"), s("IncorrectInstanceStatus, text")});
        row(400, "DependencyViolation.VSwitch", "DeleteVpc", ErrorCode::CloudRefused, wait, Repeat::Yes,
            S{s("ecs:DeleteVpc"), s("DependencyViolation.VSwitch, text")});
        row(400, "LastTokenProcessing", "RunInstances", ErrorCode::CloudRefused, wait, Repeat::Yes, S{run, s("LastTokenProcessing, text")});
        row(500, "InternalError", "RunInstances", ErrorCode::CloudRefused, wait, Repeat::IfHarmless, S{run, s("InternalError, text")});
        row(500, "SomethingNew", "RunInstances", ErrorCode::CloudRefused, wait, Repeat::IfHarmless, S{run, s("SomethingNew, text")});
        row(400, "IdempotentParameterMismatch", "RunInstances", ErrorCode::CloudRefused, Retry::Never, Repeat::No,
            S{run, s("IdempotentParameterMismatch, text")});
        row(404, "InvalidAction.NotFound", "RunInstances", ErrorCode::CloudRefused, Retry::Never, Repeat::No,
            S{run, s("InvalidAction.NotFound, text")});
        row(404, "EntityNotExist.Role", "AssumeRole", ErrorCode::RoleMissing, user, Repeat::No, S{s("AliyunECSImageExportDefaultRole")});
        row(400, "CallInterface", "ImportImage", ErrorCode::ImportFailed, wait, Repeat::IfHarmless, S{s("web"), s("CallInterface")});
        row(404, "AccessToken.NotFound", "redeem", ErrorCode::CodeRejected, user, Repeat::No, S{s("ecs:redeem")});
        row(403, "AccessToken.Disabled", "redeem", ErrorCode::CodeDisabled, user, Repeat::No, S{s("ecs:redeem")});
        row(401, "Session.Invalid", "heartbeat", ErrorCode::CodeRejected, user, Repeat::No, S{s("ecs:heartbeat")});
    }

    void everyCodeHasItsMeaning()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, cloudCode);
        QFETCH(QByteArray, action);
        QFETCH(ErrorCode, code);
        QFETCH(Retry, retry);
        QFETCH(Repeat, repeat);
        QFETCH(QStringList, args);
        const std::optional<Failure> failure = classify(json(status, cloudCode), facts(action));
        QVERIFY(failure);
        QCOMPARE(failure->error.code, code);
        QCOMPARE(failure->error.retry, retry);
        QCOMPARE(failure->repeat, repeat);
        QCOMPARE(failure->error.args, args);
        QCOMPARE(failure->cloudCode, QString::fromLatin1(cloudCode));
        QVERIFY(failure->error.detail.contains(QLatin1String("RID-7")));
        QVERIFY(!describe(failure->error).message.contains(QLatin1String("%")));
    }

    void answersWithoutACodeAreJudgedByTheirStatus_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<Repeat>("repeat");
        QTest::newRow("429") << 429 << QByteArray() << ErrorCode::CloudThrottled << Repeat::Yes;
        QTest::newRow("503 of a proxy") << 503 << QByteArray("<html><body>busy</body></html>") << ErrorCode::CloudThrottled << Repeat::Yes;
        QTest::newRow("502") << 502 << QByteArray("Bad gateway") << ErrorCode::CloudRefused << Repeat::IfHarmless;
        QTest::newRow("408") << 408 << QByteArray() << ErrorCode::CloudRefused << Repeat::IfHarmless;
        QTest::newRow("403") << 403 << QByteArray() << ErrorCode::PermissionMissing << Repeat::No;
        QTest::newRow("a redirection is not followed") << 302 << QByteArray() << ErrorCode::CloudRefused << Repeat::No;
        QTest::newRow("404") << 404 << QByteArray("{}") << ErrorCode::CloudRefused << Repeat::No;
        QTest::newRow("broken XML") << 400 << QByteArray("<Error><Code>Thrott") << ErrorCode::CloudRefused << Repeat::No;
    }

    void answersWithoutACodeAreJudgedByTheirStatus()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, body);
        QFETCH(ErrorCode, code);
        QFETCH(Repeat, repeat);
        const std::optional<Failure> failure = classify({status, {}, body}, facts());
        QVERIFY(failure);
        QCOMPARE(failure->error.code, code);
        QCOMPARE(failure->repeat, repeat);
    }

    void ensRefusesWithHttp200()
    {
        const CallFacts ens = facts("ImportImage", "ens");
        QVERIFY(!classify({200, {}, R"({"Code":0,"RequestId":"r"})"}, ens));
        QVERIFY(!classify({200, {}, R"({"Code":"0","RequestId":"r"})"}, ens));
        QVERIFY(!classify({200, {}, R"({"RequestId":"r"})"}, ens));
        const std::optional<Failure> text = classify(json(200, "ens.interface.error"), ens);
        QVERIFY(text);
        QCOMPARE(text->error.code, ErrorCode::ImportFailed);
        const std::optional<Failure> number = classify({200, {}, R"({"Code":500,"RequestId":"r"})"}, ens);
        QVERIFY(number);
        QCOMPARE(number->error.code, ErrorCode::CloudRefused);
        QCOMPARE(number->repeat, Repeat::IfHarmless);
        QVERIFY(classify({200, {}, R"({"Code":-1,"RequestId":"r"})"}, ens));
    }

    void theSkewIsMeasuredAgainstTheCloudsClock()
    {
        HttpReply reply = json(400, "InvalidTimeStamp.Expired");
        reply.headers = {{"Date", "Sun, 01 Jun 2025 09:30:05 GMT"}};
        QCOMPARE(classify(reply, facts())->error.args, QStringList{QStringLiteral("3605")});
        reply.headers = {{"date", "Sun, 01 Jun 2025 08:00:00 GMT"}};
        QCOMPARE(classify(reply, facts())->error.args, QStringList{QStringLiteral("1800")});
        const QByteArray xml = "<Error><Code>RequestTimeTooSkewed</Code><ServerTime>2025-06-01T08:50:00.000Z</ServerTime></Error>";
        const std::optional<Failure> oss = classify({403, {}, xml}, facts("PutObject", "oss"));
        QCOMPARE(oss->error.code, ErrorCode::ClockSkew);
        QCOMPARE(oss->error.args, QStringList{QStringLiteral("1200")});
    }

    void ossAndGatewaysRefuseInXml()
    {
        CallFacts put = facts("PutObject", "oss");
        put.parameters = {{QStringLiteral("Bucket"), QStringLiteral("transit")}, {QStringLiteral("Key"), QStringLiteral("a/b")}};
        const auto xml = [](const QByteArray &inner) {
            return HttpReply{
                403, {}, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n  " + inner + "<RequestId>RID-9</RequestId></Error>"};
        };
        const Failure missing = *classify(xml("<Code>NoSuchBucket</Code>"), put);
        QCOMPARE(missing.error.code, ErrorCode::BucketMissing);
        QCOMPARE(missing.error.args, (QStringList{QStringLiteral("transit"), QStringLiteral("cn-beijing")}));
        QVERIFY(missing.error.detail.contains(QLatin1String("RID-9")));
        QCOMPARE(classify(xml("<Code>NoSuchKey</Code>"), put)->error.args, QStringList{QStringLiteral("a/b")});
        QCOMPARE(classify(xml("<Code>SecurityTokenExpired</Code>"), put)->error.code, ErrorCode::CredentialsExpired);
        const Failure elsewhere = *classify(xml("<Code>AccessDenied</Code><Endpoint>oss-cn-shanghai.aliyuncs.com</Endpoint>"), put);
        QCOMPARE(elsewhere.error.code, ErrorCode::BucketInOtherRegion);
        QCOMPARE(
            elsewhere.error.args, (QStringList{QStringLiteral("transit"), QStringLiteral("cn-shanghai"), QStringLiteral("cn-beijing")}));
        const Failure denied = *classify(xml("<Code>AccessDenied</Code><Endpoint>oss-cn-beijing.aliyuncs.com</Endpoint>"), put);
        QCOMPARE(denied.error.code, ErrorCode::PermissionMissing);
    }

    void aHeadWithoutAnObjectIsAMissingObject()
    {
        CallFacts head = facts("HeadObject", "oss");
        head.parameters = {{QStringLiteral("Key"), QStringLiteral("a")}};
        QCOMPARE(classify({404, {}, {}}, head)->error.code, ErrorCode::ResourceMissing);
    }

    void activationCodesAreRefusedWithTheirFacts()
    {
        const Failure expired =
            *classify({403, {}, R"({"code":"AccessToken.Expired","message":"m","expired":"2025-05-01T00:00:00Z"})"}, facts("redeem"));
        QCOMPARE(expired.error.code, ErrorCode::CodeExpired);
        QCOMPARE(expired.error.args, QStringList{QStringLiteral("2025-05-01T00:00:00Z")});
        const Failure used = *classify({403, {}, R"({"code":"AccessToken.QuotaExceeded","message":"m","limit":200})"}, facts("redeem"));
        QCOMPARE(used.error.code, ErrorCode::CodeUsedUp);
        QCOMPARE(used.error.args, QStringList{QStringLiteral("200")});
    }

    void whatTheGatewaySignedStaysOutOfTheLog()
    {
        const HttpReply reply = json(400, "SignatureDoesNotMatch",
            "Specified signature is not matched with our calculation. server string to sign is:x-acs-security-token:CAISsecret");
        const Failure failure = *classify(reply, facts());
        QVERIFY(!failure.error.detail.contains(QLatin1String("CAISsecret")));
        QVERIFY(failure.error.detail.contains(QStringLiteral("calculation. server …")));
        QVERIFY(!failure.error.args.join(QLatin1Char(' ')).contains(QLatin1String("CAISsecret")));
    }

    void noAnswerAtAllKeepsItsCode()
    {
        const Failure silent = classify(Error{ErrorCode::CloudTimedOut, Retry::AfterWait, {}, {}}, facts());
        QCOMPARE(silent.repeat, Repeat::IfHarmless);
        QCOMPARE(silent.error.args, QStringList{QStringLiteral("ecs:RunInstances")});
        const Failure unreachable = classify(Error{ErrorCode::CloudUnreachable, Retry::AfterWait, {}, {}}, facts());
        QCOMPARE(unreachable.repeat, Repeat::Yes);
        QCOMPARE(unreachable.error.args, QStringList{QStringLiteral("host")});
        QCOMPARE(classify(Error{ErrorCode::PeerNotTrusted, Retry::AfterUserAction, {}, {}}, facts()).repeat, Repeat::No);
    }
};

}

QTEST_APPLESS_MAIN(edgelift::test::ErrorClassifier)
#include "tst_errorclassifier.moc"
