#include "core/wire/linkkeys.h"

#include "core/base/ids.h"
#include "core/wire/opensslerror.h"

#include <QCryptographicHash>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace edgelift::wire {

namespace {

constexpr long day = 24 * 60 * 60;
constexpr long validity = 36500 * day;

using Key = OpenSsl<EVP_PKEY, EVP_PKEY_free>;
using Certificate = OpenSsl<X509, X509_free>;
using Bio = OpenSsl<BIO, BIO_free_all>;

Error broken(const char *what)
{
    return {ErrorCode::Internal, Retry::Never, {}, QString::fromLatin1(what) + QStringLiteral(": ") + takeOpensslError()};
}

QByteArray contentOf(BIO *bio)
{
    char *data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    return QByteArray(data, length);
}

bool setSerialNumber(X509 *certificate)
{
    const QByteArray random = randomBytes(16);
    const OpenSsl<BIGNUM, BN_free> number(
        BN_bin2bn(reinterpret_cast<const unsigned char *>(random.constData()), int(random.size()), nullptr));
    return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
}

bool fill(X509 *certificate, EVP_PKEY *key, const QByteArray &name)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    return X509_set_version(certificate, X509_VERSION_3) && setSerialNumber(certificate)
        && X509_gmtime_adj(X509_getm_notBefore(certificate), -day) && X509_gmtime_adj(X509_getm_notAfter(certificate), validity)
        && X509_set_pubkey(certificate, key)
        && X509_NAME_add_entry_by_txt(
            subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char *>(name.constData()), int(name.size()), -1, 0)
        && X509_set_issuer_name(certificate, subject) && X509_sign(certificate, key, EVP_sha256()) > 0;
}

}

Result<LinkKeys> makeLinkKeys(const QString &name)
{
    const Key key(EVP_EC_gen("P-256"));
    if (!key)
        return broken("key");
    const Certificate certificate(X509_new());
    if (!certificate || !fill(certificate.get(), key.get(), name.left(40).toUtf8().left(64)))
        return broken("certificate");
    const Bio certificatePem(BIO_new(BIO_s_mem()));
    const Bio keyPem(BIO_new(BIO_s_secmem()));
    if (!certificatePem || !keyPem || !PEM_write_bio_X509(certificatePem.get(), certificate.get())
        || !PEM_write_bio_PrivateKey(keyPem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr))
        return broken("PEM");
    return LinkKeys{contentOf(certificatePem.get()), Secret(contentOf(keyPem.get()))};
}

Result<QByteArray> pinOf(const QByteArray &certificatePem)
{
    const Bio bio(BIO_new_mem_buf(certificatePem.constData(), int(certificatePem.size())));
    const Certificate certificate(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
    if (!certificate)
        return Error{ErrorCode::PeerNotTrusted, Retry::Never, {}, QStringLiteral("certificate unreadable: ") + takeOpensslError()};
    unsigned char *der = nullptr;
    const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &der);
    if (length <= 0)
        return broken("public key");
    const QByteArray pin = QCryptographicHash::hash(QByteArray(reinterpret_cast<const char *>(der), length), QCryptographicHash::Sha256);
    OPENSSL_free(der);
    return pin.toHex();
}

}
