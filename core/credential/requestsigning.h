#pragma once
#include "core/base/result.h"
#include "core/credential/credentials.h"

#include <QList>
#include <QPair>

/// Signatures of Alibaba Cloud requests (reference: the signature pages of ECS and OSS), used to sign and, on the other side,
/// to verify (requestverification.h). Pure functions of their input; safe in any thread.
/// All vectors of tests/data/signing-vectors.json hold.
namespace edgelift::signing {

using Pairs = QList<QPair<QString, QString>>; ///< names and values, decoded, in any order

/// An RPC request signed with ACS3-HMAC-SHA256.
struct AcsRequest
{
    QByteArray method; ///< POST or GET
    QString path = QStringLiteral("/");
    Pairs query;
    Pairs headers; ///< every header sent; which are signed follows from their names
    QByteArray payloadSha256; ///< lower-case hex of the body's SHA-256
};

/// An OSS request. Bucket and key as they are, not percent-encoded.
struct OssRequest
{
    QByteArray method;
    QString bucket; ///< empty for ListBuckets
    QString key; ///< empty for bucket calls
    Pairs query;
    Pairs headers;
};

/// RFC 3986 percent-encoding as the cloud wants it: A–Z a–z 0–9 - _ . ~ stay.
[[nodiscard]] QByteArray percentEncoded(const QString &text, bool keepSlash = false);
/// "a=1&b=", sorted by encoded name. An empty value keeps its "=" for RPC and loses it for OSS.
[[nodiscard]] QByteArray canonicalQuery(const Pairs &query, bool keepEmptyEquals = true);

/// Names that acsAuthorization() signs, lower-case and sorted: host, content-type and every x-acs-*.
[[nodiscard]] QStringList acsSignedHeaders(const Pairs &headers);
[[nodiscard]] QByteArray acsCanonicalRequest(const AcsRequest &request, const QStringList &signedHeaders);
[[nodiscard]] QByteArray acsStringToSign(const QByteArray &canonicalRequest);
[[nodiscard]] QByteArray acsSignature(const AcsRequest &request, const QStringList &signedHeaders, const Secret &accessKeySecret);
/// The value of the Authorization header; signs host, content-type and every x-acs-* header in `request`.
[[nodiscard]] QByteArray acsAuthorization(const AcsRequest &request, const Credentials &credentials);

/// Old RPC style, HMAC-SHA1 over all parameters but Signature.
[[nodiscard]] QByteArray rpcStringToSign(const QByteArray &method, const Pairs &parameters);
[[nodiscard]] QByteArray rpcSignature(const QByteArray &method, const Pairs &parameters, const Secret &accessKeySecret);

/// The day, region and product a V4 signature is valid for: "20250601/cn-beijing/oss/aliyun_v4_request".
/// `date` is an x-oss-date, "20250601T083004Z"; the region is short ("cn-beijing", not "oss-cn-beijing").
[[nodiscard]] QByteArray ossV4Scope(const QString &date, const QString &region);
/// `additionalHeaders` are signed beside content-type, content-md5 and x-oss-*; an x-oss-signature parameter is left out.
[[nodiscard]] QByteArray ossV4CanonicalRequest(const OssRequest &request, const QStringList &additionalHeaders = {});
[[nodiscard]] QByteArray ossV4StringToSign(const QByteArray &canonicalRequest, const QString &date, const QString &region);
/// Hex. `date` as in ossV4Scope.
[[nodiscard]] QByteArray ossV4Signature(const OssRequest &request, const Secret &accessKeySecret, const QString &date,
    const QString &region, const QStringList &additionalHeaders = {});
/// V4 header signature. `request.headers` must hold x-oss-date and x-oss-content-sha256.
[[nodiscard]] QByteArray ossV4Authorization(
    const OssRequest &request, const Credentials &credentials, const QString &region, const QStringList &additionalHeaders = {});
/// The x-oss-signature query value of a V4 pre-signed URL; `request.query` holds all the other x-oss-* parameters.
[[nodiscard]] QByteArray ossV4PresignSignature(
    const OssRequest &request, const Credentials &credentials, const QString &region, const QStringList &additionalHeaders = {});

/// `expires` as in ossV1PresignSignature, 0 for a header signature.
[[nodiscard]] QByteArray ossV1StringToSign(const OssRequest &request, qint64 expires = 0);
[[nodiscard]] QByteArray ossV1Signature(const OssRequest &request, const Secret &accessKeySecret, qint64 expires = 0);
/// V1: the Authorization header, "OSS <id>:<signature>".
[[nodiscard]] QByteArray ossV1Authorization(const OssRequest &request, const Credentials &credentials);
/// V1: the Signature query value of a URL that is valid until `expires` (seconds since 1970, UTC). A security-token parameter
/// of `request.query` is signed with it.
[[nodiscard]] QByteArray ossV1PresignSignature(const OssRequest &request, const Credentials &credentials, qint64 expires);

}
