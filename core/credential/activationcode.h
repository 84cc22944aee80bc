#pragma once
#include "core/base/result.h"
#include "core/base/secret.h"

#include <QUrl>

namespace edgelift {

/// What an activation code carries; each part at most 255 bytes. Printed form: "EL1-" and groups of five characters of Crockford base32 (no
/// I, L, O, U; case, spaces, dashes and line breaks do not matter; O reads as 0, I and L as 1), the last characters a check sum (CRC-32) so
/// that a typing error is found without asking the service.
struct ActivationCode
{
    QUrl service; ///< http or https address of the service
    QByteArray certificatePin; ///< SHA-256 of the service's public key (SPKI), 32 bytes; empty for plain http
    QString tokenId; ///< SMC AccessTokenId
    Secret tokenCode; ///< SMC AccessTokenCode
};

[[nodiscard]] Secret encode(const ActivationCode &code);
/// Error: CodeMistyped, args: which character (also where only one of them was mistaken for another) or what is missing, in the language
/// set now. Accepts at most 2000 characters.
[[nodiscard]] Result<ActivationCode> decodeActivationCode(const QByteArray &text);

}
