#include "core/wire/ciphersuites.h"

#include "core/wire/opensslerror.h"

#include <array>
#include <chrono>
#include <openssl/evp.h>
#include <vector>

namespace edgelift::wire {

namespace {

using Cipher = OpenSsl<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
constexpr size_t recordBytes = 16384; ///< the largest of TLS
constexpr int records = 16;
constexpr double clearly = 1.5; ///< faster: without instructions for AES it is three times, and a busy moment must not decide

/// 0 when this OpenSSL does not have it.
double speedOf(const EVP_CIPHER *kind)
{
    using Clock = std::chrono::steady_clock;
    const Cipher cipher(EVP_CIPHER_CTX_new());
    const std::array<unsigned char, EVP_MAX_KEY_LENGTH> key{};
    const std::array<unsigned char, EVP_MAX_IV_LENGTH> nonce{};
    std::vector<unsigned char> record(recordBytes);
    int sealed = 0;
    Clock::time_point begin = Clock::now();
    for (int i = 0; i <= records; ++i) {
        if (!cipher || EVP_EncryptInit_ex(cipher.get(), kind, nullptr, key.data(), nonce.data()) != 1
            || EVP_EncryptUpdate(cipher.get(), record.data(), &sealed, record.data(), int(recordBytes)) != 1)
            return 0;
        if (i == 0) // which meets cold caches
            begin = Clock::now();
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    return double(records * recordBytes) / std::max(seconds, 1e-9);
}

}

SealingSpeed measureSealing() { return {speedOf(EVP_aes_128_gcm()), speedOf(EVP_chacha20_poly1305())}; }

QByteArray cipherSuites(const SealingSpeed &speed)
{
    return speed.chacha20 > clearly * speed.aes128Gcm
        ? QByteArrayLiteral("TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384")
        : QByteArrayLiteral("TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256");
}

}
