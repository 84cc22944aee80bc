#include "core/cloud/errorclassifier.h"
#include "core/cloud/errorrules.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>
#include <QTimeZone>
#include <QXmlStreamReader>

namespace edgelift {

namespace {

constexpr QLatin1String exportRole("AliyunECSImageExportDefaultRole");

/// What a refusal says, whatever form it came in. Keys are lower-case: "code", "message", "requestid", …
using Refusal = QHash<QString, QString>;

Refusal readJson(const QJsonObject &object)
{
    Refusal out;
    for (auto it = object.begin(); it != object.end(); ++it)
        out.insert(it.key().toLower(), it->isDouble() ? QString::number(it->toDouble(), 'f', 0) : it->toString());
    return out;
}

/// OSS, and gateways in front of the RPC products: <Error><Code>…
Refusal readXml(const QByteArray &body)
{
    Refusal out;
    QXmlStreamReader xml(body);
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement || xml.name() == QLatin1String("Error"))
            continue;
        const QString name = xml.name().toString().toLower();
        out.insert(name, xml.readElementText(QXmlStreamReader::SkipChildElements));
    }
    return out;
}

Refusal readRefusal(const HttpReply &reply)
{
    const QJsonDocument json = QJsonDocument::fromJson(reply.body);
    Refusal out = json.isObject() ? readJson(json.object()) : readXml(reply.body);
    for (const char *header : {"x-oss-request-id", "x-acs-request-id"})
        if (const QByteArray id = reply.header(header); out.value(QStringLiteral("requestid")).isEmpty() && !id.isEmpty())
            out.insert(QStringLiteral("requestid"), QString::fromLatin1(id));
    return out;
}

/// ENS refuses with HTTP 200 and a Code; 0 is its success.
bool isSuccess(const HttpReply &reply, const CallFacts &facts)
{
    if (reply.status < 200 || reply.status > 299)
        return false;
    if (facts.product == QLatin1String("oss"))
        return true;
    const QJsonValue code = QJsonDocument::fromJson(reply.body).object().value(QLatin1String("Code"));
    const QString text = code.isDouble() ? QString::number(code.toInt(-1)) : code.toString();
    return text.isEmpty() || text == QLatin1String("0") || text == QLatin1String("200");
}

/// For the log. The gateway repeats what it signed, and a security token stands in it: that part is cut off.
QString shownMessage(const Refusal &refusal)
{
    const QString text = refusal.value(QStringLiteral("message")).simplified();
    const qsizetype cut = text.indexOf(QLatin1String("string to sign"), 0, Qt::CaseInsensitive);
    return (cut < 0 ? text : text.left(cut) + QChar(0x2026)).left(300);
}

QDateTime serverTime(const HttpReply &reply, const Refusal &refusal)
{
    const QString date = QString::fromLatin1(reply.header("Date"));
    QDateTime out = QLocale::c().toDateTime(date, QStringLiteral("ddd, dd MMM yyyy HH:mm:ss 'GMT'"));
    out.setTimeZone(QTimeZone::utc());
    return out.isValid() ? out : QDateTime::fromString(refusal.value(QStringLiteral("servertime")), Qt::ISODate);
}

QString skewSeconds(const HttpReply &reply, const Refusal &refusal, const CallFacts &facts)
{
    const QDateTime there = serverTime(reply, refusal);
    return there.isValid() && facts.sentAt.isValid() ? QString::number(qAbs(facts.sentAt.secsTo(there))) : QStringLiteral("?");
}

/// The first of `names` that was a parameter of the call.
QString given(const CallFacts &facts, std::initializer_list<const char *> names, const QString &otherwise = {})
{
    for (const char *name : names)
        if (const QString value = facts.parameters.value(QString::fromLatin1(name)); !value.isEmpty())
            return value;
    return otherwise;
}

QString bucketOf(const CallFacts &facts) { return given(facts, {"Bucket", "OSSBucket"}); }

/// "InvalidVSwitchId.NotFound" tells which of several ids is meant.
QString idMeant(const CallFacts &facts, const QString &cloudCode)
{
    QString name = cloudCode.section(QLatin1Char('.'), 0, 0);
    if (name.startsWith(QLatin1String("Invalid")))
        name.remove(0, 7);
    for (auto it = facts.parameters.begin(); it != facts.parameters.end(); ++it)
        if (!name.isEmpty() && it.key().compare(name, Qt::CaseInsensitive) == 0)
            return it.value();
    return given(facts,
        {"InstanceId", "DiskId", "SnapshotId", "ImageId", "TaskId", "SecurityGroupId", "VSwitchId", "VpcId", "AccessTokenId", "RoleName",
            "Key", "Bucket"},
        facts.action);
}

