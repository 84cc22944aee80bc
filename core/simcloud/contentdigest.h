#pragma once
#include <QByteArray>
#include <QByteArrayView>
#include <memory>

class QCryptographicHash;

namespace edgelift {

/// MD5 and CRC-64/ECMA-182 (reflected, as OSS shows it) of a content, gathered while it passes by.
class ContentDigest
{
public:
    ContentDigest();
    ~ContentDigest();
    ContentDigest(ContentDigest &&) noexcept;
    ContentDigest &operator=(ContentDigest &&) noexcept;
    void add(QByteArrayView bytes);
    [[nodiscard]] qint64 size() const { return m_size; }
    [[nodiscard]] QByteArray md5() const; ///< 16 bytes
    [[nodiscard]] quint64 crc64() const { return ~m_crc; }

private:
    std::unique_ptr<QCryptographicHash> m_md5;
    quint64 m_crc = ~quint64(0);
    qint64 m_size = 0;
};

}
