#pragma once
#include "core/base/secret.h"

#include <QByteArray>

namespace edgelift {

/// scrypt (N=4096, r=8, p=1) of `secret` with `salt`, 32 bytes. Takes about 10 ms and 4 MiB: the secrets are random, 130 bits, so it
/// need not be slow enough for passwords, and anybody may make us compute it. Empty when the memory cannot be had.
[[nodiscard]] QByteArray secretHash(const Secret &secret, const QByteArray &salt);

}
