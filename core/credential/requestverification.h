#pragma once
#include "core/credential/requestsigning.h"

#include <optional>

/// The server's side of requestsigning.h: what a request claims, and whether the claim holds. Reads input from the network:
/// nothing is trusted. Pure functions; safe in any thread. Time windows and nonces are the caller's to check.
namespace edgelift::signing {

enum class Verdict : quint8 {
    Valid,
    Wrong, ///< the signature is another one: wrong secret, or something was changed on the way
    Incomplete, ///< host or an x-acs-* header of the request is not among the signed ones, or the payload hash is not the body's
};

/// "ACS3-HMAC-SHA256 Credential=…,SignedHeaders=a;b,Signature=…" taken apart.
struct AcsClaim
{
    QString accessKeyId;
    QStringList signedHeaders; ///< lower-case, in the order given
    QByteArray signature; ///< lower-case hex
};

/// Error: RequestMalformed.
[[nodiscard]] Result<AcsClaim> parseAcsAuthorization(const QByteArray &header);
/// Recomputes over exactly the headers that the claim names: newer SDKs sign more of them (x-acs-credentials-provider).
/// `request.payloadSha256` must be computed from the body received, not copied from the header.
[[nodiscard]] Verdict verify(const AcsRequest &request, const AcsClaim &claim, const Secret &accessKeySecret);

/// HMAC-SHA1 RPC style: `parameters` hold everything including Signature.
[[nodiscard]] Verdict verifyRpc(const QByteArray &method, const Pairs &parameters, const Secret &accessKeySecret);

/// How an OSS request is signed.
struct OssClaim
{
    enum class Kind : quint8 { V1Header, V1Url, V4Header, V4Url } kind{};
    QString accessKeyId;
    QString securityToken; ///< empty: none
    QString region; ///< V4 only
    QDateTime signedAt; ///< UTC. V1Url: invalid, only `expires` is known
    QDateTime expires; ///< URLs only, UTC
    QStringList additionalHeaders; ///< V4 only
    QByteArray signature; ///< hex (V4) or base64 (V1)
};

/// Nothing when the request is not signed at all (anonymous). Error: RequestMalformed.
[[nodiscard]] Result<std::optional<OssClaim>> parseOssClaim(const OssRequest &request);
/// Leaves the signature's own query parameters out as the scheme says.
[[nodiscard]] Verdict verify(const OssRequest &request, const OssClaim &claim, const Secret &accessKeySecret);

}
