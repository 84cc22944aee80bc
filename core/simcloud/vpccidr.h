#pragma once
#include <QString>
#include <optional>

namespace edgelift {

/// An IPv4 network. `address` has no bits behind the mask.
struct Cidr
{
    quint32 address = 0;
    int bits = 0;

    [[nodiscard]] quint64 size() const { return quint64(1) << (32 - bits); }
    [[nodiscard]] quint64 end() const { return address + size(); } ///< first address behind it
    [[nodiscard]] bool contains(const Cidr &other) const { return other.address >= address && other.end() <= end(); }
    [[nodiscard]] bool overlaps(const Cidr &other) const { return address < other.end() && other.address < end(); }
};

/// "10.0.0.0/8". Nothing for anything else, host bits included: the cloud refuses 10.0.0.1/8.
[[nodiscard]] std::optional<Cidr> parseCidr(const QString &text);
[[nodiscard]] QString addressText(quint32 address); ///< "10.0.0.1"
/// Whether a VPC may have it: mask 8–28 and nothing of 100.64/10, 224/4, 127/8, 169.254/16 (alibaba.md 2.3).
[[nodiscard]] bool allowedForVpc(const Cidr &cidr);

}
