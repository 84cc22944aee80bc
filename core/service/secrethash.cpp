#include "core/service/secrethash.h"

#include <openssl/evp.h>

namespace edgelift {

QByteArray secretHash(const Secret &secret, const QByteArray &salt)
{
    QByteArray hash(32, '\0');
    const QByteArray &text = secret.reveal();
    const int done = EVP_PBE_scrypt(text.constData(), size_t(text.size()), reinterpret_cast<const unsigned char *>(salt.constData()),
        size_t(salt.size()), 4096, 8, 1, 32 << 20, reinterpret_cast<unsigned char *>(hash.data()), size_t(hash.size()));
    return done == 1 ? hash : QByteArray();
}

}
