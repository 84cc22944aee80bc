#pragma once
#include "core/cloud/endpoints.h"
#include "core/cloud/signedsender.h"
#include "core/credential/requestsigning.h"

namespace edgelift {

/// One request to OSS.
struct OssCall
{
    QByteArray method;
    QString action; ///< the name in the vendor's reference, for errors
    QString bucket;
    QString key;
    signing::Pairs query{};
    QString contentType{};
    QByteArray contentMd5{};
    QByteArray body{};
    QString bodyFile{};
    qint64 bodyOffset = 0;
    qint64 bodyLength = -1;
};

/// Signs (V4) and sends requests to buckets of one region. Thread-safe; blocks the caller.
class OssClient
{
public:
    OssClient(const CloudAccess &access, Endpoints endpoints, QString region);

    /// Every call of OSS may happen twice: a put replaces, a delete of nothing is success, a part is overwritten.
    [[nodiscard]] std::variant<HttpReply, Failure> send(const OssCall &call, const std::stop_token &stop) const;
    [[nodiscard]] Result<HttpReply> expect(const OssCall &call, const std::stop_token &stop) const;
    /// A short attempt that no stop ends, for tidying up.
    [[nodiscard]] std::optional<Failure> tidy(const OssCall &call) const;
    /// See OssApi::presignedGet.
    [[nodiscard]] Result<QUrl> presigned(
        const QString &bucket, const QString &key, std::chrono::seconds valid, const std::stop_token &stop) const;
    [[nodiscard]] CallFacts factsOf(const OssCall &call) const;

private:
    [[nodiscard]] HttpRequest signedRequest(const OssCall &call, const Credentials &credentials) const;

    SignedSender m_sender;
    Endpoints m_endpoints;
    QString m_region;
};

}
