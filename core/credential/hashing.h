#pragma once
#include "core/base/secret.h"

#include <QByteArray>

/// The few digests that signatures need, by OpenSSL. Pure functions; safe in any thread.
namespace edgelift::hashing {

[[nodiscard]] QByteArray sha256(QByteArrayView data); ///< 32 bytes
[[nodiscard]] QByteArray sha256Hex(QByteArrayView data); ///< 64 lower-case digits
[[nodiscard]] QByteArray hmacSha256(const QByteArray &key, QByteArrayView data); ///< 32 bytes
[[nodiscard]] QByteArray hmacSha1(const QByteArray &key, QByteArrayView data); ///< 20 bytes
[[nodiscard]] quint32 crc32(QByteArrayView data); ///< IEEE 802.3, as in zip files

/// True when both are equal; takes as long for unequal ones of the same length, so that a signature cannot be guessed byte by byte.
[[nodiscard]] bool equalInConstantTime(QByteArrayView a, QByteArrayView b);

}
