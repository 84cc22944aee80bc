#pragma once
#include "core/base/result.h"
#include "core/base/secret.h"

namespace edgelift::wire {

/// What one end of a link proves itself with: made for one job, thrown away with it.
struct LinkKeys
{
    QByteArray certificate; ///< PEM, self-signed; only its public key counts
    Secret privateKey; ///< PEM (PKCS#8), P-256
};

/// A new key pair. `name` becomes the certificate's common name (for people; nobody checks it). The certificate is valid from a
/// day ago for 100 years: trust comes from the pin, and a wrong clock on either machine must not break the link. Error: Internal.
[[nodiscard]] Result<LinkKeys> makeLinkKeys(const QString &name);
/// SHA-256 of the certificate's SubjectPublicKeyInfo as 64 lower-case hex digits. Error: PeerNotTrusted when it cannot be read.
[[nodiscard]] Result<QByteArray> pinOf(const QByteArray &certificatePem);

}
