#pragma once
#include <QByteArray>

class QSslCertificate;

namespace edgelift {

/// SHA-256 of a certificate's SubjectPublicKeyInfo: 32 bytes; empty for a null certificate. It stays the same when a certificate is
/// renewed with the same key.
[[nodiscard]] QByteArray certificatePin(const QSslCertificate &certificate);

}
