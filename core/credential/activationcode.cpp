#include "core/credential/activationcode.h"
#include "core/credential/hashing.h"

#include <QCoreApplication>
#include <QtEndian>
#include <optional>

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

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(ActivationCode)
};

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

/// What people see at a place, for a message. Counted without spaces and dashes, as the groups are read out.
QString placed(const QString &character, qsizetype place)
{
    //: %1 is one character of an activation code, %2 its place in the code
    return Words::tr("“%1” (character %2)").arg(character).arg(place);
}

/// The characters as numbers, without spaces and dashes.
Result<QList<int>> symbols(const QByteArray &text)
{
    QList<int> out;
    const QString characters = QString::fromUtf8(text);
    for (const QChar c : characters) {
        if (c == QLatin1Char('-') || c == QLatin1Char(' ') || c == QLatin1Char('\t') || c == QLatin1Char('\n') || c == QLatin1Char('\r'))
            continue;
        const int value = c.unicode() < 0x7f ? valueOf(c.toLatin1()) : -1;
        if (value < 0) {
            const bool visible = c.isPrint() && !c.isSpace() && !c.isSurrogate();
            const QString shown = visible ? QString(c) : QStringLiteral("0x%1").arg(c.unicode(), 2, 16, QLatin1Char('0'));
            return mistyped(placed(shown, out.size() + 1));
        }
        out.append(value);
    }
    return out;
}

bool sumMatches(const QByteArray &bytes) { return bytes.size() > 4 && bytes.right(4) == checkSum(bytes.chopped(4)); }

/// The one symbol that, changed, would make the sum match; nothing when there is none, or more than one.
std::optional<qsizetype> wrongSymbol(const QList<int> &symbols)
{
    QList<int> whole = symbols; // without the bits left over, which belong to no byte
    whole.last() &= 31 << symbols.size() * 5 % 8;
    std::optional<QByteArray> bytes = fromBase32(whole);
    if (!bytes)
        return std::nullopt;
    const bool wrongEnd = whole.last() != symbols.last();
    std::optional<qsizetype> found;
    for (qsizetype at = wrongEnd ? symbols.size() - 1 : 0; at < symbols.size(); ++at) {
        const qsizetype bit = at * 5;
        for (int change = wrongEnd ? 0 : 1; change < 32; ++change) {
            const int spread = change << (11 - bit % 8); // over two bytes
            const auto apply = [&bytes, bit, spread] {
                for (const int half : {0, 1}) {
                    if (const qsizetype byte = bit / 8 + half; byte < bytes->size())
                        (*bytes)[byte] = char((*bytes)[byte] ^ (spread >> (8 - 8 * half) & 0xFF));
                }
            };
            apply();
            const bool matches = sumMatches(*bytes);
            apply();
            if (!matches)
                continue;
            if (found && *found != at)
                return std::nullopt;
            found = at;
        }
    }
    return found;
}

Error wrongSum(const QList<int> &symbols, const QString &otherwise)
{
    constexpr qsizetype longestSearched = 400; // so that it stays below some milliseconds
    const std::optional<qsizetype> at = symbols.isEmpty() || symbols.size() > longestSearched ? std::nullopt : wrongSymbol(symbols);
    return mistyped(at ? placed(QString(QLatin1Char(alphabet[symbols.at(*at)])), *at + prefix.size() + 1) : otherwise);
}

Result<ActivationCode> parsed(QByteArray payload)
{
    const auto url = takeField(payload);
    const auto id = takeField(payload);
    const auto code = takeField(payload);
    const auto pin = takeField(payload);
    if (!url || !id || !code || !pin || !payload.isEmpty() || id->isEmpty() || code->isEmpty())
        return mistyped(Words::tr("a part is missing"));
    ActivationCode out{QUrl(QString::fromUtf8(*url), QUrl::StrictMode), *pin, QString::fromUtf8(*id), Secret(*code)};
    const bool web = out.service.scheme() == QLatin1String("http") || out.service.scheme() == QLatin1String("https");
    if (!out.service.isValid() || !web || out.service.host().isEmpty() || (!pin->isEmpty() && pin->size() != pinSize))
        return mistyped(Words::tr("the address in it is not valid"));
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
        return mistyped(Words::tr("it is longer than %1 characters").arg(longestInput));
    Result<QList<int>> read = symbols(text);
    if (!read)
        return read.error();
    if (read->isEmpty())
        return mistyped(Words::tr("it is empty"));
    for (int i = 0; i < prefix.size(); ++i)
        if (read->value(i, -1) != valueOf(prefix[i]))
            return mistyped(Words::tr("it does not begin with EL1"));
    const std::optional<QByteArray> bytes = fromBase32(read->mid(prefix.size()));
    if (!bytes || bytes->size() <= 4)
        return wrongSum(read->mid(prefix.size()), Words::tr("the end is missing"));
    if (!sumMatches(*bytes))
        return wrongSum(read->mid(prefix.size()), Words::tr("the check sum does not match"));
    return parsed(bytes->chopped(4));
}

}
