#include "core/source/imageformat.h"

#include <QtEndian>
#include <array>

namespace edgelift {

namespace {

struct Magic
{
    const char *name;
    qsizetype offset;
    QByteArrayView bytes;
};

const std::array magics{Magic{"vmdk", 0, "KDMV"}, Magic{"vmdk", 0, "COWD"}, Magic{"vmdk", 0, "# Disk DescriptorFile"},
    Magic{"vdi", 64, "\x7f\x10\xda\xbe"}, Magic{"vhd", 0, "conectix"}, Magic{"vhdx", 0, "vhdxfile"},
    Magic{"qed", 0, QByteArrayView("QED\0", 4)}, Magic{"parallels", 0, "WithoutFreeSpace"}, Magic{"parallels", 0, "WithouFreSpacExt"},
    Magic{"bochs", 0, "Bochs Virtual HD Image"}, Magic{"tar (unpack it first)", 257, "ustar"}};

/// Two bytes may stand in boot code by chance, so these count only without a boot sector's signature.
const std::array compressions{Magic{"gzip (unpack it first)", 0, "\x1f\x8b"},
    Magic{"xz (unpack it first)", 0,
        "\xfd"
        "7zXZ"},
    Magic{"zstd (unpack it first)", 0, "\x28\xb5\x2f\xfd"}, Magic{"bzip2 (unpack it first)", 0, "BZh"},
    Magic{"zip (unpack it first)", 0, "PK\x03\x04"}, Magic{"7z (unpack it first)", 0, "7z\xbc\xaf\x27\x1c"}};

template <class T>
T number(const QByteArray &bytes, quint64 offset)
{
    return offset + sizeof(T) <= quint64(bytes.size()) ? qFromBigEndian<T>(bytes.constData() + offset) : T(0);
}

Error damaged(const char *why) { return {ErrorCode::SourceUnreadable, Retry::Never, {}, QString::fromLatin1(why)}; }

QString findExtension(const QByteArray &start, quint64 at, quint32 wanted)
{
    while (at + 8 <= quint64(start.size())) {
        const quint32 type = number<quint32>(start, at);
        const quint32 length = number<quint32>(start, at + 4);
        if (type == 0 || length > quint64(start.size()) - at - 8)
            break;
        if (type == wanted)
            return QString::fromUtf8(start.mid(qsizetype(at + 8), qsizetype(length)));
        at += 8 + (quint64(length) + 7) / 8 * 8;
    }
    return {};
}

}

QString imageFormatName(const QByteArray &start, const QByteArray &end)
{
    if (start.startsWith("QFI\xfb"))
        return number<quint32>(start, 4) >= 2 ? QStringLiteral("qcow2") : QStringLiteral("qcow");
    const auto matches = [&start](const Magic &magic) { return start.mid(magic.offset, magic.bytes.size()) == magic.bytes; };
    for (const Magic &magic : magics) {
        if (matches(magic))
            return QString::fromLatin1(magic.name);
    }
    if (start.mid(510, 2) != "\x55\xaa") {
        for (const Magic &magic : compressions) {
            if (matches(magic))
                return QString::fromLatin1(magic.name);
        }
    }
    if (end.startsWith("conectix")) // a fixed VHD is a raw disk with a footer
        return QStringLiteral("vhd");
    if (end.startsWith("koly"))
        return QStringLiteral("dmg");
    return {};
}

Result<Qcow2Header> parseQcow2(const QByteArray &start)
{
    constexpr quint64 corrupt = 0x2;
    constexpr quint64 externalData = 0x4;
    constexpr quint64 knownIncompatible = 0x1f; // dirty, corrupt, external data, compression type, extended L2
    constexpr quint32 backingFormat = 0xe2792aca;
    const quint32 version = number<quint32>(start, 4);
    const quint64 nameOffset = number<quint64>(start, 8);
    const quint32 nameLength = number<quint32>(start, 16);
    const quint64 headerLength = version >= 3 ? number<quint32>(start, 100) : 72;
    if (start.size() < 104 || !start.startsWith("QFI\xfb") || headerLength < 72 || nameLength > 1023)
        return damaged("qcow2 header is not complete");
    Qcow2Header header;
    header.size = Bytes{number<quint64>(start, 24)};
    const quint64 features = version >= 3 ? number<quint64>(start, 72) : 0;
    if (version > 3 || (features & ~knownIncompatible))
        header.unsupported = QStringLiteral("qcow2 of a newer version");
    else if (number<quint32>(start, 32) != 0)
        header.unsupported = QStringLiteral("qcow2 (encrypted)");
    else if (features & externalData)
        header.unsupported = QStringLiteral("qcow2 with an external data file");
    else if (features & corrupt)
        return damaged("qcow2 is marked as corrupt");
    if (nameOffset != 0) {
        if (nameLength == 0 || nameOffset > quint64(start.size()) || nameLength > quint64(start.size()) - nameOffset)
            return damaged("qcow2 backing file name is not inside the header");
        header.backingFile = QString::fromUtf8(start.mid(qsizetype(nameOffset), qsizetype(nameLength)));
        header.backingFormat = findExtension(start, headerLength, backingFormat);
    }
    if (header.size.count > 1ULL << 62)
        return damaged("qcow2 disk size is impossible");
    return header;
}

}
