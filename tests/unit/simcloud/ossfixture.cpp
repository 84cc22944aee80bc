#include "ossfixture.h"

#include <QLocale>
#include <QXmlStreamReader>
#include <algorithm>

namespace edgelift::test {

namespace {

QString v4Time(const QDateTime &time) { return time.toString(QStringLiteral("yyyyMMdd'T'HHmmss'Z'")); }

QString hostOf(const OssCase &oss, const QUrl &endpoint)
{
    return oss.virtualHost ? QStringLiteral("%1.oss-%2.aliyuncs.com").arg(oss.bucket, oss.region) : endpoint.authority();
}

QByteArray targetOf(const OssCase &oss, const signing::Pairs &query)
{
    QByteArray target = "/";
    if (!oss.virtualHost && !oss.bucket.isEmpty())
        target += oss.bucket.toUtf8() + (oss.key.isEmpty() ? "" : "/");
    target += signing::percentEncoded(oss.key, true);
    const QByteArray text = signing::canonicalQuery(query, false);
    return text.isEmpty() ? target : target + '?' + text;
}

}

OssRig::OssRig(const QString &folder)
    : state(StateStore::open(folder + QLatin1String("/state")).take())
    , keys(std::make_unique<AccessKeyStore>(root, QStringLiteral("1234567890123456"), *state, clock))
    , objects(ObjectStore::open(folder, clock).take())
    , m_storage(std::make_unique<ObjectStorage>(folder, *objects, *keys, clock))
    , m_server(HttpServer::bind({}).take())
{
    for (const auto &[name, region] : {std::pair("box", "cn-beijing"), std::pair("far", "ap-southeast-1")}) {
        if (!objects->putBucket({QLatin1String(name), QLatin1String(region), clock.now(), false}))
            qFatal("no bucket");
    }
    m_server->serve([this](const ServerRequest &request) { return m_storage->answer(request); });
}

OssRig::~OssRig() { m_server->stop(); }

WireReply OssRig::call(const OssCase &oss, const Credentials &who)
{
    const QDateTime time = clock.now().addSecs(oss.skew);
    WireRequest wire{oss.method, targetOf(oss, oss.query), oss.headers, oss.body};
    wire.headers.append({QStringLiteral("Host"), hostOf(oss, endpoint())});
    const bool typed = std::any_of(
        oss.headers.begin(), oss.headers.end(), [](const auto &header) { return header.first == QLatin1String("Content-Type"); });
    if (!oss.body.isEmpty() && !typed) // else the library adds one nobody has signed
        wire.headers.append({QStringLiteral("Content-Type"), ObjectAttributes().contentType});
    if (!who.securityToken.isEmpty())
        wire.headers.append({QStringLiteral("x-oss-security-token"), who.securityToken});
    const auto signable = [&] { return signing::OssRequest{oss.method, oss.bucket, oss.key, oss.query, wire.headers}; };
    QByteArray authorization;
    if (oss.signature == OssCase::Signature::V4) {
        wire.headers.append({QStringLiteral("x-oss-date"), v4Time(time)});
        wire.headers.append({QStringLiteral("x-oss-content-sha256"), QStringLiteral("UNSIGNED-PAYLOAD")});
        authorization = signing::ossV4Authorization(signable(), who, oss.region);
    } else if (oss.signature == OssCase::Signature::V1) {
        wire.headers.append({QStringLiteral("Date"), QLocale::c().toString(time, QStringLiteral("ddd, dd MMM yyyy HH:mm:ss 'GMT'"))});
        authorization = signing::ossV1Authorization(signable(), who);
    }
    if (!authorization.isEmpty())
        wire.headers.append({QStringLiteral("Authorization"), QString::fromLatin1(authorization)});
    return send(endpoint(), wire);
}

QByteArray OssRig::presigned(const OssCase &oss, const Credentials &who, qint64 seconds) const
{
    signing::Pairs query = oss.query;
    if (oss.signature == OssCase::Signature::V1) {
        const qint64 expires = clock.now().toSecsSinceEpoch() + seconds;
        if (!who.securityToken.isEmpty())
            query.append({QStringLiteral("security-token"), who.securityToken});
        const QByteArray signature = signing::ossV1PresignSignature({oss.method, oss.bucket, oss.key, query, oss.headers}, who, expires);
        query.append({{QStringLiteral("OSSAccessKeyId"), who.accessKeyId}, {QStringLiteral("Expires"), QString::number(expires)},
            {QStringLiteral("Signature"), QString::fromLatin1(signature)}});
        return targetOf(oss, query);
    }
    const QString date = v4Time(clock.now().addSecs(oss.skew));
    query.append({{QStringLiteral("x-oss-signature-version"), QStringLiteral("OSS4-HMAC-SHA256")}, {QStringLiteral("x-oss-date"), date},
        {QStringLiteral("x-oss-expires"), QString::number(seconds)},
        {QStringLiteral("x-oss-credential"),
            who.accessKeyId + QLatin1Char('/') + QString::fromLatin1(signing::ossV4Scope(date, oss.region))}});
    if (!who.securityToken.isEmpty())
        query.append({QStringLiteral("x-oss-security-token"), who.securityToken});
    const QByteArray signature = signing::ossV4PresignSignature({oss.method, oss.bucket, oss.key, query, oss.headers}, who, oss.region);
    query.append({QStringLiteral("x-oss-signature"), QString::fromLatin1(signature)});
    return targetOf(oss, query);
}

WireReply OssRig::put(const QString &key, const QByteArray &body, const signing::Pairs &headers)
{
    OssCase oss;
    oss.method = "PUT";
    oss.key = key;
    oss.body = body;
    oss.headers = headers;
    return call(oss);
}

WireReply OssRig::get(const QString &key, const signing::Pairs &headers)
{
    OssCase oss;
    oss.key = key;
    oss.headers = headers;
    return call(oss);
}

QStringList xmlTexts(const QByteArray &xml, const char *element)
{
    QStringList texts;
    QXmlStreamReader reader(xml);
    while (!reader.atEnd()) {
        if (reader.readNext() == QXmlStreamReader::StartElement && reader.name() == QLatin1String(element))
            texts.append(reader.readElementText(QXmlStreamReader::IncludeChildElements));
    }
    return reader.hasError() ? QStringList() : texts;
}

QString xmlText(const QByteArray &xml, const char *element) { return xmlTexts(xml, element).value(0); }

}
