#pragma once
#include <QByteArray>
#include <QtEndian>
#include <array>

namespace edgelift::medium {

/// Numbers out of bytes read from a disk. Outside the bytes they are 0, so that a parser that forgot a check reads nothing foreign.
template <class T>
T little(const QByteArray &bytes, quint64 offset)
{
    if (offset > quint64(bytes.size()) || sizeof(T) > quint64(bytes.size()) - offset)
        return 0;
    return qFromLittleEndian<T>(bytes.constData() + offset);
}
template <class T>
T big(const QByteArray &bytes, quint64 offset)
{
    if (offset > quint64(bytes.size()) || sizeof(T) > quint64(bytes.size()) - offset)
        return 0;
    return qFromBigEndian<T>(bytes.constData() + offset);
}

inline constexpr std::array<quint32, 256> crcTable(quint32 polynomial)
{
    std::array<quint32, 256> table{};
    for (quint32 i = 0; i < 256; ++i) {
        quint32 value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value >> 1) ^ ((value & 1) ? polynomial : 0);
        table[i] = value;
    }
    return table;
}

/// One step of a reflected CRC-32 without initial or final inversion.
inline quint32 crcStep(const std::array<quint32, 256> &table, quint32 crc, const char *bytes, qsizetype count)
{
    for (qsizetype i = 0; i < count; ++i)
        crc = table[(crc ^ quint8(bytes[i])) & 0xff] ^ (crc >> 8);
    return crc;
}

/// CRC-32C (Castagnoli), as XFS v5 and btrfs use it: seed ~0, result inverted. `hole` is where the sum itself lies (4 bytes, counted as 0).
inline quint32 crc32c(const QByteArray &bytes, qsizetype hole = -1)
{
    static constexpr auto table = crcTable(0x82f63b78);
    if (hole < 0)
        return ~crcStep(table, ~0U, bytes.constData(), bytes.size());
    quint32 crc = crcStep(table, ~0U, bytes.constData(), hole);
    crc = crcStep(table, crc, "\0\0\0\0", 4);
    return ~crcStep(table, crc, bytes.constData() + hole + 4, bytes.size() - hole - 4);
}

}
