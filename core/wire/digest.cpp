#include "core/wire/digest.h"

#include <cstring>
#include <xxhash.h>

namespace edgelift::wire {

Digest digestOf(std::span<const char> data)
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(data.data(), data.size()));
    Digest digest;
    static_assert(sizeof canonical.digest == sizeof digest.bytes);
    std::memcpy(digest.bytes.data(), canonical.digest, digest.bytes.size());
    return digest;
}

QByteArray toHex(const Digest &digest)
{
    return QByteArray::fromRawData(reinterpret_cast<const char *>(digest.bytes.data()), qsizetype(digest.bytes.size())).toHex();
}

std::optional<Digest> digestFromHex(QByteArrayView hex)
{
    Digest digest;
    if (hex.size() != qsizetype(2 * digest.bytes.size()))
        return std::nullopt;
    for (const char c : hex) {
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
            return std::nullopt;
    }
    const QByteArray raw = QByteArray::fromHex(hex.toByteArray());
    std::memcpy(digest.bytes.data(), raw.constData(), digest.bytes.size());
    return digest;
}

bool isAllZero(std::span<const char> data)
{
    if (data.empty())
        return true;
    // A block equals itself moved by one byte exactly when all its bytes are the same: memcmp is the fastest loop there is.
    return data[0] == 0 && std::memcmp(data.data(), data.data() + 1, data.size() - 1) == 0;
}

}
