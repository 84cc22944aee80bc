#include "core/cloud/ossclient.h"

namespace edgelift {

namespace {

constexpr std::chrono::seconds longestValidity{7 * 24 * 3600};

QString ossDate(const QDateTime &now) { return now.toUTC().toString(QStringLiteral("yyyyMMdd'T'HHmmss'Z'")); }

}

OssClient::OssClient(const CloudAccess &access, Endpoints endpoints, QString region)
    : m_sender(access)
    , m_endpoints(std::move(endpoints))
    , m_region(std::move(region))
{
}

CallFacts OssClient::factsOf(const OssCall &call) const
{
    return {QStringLiteral("oss"), call.action, m_region, m_endpoints.oss(m_region, call.bucket, {}).host(),
        {{QStringLiteral("Bucket"), call.bucket}, {QStringLiteral("Key"), call.key}}, {}};
}

HttpRequest OssClient::signedRequest(const OssCall &call, const Credentials &credentials) const
{
    signing::OssRequest toSign{call.method, call.bucket, call.key, call.query, {}};
    toSign.headers = {{QStringLiteral("x-oss-date"), ossDate(m_sender.access().clock.now())},
        {QStringLiteral("x-oss-content-sha256"), QStringLiteral("UNSIGNED-PAYLOAD")}};
    if (!call.contentType.isEmpty())
        toSign.headers.append({QStringLiteral("Content-Type"), call.contentType});
    if (!call.contentMd5.isEmpty())
        toSign.headers.append({QStringLiteral("Content-MD5"), QString::fromLatin1(call.contentMd5)});
    if (!credentials.securityToken.isEmpty())
        toSign.headers.append({QStringLiteral("x-oss-security-token"), credentials.securityToken});

    HttpRequest out;
    out.method = call.method;
    out.url = m_endpoints.oss(m_region, call.bucket, call.key);
    if (!call.query.isEmpty())
        out.url.setQuery(QString::fromLatin1(signing::canonicalQuery(call.query, false)), QUrl::StrictMode);
    for (const auto &[name, value] : toSign.headers)
        out.headers.append({name.toUtf8(), value.toUtf8()});
    out.headers.emplaceBack("User-Agent", "edgelift/" EDGELIFT_VERSION);
    out.headers.append({"Authorization", signing::ossV4Authorization(toSign, credentials, m_region)});
    out.body = call.body;
    out.bodyFile = call.bodyFile;
    out.bodyOffset = call.bodyOffset;
    out.bodyLength = call.bodyLength;
    out.certificatePin = m_endpoints.certificatePin();
    return out;
}

std::variant<HttpReply, Failure> OssClient::send(const OssCall &call, const std::stop_token &stop) const
{
    return m_sender.send([&](const Credentials &credentials) { return signedRequest(call, credentials); }, factsOf(call), true, stop);
}

Result<HttpReply> OssClient::expect(const OssCall &call, const std::stop_token &stop) const
{
    std::variant<HttpReply, Failure> answer = send(call, stop);
    if (const auto *failure = std::get_if<Failure>(&answer))
        return failure->error;
    return std::get<HttpReply>(std::move(answer));
}

/// One more attempt, and seconds, not minutes: whoever stops a job waits for this.
std::optional<Failure> OssClient::tidy(const OssCall &call) const
{
    CloudAccess access = m_sender.access();
    access.policy.attempts = 2;
    const auto make = [&](const Credentials &credentials) {
        HttpRequest out = signedRequest(call, credentials);
        out.timeout = std::chrono::seconds(5);
        return out;
    };
    std::variant<HttpReply, Failure> answer = SignedSender(access).send(make, factsOf(call), true, {});
    auto *failure = std::get_if<Failure>(&answer);
    return failure ? std::optional(std::move(*failure)) : std::nullopt;
}

Result<QUrl> OssClient::presigned(const QString &bucket, const QString &key, std::chrono::seconds valid, const std::stop_token &stop) const
{
    const Result<Credentials> credentials = m_sender.access().credentials.credentials(stop);
    if (!credentials)
        return credentials.error();
    const QString date = ossDate(m_sender.access().clock.now());
    signing::OssRequest request{"GET", bucket, key, {}, {}};
    request.query = {{QStringLiteral("x-oss-signature-version"), QStringLiteral("OSS4-HMAC-SHA256")}, {QStringLiteral("x-oss-date"), date},
        {QStringLiteral("x-oss-credential"),
            credentials->accessKeyId + QLatin1Char('/') + QString::fromUtf8(signing::ossV4Scope(date, m_region))},
        {QStringLiteral("x-oss-expires"), QString::number(std::min(valid, longestValidity).count())}};
    if (!credentials->securityToken.isEmpty())
        request.query.append({QStringLiteral("x-oss-security-token"), credentials->securityToken});
    const QByteArray signature = signing::ossV4PresignSignature(request, *credentials, m_region);
    request.query.append({QStringLiteral("x-oss-signature"), QString::fromLatin1(signature)});
    QUrl out = m_endpoints.oss(m_region, bucket, key);
    out.setQuery(QString::fromLatin1(signing::canonicalQuery(request.query, false)), QUrl::StrictMode);
    return out;
}

}
