#include "core/credential/hashing.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace edgelift::hashing {

namespace {

const unsigned char *bytes(QByteArrayView data) { return reinterpret_cast<const unsigned char *>(data.data()); }

QByteArray hmac(const EVP_MD *digest, const QByteArray &key, QByteArrayView data)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (!HMAC(digest, key.constData(), int(key.size()), bytes(data), size_t(data.size()), out, &length))
        qFatal("HMAC is not available"); // a crypto library without SHA cannot be worked around
    return QByteArray(reinterpret_cast<const char *>(out), int(length));
}

}

QByteArray sha256(QByteArrayView data)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (!EVP_Digest(data.data(), size_t(data.size()), out, &length, EVP_sha256(), nullptr))
        qFatal("SHA-256 is not available");
    return QByteArray(reinterpret_cast<const char *>(out), int(length));
}

QByteArray sha256Hex(QByteArrayView data) { return sha256(data).toHex(); }

QByteArray hmacSha256(const QByteArray &key, QByteArrayView data) { return hmac(EVP_sha256(), key, data); }

QByteArray hmacSha1(const QByteArray &key, QByteArrayView data) { return hmac(EVP_sha1(), key, data); }

quint32 crc32(QByteArrayView data)
{
    quint32 crc = ~0U;
    for (const char c : data) {
        crc ^= quint8(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    }
    return ~crc;
}

bool equalInConstantTime(QByteArrayView a, QByteArrayView b)
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), size_t(a.size())) == 0;
}

}
