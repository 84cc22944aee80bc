#include "fakecloud.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonDocument>
#include <QLocale>
#include <QUrlQuery>

namespace edgelift::test {

namespace {

bool isAboutBucket(const QUrl &url)
{
    return url.query().contains(QLatin1String("bucketInfo")) || QUrlQuery(url).hasQueryItem(QStringLiteral("list-type"));
}

}

FakeCloud::FakeCloud(const Clock &clock)
    : m_clock(clock)
{
}

void FakeCloud::fail(const QString &action, const Fault &fault)
{
    const std::lock_guard lock(m_mutex);
    m_faults[action].append(fault);
}

void FakeCloud::revive()
{
    const std::lock_guard lock(m_mutex);
    m_dead = false;
    m_faults.clear();
}

QJsonObject FakeCloud::thing(const QString &kind, const QString &id)
{
    const std::lock_guard lock(m_mutex);
    return m_things.value(kind).value(id);
}

QStringList FakeCloud::ids(const QString &kind)
{
    const std::lock_guard lock(m_mutex);
    return m_things.value(kind).keys();
}

void FakeCloud::change(const QString &kind, const QString &id, const QString &field, const QJsonValue &value)
{
    const std::lock_guard lock(m_mutex);
    m_things[kind][id].insert(field, value);
}

void FakeCloud::put(const QString &kind, const QString &id, const QJsonObject &fields)
{
    const std::lock_guard lock(m_mutex);
    m_things[kind].insert(id, fields);
}

void FakeCloud::drop(const QString &kind, const QString &id)
{
    const std::lock_guard lock(m_mutex);
    m_things[kind].remove(id);
}

QStringList FakeCloud::everything()
{
    const std::lock_guard lock(m_mutex);
    QStringList out;
    for (auto kind = m_things.constBegin(); kind != m_things.constEnd(); ++kind) {
        for (const QString &id : kind->keys()) {
            if (kind.key() != QLatin1String("task")) // a record, not a resource
                out.append(kind.key() + QLatin1Char(' ') + id);
        }
    }
    return out;
}

int FakeCloud::calls(const QString &action)
{
    const std::lock_guard lock(m_mutex);
    return m_calls.value(action);
}

QMap<QString, QString> FakeCloud::lastParameters(const QString &action)
{
    const std::lock_guard lock(m_mutex);
    return m_last.value(action);
}

HttpReply FakeCloud::reply(int status, const QByteArray &body)
{
    const QString date = QLocale::c().toString(m_clock.now().addSecs(-skewSeconds), QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'"));
    return {status, {{"Date", date.toLatin1()}}, body};
}

Result<HttpReply> FakeCloud::send(const HttpRequest &request, const std::stop_token &)
{
    if (noWayTo.contains(request.url.host()))
        return noWayTo.value(request.url.host());
    QByteArray action;
    for (const auto &[name, value] : request.headers) {
        if (name.toLower() == "x-acs-action")
            action = value;
    }
    if (!action.isEmpty()) {
        Parameters parameters;
        QUrlQuery query(request.url);
        if (!request.body.isEmpty())
            query = QUrlQuery(QString::fromUtf8(QByteArray(request.body).replace('+', "%20")));
        for (const auto &[name, value] : query.queryItems(QUrl::FullyDecoded))
            parameters.insert(name, value);
        const QString name = QString::fromLatin1(action);
        return act(
            name, [&] { return rpc(name, parameters); }, request);
    }
    const QString path = request.url.path();
    if (path.startsWith(QLatin1String("/agent/v1/")))
        return act(
            path.mid(10), [&] { return service(request); }, request);
    if (path == QLatin1String("/") && QUrlQuery(request.url).hasQueryItem(QStringLiteral("max-keys")) && !isAboutBucket(request.url))
        return act(
            QStringLiteral("ListBuckets"), [&] { return buckets(); }, request);
    if ((path.isEmpty() || path == QLatin1String("/")) && !isAboutBucket(request.url))
        return act(
            QStringLiteral("plain"), [&] { return reply(400, "{}"); }, request);
    return act(
        QString::fromLatin1(request.method) + QLatin1String("Object"), [&] { return object(request); }, request);
}

Result<HttpReply> FakeCloud::act(const QString &action, const std::function<HttpReply()> &perform, const HttpRequest &request)
{
    if (onCall)
        onCall(action);
    const std::unique_lock lock(m_mutex);
    const Error silence{ErrorCode::CloudTimedOut, Retry::AfterWait, {request.url.host()}, {}};
    if (m_dead)
        return silence;
    m_calls[action] += 1;
    QList<Fault> &faults = m_faults[action];
    if (faults.isEmpty())
        return perform();
    if (faults.first().skip-- > 0)
        return perform();
    const Fault fault = faults.first();
    if (--faults.first().times <= 0)
        faults.removeFirst();
    if (fault.kind == Fault::Kind::Refuse)
        return reply(400, QJsonDocument(refuse(fault.code).body).toJson());
    if (fault.kind == Fault::Kind::Silence)
        return silence;
    (void)perform();
    if (fault.kind == Fault::Kind::Death) {
        m_dead = true;
        if (onDeath)
            onDeath();
    }
    return silence;
}

HttpReply FakeCloud::rpc(const QString &action, const Parameters &parameters)
{
    m_last.insert(action, parameters);
    const QString token = parameters.value(QStringLiteral("ClientToken"));
    const QString tokenKey = action + QLatin1Char('/') + token;
    if (!token.isEmpty() && m_tokens.contains(tokenKey))
        return reply(200, QJsonDocument(m_tokens.value(tokenKey)).toJson());
    Answer answer = handle(action, parameters);
    answer.body.insert(QStringLiteral("RequestId"), QStringLiteral("r-1"));
    if (!token.isEmpty() && answer.status == 200)
        m_tokens.insert(tokenKey, answer.body);
    return reply(answer.status, QJsonDocument(answer.body).toJson());
}

HttpReply FakeCloud::buckets()
{
    if (bucketsHidden)
        return reply(403, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>");
    return reply(200,
        "<ListAllMyBucketsResult><Buckets><Bucket><Name>edgelift-transit</Name><Region>" + bucketRegion.toLatin1()
            + "</Region><Location>oss-" + bucketRegion.toLatin1() + "</Location></Bucket></Buckets></ListAllMyBucketsResult>");
}

HttpReply FakeCloud::bucket(const HttpRequest &request)
{
    if (request.url.query().contains(QLatin1String("bucketInfo"))) {
        if (request.url.toString().contains(QLatin1String("missing")))
            return reply(404, "<Error><Code>NoSuchBucket</Code><Message>no</Message></Error>");
        const QByteArray sse =
            bucketEncrypted ? "<ServerSideEncryptionRule><SSEAlgorithm>KMS</SSEAlgorithm></ServerSideEncryptionRule>" : "";
        return reply(200,
            "<BucketInfo><Bucket><Name>edgelift-transit</Name><StorageClass>Standard</StorageClass><Location>oss-" + bucketRegion.toLatin1()
                + "</Location>" + sse + "</Bucket></BucketInfo>");
    }
    const QString prefix = QUrlQuery(request.url).queryItemValue(QStringLiteral("prefix"), QUrl::FullyDecoded);
    QByteArray out = "<ListBucketResult>";
    for (const QString &one : m_things.value(QStringLiteral("object")).keys()) {
        if (one.startsWith(prefix))
            out += "<Contents><Key>" + one.toUtf8() + "</Key><Size>1</Size><ETag>\"0\"</ETag></Contents>";
    }
    return reply(200, out + "</ListBucketResult>");
}

HttpReply FakeCloud::object(const HttpRequest &request)
{
    if (isAboutBucket(request.url))
        return bucket(request);
    QMap<QString, QJsonObject> &objects = m_things[QStringLiteral("object")];
    const QString key = request.url.path().section(QLatin1Char('/'), 1);
    // Alibaba's own addresses put the bucket into the host, an address of one's own into the path.
    const QString inBucket = request.url.host().contains(QLatin1String("aliyuncs")) ? key : key.section(QLatin1Char('/'), 1);
    if (request.method == "PUT") {
        QByteArray body = request.body;
        if (QFile file(request.bodyFile); !request.bodyFile.isEmpty() && file.open(QIODevice::ReadOnly))
            body = file.readAll();
        objects.insert(inBucket, {{QStringLiteral("size"), body.size()}});
        HttpReply out = reply(200, {});
        out.headers.append({"ETag", '"' + QCryptographicHash::hash(body, QCryptographicHash::Md5).toHex().toUpper() + '"'});
        return out;
    }
    if (request.method == "DELETE") {
        objects.remove(inBucket);
        return reply(204, {});
    }
    if (!objects.contains(inBucket))
        return reply(404, {});
    HttpReply out = reply(200, {});
    out.headers.append({"Content-Length", QByteArray::number(objects.value(inBucket).value(QLatin1String("size")).toInt())});
    return out;
}

HttpReply FakeCloud::service(const HttpRequest &request)
{
    const QString call = request.url.path().section(QLatin1Char('/'), -1);
    const QJsonObject body = QJsonDocument::fromJson(request.body).object();
    if (call == QLatin1String("redeem")) {
        if (!codeRefusal.isEmpty())
            return reply(
                403, QJsonDocument(QJsonObject{{QStringLiteral("code"), codeRefusal}, {QStringLiteral("message"), codeRefusal}}).toJson());
        return reply(200,
            QJsonDocument(
                QJsonObject{{QStringLiteral("sourceId"), QStringLiteral("s-fake1")},
                    {QStringLiteral("sessionToken"), QStringLiteral("session-token-secret")}, {QStringLiteral("heartbeatSeconds"), 30},
                    {QStringLiteral("observedAddress"), sourceAddress}, {QStringLiteral("endpoint"), QStringLiteral("http://127.0.0.1:9")}})
                .toJson());
    }
    if (call == QLatin1String("heartbeat"))
        return reply(200, QJsonDocument(QJsonObject{{QStringLiteral("observedAddress"), sourceAddress}}).toJson());
    if (call == QLatin1String("status"))
        m_things[QStringLiteral("task")].insert(QStringLiteral("status"), body);
    if (call == QLatin1String("credentials"))
        return reply(200,
            QJsonDocument(QJsonObject{{QStringLiteral("accessKeyId"), QStringLiteral("STS.fake")},
                              {QStringLiteral("accessKeySecret"), QStringLiteral("temporary-secret")},
                              {QStringLiteral("securityToken"), QStringLiteral("security-token-secret")},
                              {QStringLiteral("expires"), m_clock.now().addSecs(86400).toString(Qt::ISODate)},
                              {QStringLiteral("accountId"), QStringLiteral("1234567890123456")}})
                .toJson());
    return reply(200, "{}");
}

}
