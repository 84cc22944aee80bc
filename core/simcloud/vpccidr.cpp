#include "core/simcloud/vpccidr.h"

#include <QRegularExpression>
#include <algorithm>

namespace edgelift {

std::optional<Cidr> parseCidr(const QString &text)
{
    static const QRegularExpression form(QStringLiteral(R"(\A(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})/(\d{1,2})\z)"));
    const QRegularExpressionMatch match = form.match(text);
    if (!match.hasMatch())
        return std::nullopt;
    Cidr out;
    for (int part = 1; part <= 4; ++part) {
        const uint value = match.captured(part).toUInt();
        if (value > 255)
            return std::nullopt;
        out.address = (out.address << 8) | value;
    }
    out.bits = match.captured(5).toInt();
    if (out.bits < 1 || out.bits > 32 || (out.address & quint32(out.size() - 1)) != 0)
        return std::nullopt;
    return out;
}

QString addressText(quint32 address)
{
    return QStringLiteral("%1.%2.%3.%4").arg(address >> 24).arg((address >> 16) & 255).arg((address >> 8) & 255).arg(address & 255);
}

bool allowedForVpc(const Cidr &cidr)
{
    static const Cidr excluded[] = {{0x64400000, 10}, {0xE0000000, 4}, {0x7F000000, 8}, {0xA9FE0000, 16}};
    return cidr.bits >= 8 && cidr.bits <= 28
        && std::none_of(std::begin(excluded), std::end(excluded), [&](const Cidr &one) { return one.overlaps(cidr); });
}

}
