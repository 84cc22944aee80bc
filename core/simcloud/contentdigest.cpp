#include "core/simcloud/contentdigest.h"

#include <QCryptographicHash>
#include <array>
#include <cstring>

namespace edgelift {

namespace {

using Tables = std::array<std::array<quint64, 256>, 8>;

/// tables[n][b]: the effect of byte b with n zero bytes after it; eight bytes at a time are then eight look-ups.
constexpr Tables makeTables()
{
    Tables tables{};
    for (quint64 byte = 0; byte < 256; ++byte) {
        quint64 crc = byte;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1) ^ ((crc & 1) ? 0xC96C5795D7870F42ULL : 0); // ECMA-182, bits reversed
        tables[0][byte] = crc;
    }
    for (size_t n = 1; n < 8; ++n) {
        for (size_t byte = 0; byte < 256; ++byte)
            tables[n][byte] = (tables[n - 1][byte] >> 8) ^ tables[0][tables[n - 1][byte] & 0xFF];
    }
    return tables;
}

constexpr Tables tables = makeTables();

quint64 advance(quint64 crc, QByteArrayView bytes)
{
    const auto *at = reinterpret_cast<const uchar *>(bytes.data());
    qsizetype left = bytes.size();
    for (; left >= 8; left -= 8, at += 8) {
        quint64 word = 0;
        std::memcpy(&word, at, 8);
        word ^= crc; // little-endian machines only, as the whole product
        crc = 0;
        for (size_t i = 0; i < 8; ++i)
            crc ^= tables[7 - i][(word >> (8 * i)) & 0xFF];
    }
    for (; left > 0; --left, ++at)
        crc = (crc >> 8) ^ tables[0][(crc ^ *at) & 0xFF];
    return crc;
}

}

ContentDigest::ContentDigest()
    : m_md5(std::make_unique<QCryptographicHash>(QCryptographicHash::Md5))
{
}

ContentDigest::~ContentDigest() = default;
ContentDigest::ContentDigest(ContentDigest &&) noexcept = default;
ContentDigest &ContentDigest::operator=(ContentDigest &&) noexcept = default;

void ContentDigest::add(QByteArrayView bytes)
{
    m_md5->addData(bytes);
    m_crc = advance(m_crc, bytes);
    m_size += bytes.size();
}

QByteArray ContentDigest::md5() const { return m_md5->result(); }

}
