#include "core/credential/activationcode.h"
#include "core/credential/hashing.h"

#include <QtEndian>

namespace edgelift {

namespace {

// Payload, before base32: three texts (service URL, token id, token code) and the pin, each with its length in one byte before it,
// then CRC-32 (big-endian) over the prefix and all of that. Bits left over in the last character are 0.
constexpr char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr QByteArrayView prefix("EL1");
constexpr int group = 5;
constexpr int longestInput = 2000;
constexpr int longestField = 255;
constexpr int pinSize = 32;

Error mistyped(const QString &what) { return {ErrorCode::CodeMistyped, Retry::AfterUserAction, {what}, {}}; }

/// 0–31, or -1 for a character that is not of the alphabet. Look-alikes read as what they look like.
int valueOf(char c)
{
    if (c >= 'a' && c <= 'z')
        c = char(c - 'a' + 'A');
    if (c == 'O')
        c = '0';
    else if (c == 'I' || c == 'L')
        c = '1';
    const qsizetype at = QByteArrayView(alphabet, 32).indexOf(c);
    return int(at);
}

QByteArray toBase32(const QByteArray &bytes)
{
    QByteArray out;
    quint32 held = 0;
    int bits = 0;
    for (const char c : bytes) {
        held = (held << 8 | quint8(c)) & 0xFFFF;
        bits += 8;
        for (; bits >= 5; bits -= 5)
            out += alphabet[held >> (bits - 5) & 31];
    }
    if (bits > 0)
        out += alphabet[held << (5 - bits) & 31];
    return out;
}

/// Nothing when bits are left over that are not 0, or a whole character is.
std::optional<QByteArray> fromBase32(const QList<int> &values)
{
    QByteArray out;
    quint32 held = 0;
    int bits = 0;
    for (const int value : values) {
        held = (held << 5 | quint32(value)) & 0xFFFF;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out += char(held >> bits & 0xFF);
        }
    }
    if (bits >= 5 || (held & ((1U << bits) - 1)) != 0)
        return std::nullopt;
    return out;
}

void appendField(QByteArray &out, const QByteArray &field)
{
    Q_ASSERT(field.size() <= longestField);
    out += char(field.size());
    out += field;
}

/// Takes one length-prefixed field off `bytes`.
std::optional<QByteArray> takeField(QByteArray &bytes)
{
    if (bytes.isEmpty() || bytes.size() - 1 < quint8(bytes.at(0)))
        return std::nullopt;
    const int length = quint8(bytes.at(0));
    QByteArray field = bytes.mid(1, length);
    bytes.remove(0, length + 1);
    return field;
}

QByteArray checkSum(const QByteArray &payload)
{
    QByteArray out(4, '\0');
    qToBigEndian(hashing::crc32(prefix.toByteArray() + payload), out.data());
    return out;
}

/// The characters as numbers, without spaces and dashes.
Result<QList<int>> symbols(const QByteArray &text)
{
    QList<int> out;
    for (const char c : text) {
        if (c == '-' || c == ' ' || c == '\t' || c == '\n' || c == '\r')
            continue;
        const int value = valueOf(c);
        if (value < 0) {
            const QString shown =
                c > ' ' && c < 0x7f ? QString(QLatin1Char(c)) : QStringLiteral("0x%1").arg(quint8(c), 2, 16, QLatin1Char('0'));
            return mistyped(QStringLiteral("“%1” (character %2)").arg(shown).arg(out.size() + 1));
        }
        out.append(value);
    }
    return out;
}

Result<ActivationCode> parsed(QByteArray payload)
{
    const auto url = takeField(payload);
    const auto id = takeField(payload);
    const auto code = takeField(payload);
    const auto pin = takeField(payload);
    if (!url || !id || !code || !pin || !payload.isEmpty() || id->isEmpty() || code->isEmpty())
        return mistyped(QStringLiteral("a part is missing"));
    ActivationCode out{QUrl(QString::fromUtf8(*url), QUrl::StrictMode), *pin, QString::fromUtf8(*id), Secret(*code)};
    const bool web = out.service.scheme() == QLatin1String("http") || out.service.scheme() == QLatin1String("https");
    if (!out.service.isValid() || !web || out.service.host().isEmpty() || (!pin->isEmpty() && pin->size() != pinSize))
        return mistyped(QStringLiteral("the address in it is not valid"));
    return out;
}

}

Secret encode(const ActivationCode &code)
{
    QByteArray payload;
    appendField(payload, code.service.toEncoded());
    appendField(payload, code.tokenId.toUtf8());
    appendField(payload, code.tokenCode.reveal());
    appendField(payload, code.certificatePin);
    const QByteArray digits = toBase32(payload + checkSum(payload));
    QByteArray out = prefix.toByteArray();
    for (qsizetype i = 0; i < digits.size(); i += group)
        out += '-' + digits.mid(i, group);
    return Secret(out);
}

Result<ActivationCode> decodeActivationCode(const QByteArray &text)
{
    if (text.size() > longestInput)
        return mistyped(QStringLiteral("it is longer than %1 characters").arg(longestInput));
    Result<QList<int>> read = symbols(text);
    if (!read)
        return read.error();
    if (read->isEmpty())
        return mistyped(QStringLiteral("it is empty"));
    for (int i = 0; i < prefix.size(); ++i)
        if (read->value(i, -1) != valueOf(prefix[i]))
            return mistyped(QStringLiteral("it does not begin with EL1"));
    const std::optional<QByteArray> bytes = fromBase32(read->mid(prefix.size()));
    if (!bytes || bytes->size() <= 4)
        return mistyped(QStringLiteral("the end is missing"));
    const QByteArray payload = bytes->left(bytes->size() - 4);
    if (bytes->right(4) != checkSum(payload))
        return mistyped(QStringLiteral("the check sum does not match"));
    return parsed(payload);
}

}
