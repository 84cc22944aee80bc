#pragma once
#include <QByteArray>
#include <QDebug>
#include <cstring>

namespace edgelift {

/// Bytes that never print themselves: AccessKey secrets, activation codes, private keys. Streams and logs show "***".
/// The memory is overwritten when the last copy goes (QByteArray is shared; do not keep what reveal() returned).
class Secret
{
public:
    Secret() = default;
    explicit Secret(QByteArray bytes)
        : m_bytes(std::move(bytes))
    {
    }
    Secret(const Secret &) = default;
    Secret(Secret &&) noexcept = default;
    Secret &operator=(const Secret &) = default;
    Secret &operator=(Secret &&) noexcept = default;
    ~Secret()
    {
        if (!m_bytes.isEmpty() && m_bytes.isDetached())
            explicit_bzero(m_bytes.data(), size_t(m_bytes.size()));
    }
    bool isEmpty() const { return m_bytes.isEmpty(); }
    /// The bytes themselves: only for signing, sending over TLS and writing to a file of mode 0600.
    const QByteArray &reveal() const { return m_bytes; }

private:
    QByteArray m_bytes;
};

inline QDebug operator<<(QDebug debug, const Secret &) { return debug << "***"; }

}
