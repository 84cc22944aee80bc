#pragma once
#include "core/base/result.h"
#include "core/credential/credentials.h"

#include <QList>
#include <QPair>

/// Signatures of Alibaba Cloud requests (reference: alibaba.md section 3), used to sign and, on the other side, to verify.
/// Pure functions of their input; safe in any thread. All 44 vectors of tests/data/signing-vectors.json hold.
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

[[nodiscard]] QByteArray acsCanonicalRequest(const AcsRequest &request, const QStringList &signedHeaders);
/// The value of the Authorization header; signs host, content-type and every x-acs-* header in `request`.
[[nodiscard]] QByteArray acsAuthorization(const AcsRequest &request, const Credentials &credentials);

/// V4 header signature. `request.headers` must hold x-oss-date and x-oss-content-sha256.
[[nodiscard]] QByteArray ossV4Authorization(
    const OssRequest &request, const Credentials &credentials, const QString &region, const QStringList &additionalHeaders = {});
/// The x-oss-signature query value of a V4 pre-signed URL; `request.query` holds all the other x-oss-* parameters.
[[nodiscard]] QByteArray ossV4PresignSignature(
    const OssRequest &request, const Credentials &credentials, const QString &region, const QStringList &additionalHeaders = {});
/// V1: the Authorization header ("OSS <id>:<signature>"), or the URL signature when `expires` is not 0.
[[nodiscard]] QByteArray ossV1Authorization(const OssRequest &request, const Credentials &credentials);
[[nodiscard]] QByteArray ossV1PresignSignature(const OssRequest &request, const Credentials &credentials, qint64 expires);

/// Old RPC style, HMAC-SHA1 over the query.
[[nodiscard]] QByteArray rpcSignature(const QByteArray &method, const Pairs &parameters, const Secret &accessKeySecret);

}
