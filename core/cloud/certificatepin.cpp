#include "core/cloud/certificatepin.h"
#include "core/credential/hashing.h"

#include <QSslCertificate>
#include <memory>
#include <openssl/x509.h>

namespace edgelift {

QByteArray certificatePin(const QSslCertificate &certificate)
{
    const QByteArray der = certificate.toDer();
    const auto *at = reinterpret_cast<const unsigned char *>(der.constData());
    const std::unique_ptr<X509, decltype(&X509_free)> parsed(d2i_X509(nullptr, &at, der.size()), &X509_free);
    if (!parsed)
        return {};
    unsigned char *key = nullptr; // QSslKey knows RSA, DSA and EC only; OpenSSL knows every kind
    const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(parsed.get()), &key);
    if (length <= 0)
        return {};
    QByteArray pin = hashing::sha256(QByteArrayView(key, length));
    OPENSSL_free(key);
    return pin;
}

}
