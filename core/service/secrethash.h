#pragma once
#include "core/base/secret.h"

#include <QByteArray>

namespace edgelift {

/// scrypt (N=16384, r=8, p=1) of `secret` with `salt`, 32 bytes. Takes about 50 ms and 16 MiB. Empty when the memory cannot be had.
[[nodiscard]] QByteArray secretHash(const Secret &secret, const QByteArray &salt);

}
