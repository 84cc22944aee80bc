#include "core/testboot/bootwatch.h"

#include <QStringList>
#include <QtEndian>

namespace edgelift::testboot {

namespace {

constexpr qsizetype fileHead = 24;
constexpr qsizetype recordHead = 16;
constexpr qsizetype etherHead = 14;
constexpr quint16 etherIp = 0x0800;
constexpr quint8 protocolTcp = 6;
constexpr quint8 protocolUdp = 17;
constexpr quint8 flagSyn = 0x02;
constexpr quint8 flagRst = 0x04;
constexpr quint8 flagAck = 0x10;
constexpr quint16 dhcpServer = 67;
constexpr qsizetype dhcpOptions = 240; // of a DHCP message, after the magic cookie
constexpr quint8 dhcpAck = 5;

quint8 byteAt(QByteArrayView bytes, qsizetype at) { return at < bytes.size() ? quint8(bytes[at]) : 0; }
quint16 shortAt(QByteArrayView bytes, qsizetype at) { return quint16(byteAt(bytes, at) << 8 | byteAt(bytes, at + 1)); }

/// Whether a DHCP message says that an address is granted.
bool isAck(QByteArrayView message)
{
    for (qsizetype at = dhcpOptions; at + 1 < message.size();) {
        const quint8 option = byteAt(message, at);
        if (option == 53)
            return byteAt(message, at + 2) == dhcpAck;
        if (option == 255)
            return false;
        at += option == 0 ? 1 : 2 + byteAt(message, at + 1);
    }
    return false;
}

QString addressAt(QByteArrayView bytes, qsizetype at)
{
    QStringList parts;
    for (qsizetype i = 0; i < 4; ++i)
        parts.append(QString::number(byteAt(bytes, at + i)));
    return parts.join(QLatin1Char('.'));
}

void look(QByteArrayView packet, const QByteArray &mac, NetworkSigns &signs)
{
    if (packet.size() < etherHead + 20 || shortAt(packet, 12) != etherIp)
        return;
    const bool ours = packet.sliced(6, 6) == QByteArrayView(mac);
    const QByteArrayView ip = packet.sliced(etherHead);
    const qsizetype head = qsizetype(byteAt(ip, 0) & 0x0f) * 4;
    if (head < 20 || head > ip.size())
        return;
    const QByteArrayView inner = ip.sliced(head);
    const quint8 protocol = byteAt(ip, 9);
    if (ours && protocol == protocolTcp && inner.size() >= 20) {
        const quint8 flags = byteAt(inner, 13);
        signs.answered = signs.answered || (flags & (flagSyn | flagAck)) == (flagSyn | flagAck) || (flags & flagRst) != 0;
    }
    if (!ours && protocol == protocolUdp && shortAt(inner, 0) == dhcpServer && inner.size() > 8 + dhcpOptions && isAck(inner.sliced(8)))
        signs.address = addressAt(inner, 8 + 16); // yiaddr
}

}

NetworkSigns networkSigns(const QByteArray &capture, const QString &mac)
{
    NetworkSigns signs;
    const QByteArray address = QByteArray::fromHex(QString(mac).remove(QLatin1Char(':')).toLatin1());
    const QByteArrayView all(capture);
    for (qsizetype at = fileHead; at + recordHead <= all.size();) {
        const quint32 length = qFromLittleEndian<quint32>(all.data() + at + 8);
        at += recordHead;
        if (length > quint32(all.size() - at))
            break;
        look(all.sliced(at, qsizetype(length)), address, signs);
        at += qsizetype(length);
    }
    return signs;
}

}
