#pragma once
#include <QByteArray>
#include <QString>

namespace edgelift {

/// `bytes` bytes from the kernel's random source (getrandom). Never fails after boot.
[[nodiscard]] QByteArray randomBytes(int bytes);
/// prefix + `digits` random lower-case letters and digits without look-alikes, such as "j-7hq2…": 20 digits hold 100 bits.
[[nodiscard]] QString randomId(const QString &prefix, int digits = 20);

}
