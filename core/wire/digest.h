#pragma once
#include <QByteArray>
#include <array>
#include <optional>
#include <span>

namespace edgelift::wire {

/// XXH3-128 in its canonical (big-endian) form. Finds damage, not malice: the bytes travel inside TLS.
struct Digest
{
    std::array<quint8, 16> bytes{};
    bool operator==(const Digest &) const = default;
};

[[nodiscard]] Digest digestOf(std::span<const char> data);
/// 32 lower-case hexadecimal digits.
[[nodiscard]] QByteArray toHex(const Digest &digest);
/// Nothing unless `hex` is exactly 32 hexadecimal digits.
[[nodiscard]] std::optional<Digest> digestFromHex(QByteArrayView hex);
/// Whether every byte is 0. True for empty input.
[[nodiscard]] bool isAllZero(std::span<const char> data);

}
