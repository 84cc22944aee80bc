#include "core/wire/tlscontext.h"

#include "core/wire/ciphersuites.h"
#include "core/wire/opensslerror.h"

#include <QCryptographicHash>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace edgelift::wire {

namespace {

using Bio = OpenSsl<BIO, BIO_free_all>;

/// Replaces the check of chains, names and dates: the link trusts one key and nothing else.
int verifyPin(X509_STORE_CTX *store, void *argument)
{
    const auto &pin = *static_cast<const QByteArray *>(argument);
    X509 *certificate = X509_STORE_CTX_get0_cert(store);
    unsigned char *der = nullptr;
    const int length = certificate ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der) : 0;
    bool same = false;
    if (length > 0) {
        const QByteArray hash =
            QCryptographicHash::hash(QByteArray(reinterpret_cast<const char *>(der), length), QCryptographicHash::Sha256);
        same = hash.size() == pin.size() && CRYPTO_memcmp(hash.constData(), pin.constData(), size_t(pin.size())) == 0;
        OPENSSL_free(der);
    }
    X509_STORE_CTX_set_error(store, same ? X509_V_OK : X509_V_ERR_CERT_UNTRUSTED);
    return same ? 1 : 0;
}

bool useKeys(SSL_CTX *context, const LinkKeys &keys)
{
    const Bio certificatePem(BIO_new_mem_buf(keys.certificate.constData(), int(keys.certificate.size())));
    const QByteArray &secret = keys.privateKey.reveal();
    const Bio keyPem(BIO_new_mem_buf(secret.constData(), int(secret.size())));
    const OpenSsl<X509, X509_free> certificate(PEM_read_bio_X509(certificatePem.get(), nullptr, nullptr, nullptr));
    const OpenSsl<EVP_PKEY, EVP_PKEY_free> key(PEM_read_bio_PrivateKey(keyPem.get(), nullptr, nullptr, nullptr));
    return certificate && key && SSL_CTX_use_certificate(context, certificate.get()) == 1 && SSL_CTX_use_PrivateKey(context, key.get()) == 1
        && SSL_CTX_check_private_key(context) == 1;
}

constexpr size_t readBuffer = 128U << 10;

void restrict(SSL_CTX *context, const QByteArray &pin)
{
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION);
    static const QByteArray suites = cipherSuites(measureSealing());
    SSL_CTX_set_ciphersuites(context, suites.constData());
    // A resumed session would skip the check of the key.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_cert_verify_callback(context, verifyPin, const_cast<QByteArray *>(&pin));
    // Many records with one system call; without it OpenSSL reads each record in two.
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, readBuffer);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

}

Result<TlsContext> TlsContext::make(const LinkKeys &keys, const QByteArray &peerPin)
{
    TlsContext made;
    made.m_pin = std::make_shared<const QByteArray>(QByteArray::fromHex(peerPin));
    if (peerPin.size() != 64 || made.m_pin->size() != 32)
        return Error{ErrorCode::PeerNotTrusted, Retry::Never, {}, QStringLiteral("the peer's pin is not 64 hex digits")};
    made.m_context.reset(SSL_CTX_new(TLS_method()), SSL_CTX_free);
    if (!made.m_context || !useKeys(made.m_context.get(), keys))
        return Error{ErrorCode::Internal, Retry::Never, {}, QStringLiteral("link keys: ") + takeOpensslError()};
    restrict(made.m_context.get(), *made.m_pin);
    return made;
}

}