QStringList argsOf(ErrorCode code, const HttpReply &reply, const Refusal &refusal, const CallFacts &facts)
{
    const QString cloudCode = refusal.value(QStringLiteral("code"));
    const QString message = shownMessage(refusal);
    const QString reason = cloudCode.isEmpty() ? QStringLiteral("HTTP %1").arg(reply.status) : cloudCode;
    const QString call = facts.product + QLatin1Char(':') + facts.action;
    switch (code) {
    case ErrorCode::CloudRefused:
        return {call, message.isEmpty() ? reason : reason + QLatin1String(", ") + message};
    case ErrorCode::PermissionMissing:
        return {call, message.isEmpty() ? reason : message};
    case ErrorCode::CredentialsWrong:
        return {reason};
    case ErrorCode::CredentialsExpired:
        return {facts.product.toUpper()};
    case ErrorCode::ClockSkew:
        return {skewSeconds(reply, refusal, facts)};
    case ErrorCode::BucketMissing:
        return {bucketOf(facts), facts.region};
    case ErrorCode::BucketInOtherRegion:
        return {bucketOf(facts), refusal.value(QStringLiteral("region"), QStringLiteral("?")), facts.region};
    case ErrorCode::BucketUnsuitable:
        return {bucketOf(facts), reason};
    case ErrorCode::ImageNameTaken:
        return {given(facts, {"ImageName"})};
    case ErrorCode::StockSoldOut:
        return {given(facts, {"InstanceType"}, QStringLiteral("?")), given(facts, {"ZoneId"}, facts.region)};
    case ErrorCode::QuotaExceeded:
        return {call, reason};
    case ErrorCode::RoleMissing:
        return {given(facts, {"RoleName", "RamRoleName", "RoleArn"}, exportRole)};
    case ErrorCode::ServiceNotActivated:
        return {reason.contains(QLatin1String("Snapshot")) ? QStringLiteral("ECS Snapshot") : facts.product.toUpper()};
    case ErrorCode::RegionUnsupported:
        return {call, given(facts, {"TargetOSSRegionId", "RegionId"}, facts.region)};
    case ErrorCode::NetworkMissing:
    case ErrorCode::ResourceMissing:
        return {idMeant(facts, cloudCode)};
    case ErrorCode::SnapshotFailed:
        return {given(facts, {"DiskId"}, QStringLiteral("?"))};
    case ErrorCode::ImageFailed:
    case ErrorCode::ImportFailed:
        return {given(facts, {"ImageName"}), reason};
    case ErrorCode::ExportFailed:
        return {given(facts, {"ImageId"}), reason};
    case ErrorCode::CodeExpired:
        return {refusal.value(QStringLiteral("expired"), QStringLiteral("?"))};
    case ErrorCode::CodeUsedUp:
        return {refusal.value(QStringLiteral("limit"), QStringLiteral("?"))};
    default:
        return {call};
    }
}

/// For a code no rule knows, and for answers without one (HEAD, broken gateways): by the HTTP status.
ErrorRule byStatus(int status, const CallFacts &facts)
{
    if (status == 429 || status == 503)
        return {"", nullptr, ErrorCode::CloudThrottled, Retry::AfterWait, Repeat::Yes};
    if (status >= 500 || status == 408)
        return {"", nullptr, ErrorCode::CloudRefused, Retry::AfterWait, Repeat::IfHarmless};
    if (status == 404 && !facts.parameters.value(QStringLiteral("Key")).isEmpty())
        return {"", nullptr, ErrorCode::ResourceMissing, Retry::Never, Repeat::No};
    if (status == 403)
        return {"", nullptr, ErrorCode::PermissionMissing, Retry::AfterUserAction, Repeat::No};
    return {"", nullptr, ErrorCode::CloudRefused, Retry::Never, Repeat::No};
}

/// OSS refuses a bucket of another region with AccessDenied and says where it is ("oss-cn-shanghai.aliyuncs.com").
void lookForOtherRegion(Refusal &refusal, ErrorRule &rule, const CallFacts &facts)
{
    QString endpoint = refusal.value(QStringLiteral("endpoint")).section(QLatin1Char('.'), 0, 0);
    if (rule.code != ErrorCode::PermissionMissing || !endpoint.startsWith(QLatin1String("oss-")))
        return;
    const QString region = endpoint.remove(0, 4);
    if (region == facts.region)
        return;
    refusal.insert(QStringLiteral("region"), region);
    rule.code = ErrorCode::BucketInOtherRegion;
}

}

std::optional<Failure> classify(const HttpReply &reply, const CallFacts &facts)
{
    if (isSuccess(reply, facts))
        return std::nullopt;
    Refusal refusal = readRefusal(reply);
    const QString cloudCode = refusal.value(QStringLiteral("code"));
    const int status = reply.status < 300 ? cloudCode.toInt() : reply.status; // ENS: the number in the body
    const ErrorRule *known = findRule(cloudCode, facts.action);
    ErrorRule rule = known ? *known : byStatus(status, facts);
    lookForOtherRegion(refusal, rule, facts);
    Error error{rule.code, rule.retry, argsOf(rule.code, reply, refusal, facts),
        QStringLiteral("%1:%2 HTTP %3 %4: %5 (RequestId %6)")
            .arg(facts.product, facts.action)
            .arg(reply.status)
            .arg(cloudCode, shownMessage(refusal), refusal.value(QStringLiteral("requestid"), QStringLiteral("none")))};
    return Failure{std::move(error), rule.repeat, cloudCode};
}

Failure classify(const Error &transportError, const CallFacts &facts)
{
    Error error = transportError;
    switch (error.code) {
    case ErrorCode::CloudTimedOut:
        error.args = {facts.product + QLatin1Char(':') + facts.action};
        return {std::move(error), Repeat::IfHarmless, {}};
    case ErrorCode::CloudUnreachable:
        error.args = QStringList{facts.host} + transportError.args.mid(1); // why, where that is known
        return {std::move(error), Repeat::Yes, {}};
    default:
        return {std::move(error), Repeat::No, {}};
    }
}

Error unreadableReply(const CallFacts &facts, const QString &what)
{
    return {ErrorCode::CloudReplyUnreadable, Retry::AfterWait, {facts.product + QLatin1Char(':') + facts.action}, what};
}

}
