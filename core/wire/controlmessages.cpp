#include "core/wire/controlmessages.h"

#include "core/wire/strictreader.h"

#include <QSet>
#include <QtEndian>
#include <algorithm>

namespace edgelift::wire {

namespace {

constexpr quint64 maxExtentIndex = (quint64(1) << 44) - 1; // its offset still fits 64 bits

QString decimal(quint64 number) { return QString::number(number); }

bool isSerial(const QString &serial)
{
    const auto allowed = [](QChar c) {
        return c.unicode() < 128 && (c.isLetterOrNumber() || c == QLatin1Char('.') || c == QLatin1Char('_') || c == QLatin1Char('-'));
    };
    // "." and ".." are names too, but no serial begins with a dot
    return !serial.isEmpty() && serial.size() <= 64 && serial.front() != QLatin1Char('.')
        && std::all_of(serial.begin(), serial.end(), allowed);
}

/// Reads each element of the array `key` as an object with `read`; the first bad one ends it.
template <class T, class Read>
bool readAll(StrictReader &reader, const char *key, qsizetype least, QList<T> &out, Read read)
{
    QSet<quint32> seen;
    for (const QJsonValue &value : reader.array(key, least, maxDisks)) {
        const QJsonObject object = value.toObject();
        StrictReader inner(object);
        T element = read(inner);
        const bool good = value.isObject() && inner.isGood() && !seen.contains(element.index);
        reader.expect(good, key);
        if (!good)
            return false;
        seen.insert(element.index);
        out.append(std::move(element));
    }
    return true;
}

}

QJsonObject toJson(const PrepareParams &params)
{
    QJsonArray disks;
    for (const PrepareDisk &disk : params.disks) {
        disks.append(QJsonObject{{QStringLiteral("index"), qint64(disk.index)}, {QStringLiteral("serial"), disk.serial},
            {QStringLiteral("sizeBytes"), decimal(disk.size.count)}, {QStringLiteral("sourceBytes"), decimal(disk.sourceSize.count)},
            {QStringLiteral("fresh"), disk.fresh}});
    }
    QJsonObject object{{QStringLiteral("epoch"), decimal(params.epoch)}, {QStringLiteral("disks"), disks}};
    if (params.replace)
        object.insert(QStringLiteral("replace"), true);
    if (params.round != 0)
        object.insert(QStringLiteral("round"), qint64(params.round));
    return object;
}

Result<PrepareParams> prepareParams(const QJsonObject &object)
{
    StrictReader reader(object);
    PrepareParams params;
    params.epoch = reader.decimal("epoch");
    params.replace = reader.boolean("replace", false);
    if (object.contains(QLatin1String("round")))
        params.round = quint64(reader.number("round", 1, maxRound));
    readAll(reader, "disks", 1, params.disks, [](StrictReader &in) {
        PrepareDisk disk;
        disk.index = quint32(in.number("index", 0, maxDisks - 1));
        disk.serial = in.text("serial", 1, 64);
        disk.size.count = in.decimal("sizeBytes");
        disk.sourceSize.count = in.decimal("sourceBytes");
        disk.fresh = in.boolean("fresh");
        in.expect(isSerial(disk.serial), "serial");
        in.expect(disk.sourceSize.count > 0 && disk.sourceSize <= disk.size, "sourceBytes");
        return disk;
    });
    reader.expect(params.epoch != 0, "epoch");
    return reader.finish(params);
}

QJsonObject toJson(const PrepareResult &result)
{
    QJsonArray disks;
    for (const PreparedDisk &disk : result.disks) {
        disks.append(QJsonObject{{QStringLiteral("index"), qint64(disk.index)}, {QStringLiteral("device"), disk.device},
            {QStringLiteral("sizeBytes"), decimal(disk.size.count)}});
    }
    return {{QStringLiteral("disks"), disks}};
}

Result<PrepareResult> prepareResult(const QJsonObject &object)
{
    StrictReader reader(object);
    PrepareResult result;
    readAll(reader, "disks", 1, result.disks, [](StrictReader &in) {
        PreparedDisk disk;
        disk.index = quint32(in.number("index", 0, maxDisks - 1));
        disk.device = in.text("device", 0, 4096);
        disk.size.count = in.decimal("sizeBytes");
        return disk;
    });
    return reader.finish(result);
}

QJsonObject toJson(const StatusResult &result)
{
    return {{QStringLiteral("epoch"), decimal(result.epoch)}, {QStringLiteral("prepared"), result.prepared},
        {QStringLiteral("bytesWritten"), decimal(result.written.count)}, {QStringLiteral("point"), qint64(result.point)}};
}

Result<StatusResult> statusResult(const QJsonObject &object)
{
    StrictReader reader(object);
    StatusResult result;
    result.epoch = reader.decimal("epoch");
    result.prepared = reader.boolean("prepared");
    result.written.count = reader.decimal("bytesWritten");
    if (object.contains(QLatin1String("point"))) // version 1 has none
        result.point = quint64(reader.number("point", 0, maxRound));
    return reader.finish(result);
}

QJsonObject toJson(const VerifyParams &params)
{
    QJsonArray extents;
    for (const VerifyExtent &extent : params.extents)
        extents.append(QJsonArray{qint64(extent.index), QString::fromLatin1(toHex(extent.digest))});
    QJsonObject object{{QStringLiteral("disk"), qint64(params.disk)}, {QStringLiteral("extents"), extents}};
    if (params.blockSize != extentSize)
        object.insert(QStringLiteral("blockSize"), qint64(params.blockSize));
    return object;
}

Result<VerifyParams> verifyParams(const QJsonObject &object)
{
    StrictReader reader(object);
    VerifyParams params;
    params.disk = quint32(reader.number("disk", 0, maxDisks - 1));
    if (object.contains(QLatin1String("blockSize")))
        params.blockSize = quint32(reader.number("blockSize", leastBlockSize, extentSize));
    reader.expect(isBlockSize(params.blockSize), "blockSize");
    for (const QJsonValue &value : reader.array("extents", 1, maxVerifyExtents)) {
        const QJsonArray pair = value.toArray();
        const double index = pair.at(0).toDouble(-1);
        const std::optional<Digest> digest = digestFromHex(pair.at(1).toString().toLatin1());
        const bool good = pair.size() == 2 && index >= 0 && index <= double(maxExtentIndex) && index == double(quint64(index)) && digest;
        reader.expect(good, "extents");
        if (!good)
            break;
        params.extents.append({quint64(index), *digest});
    }
    return reader.finish(params);
}

QJsonObject toJson(const VerifyResult &result)
{
    QJsonArray different;
    for (const quint64 index : result.different)
        different.append(qint64(index));
    return {{QStringLiteral("different"), different}};
}

Result<VerifyResult> verifyResult(const QJsonObject &object)
{
    StrictReader reader(object);
    VerifyResult result;
    for (const QJsonValue &value : reader.array("different", 0, maxVerifyExtents)) {
        const double index = value.toDouble(-1);
        const bool good = index >= 0 && index <= double(maxExtentIndex) && index == double(quint64(index));
        reader.expect(good, "different");
        if (!good)
            break;
        result.different.append(quint64(index));
    }
    return reader.finish(result);
}

QJsonObject toJson(const FinishParams &params)
{
    return {{QStringLiteral("disk"), qint64(params.disk)}, {QStringLiteral("relocateGpt"), params.relocateGpt}};
}

Result<FinishParams> finishParams(const QJsonObject &object)
{
    StrictReader reader(object);
    FinishParams params;
    params.disk = quint32(reader.number("disk", 0, maxDisks - 1));
    params.relocateGpt = reader.boolean("relocateGpt");
    return reader.finish(params);
}

QJsonObject toJson(const ReadParams &params)
{
    return {{QStringLiteral("disk"), qint64(params.disk)}, {QStringLiteral("offset"), decimal(params.offset)},
        {QStringLiteral("length"), qint64(params.length)}};
}

Result<ReadParams> readParams(const QJsonObject &object)
{
    StrictReader reader(object);
    ReadParams params;
    params.disk = quint32(reader.number("disk", 0, maxDisks - 1));
    params.offset = reader.decimal("offset");
    params.length = quint32(reader.number("length", 1, maxReadLength));
    return reader.finish(params);
}

QJsonObject toJson(const ReadResult &result) { return {{QStringLiteral("bytes"), QString::fromLatin1(result.bytes.toBase64())}}; }

Result<ReadResult> readResult(const QJsonObject &object)
{
    StrictReader reader(object);
    const QByteArray text = reader.text("bytes", 0, qsizetype(maxReadLength) * 4 / 3 + 4).toLatin1();
    const auto decoded = QByteArray::fromBase64Encoding(text, QByteArray::AbortOnBase64DecodingErrors);
    reader.expect(bool(decoded), "bytes");
    return reader.finish(ReadResult{decoded.decoded});
}

QJsonObject toJson(const CommitParams &params)
{
    return {{QStringLiteral("epoch"), decimal(params.epoch)}, {QStringLiteral("round"), qint64(params.round)},
        {QStringLiteral("blocks"), decimal(params.blocks)}, {QStringLiteral("manifest"), QString::fromLatin1(toHex(params.manifest))}};
}

Result<CommitParams> commitParams(const QJsonObject &object)
{
    StrictReader reader(object);
    CommitParams params;
    params.epoch = reader.decimal("epoch");
    params.round = quint64(reader.number("round", 1, maxRound));
    params.blocks = reader.decimal("blocks");
    const std::optional<Digest> manifest = digestFromHex(reader.text("manifest", 32, 32).toLatin1());
    reader.expect(manifest.has_value(), "manifest");
    params.manifest = manifest.value_or(Digest{});
    return reader.finish(params);
}

void Manifest::add(quint32 disk, quint32 blockSize, const VerifyExtent &block)
{
    constexpr size_t digestSize = sizeof(Digest::bytes);
    std::array<char, 2 * digestSize + 16> link{};
    std::copy(m_digest.bytes.begin(), m_digest.bytes.end(), link.begin());
    qToLittleEndian(disk, link.data() + digestSize);
    qToLittleEndian(blockSize, link.data() + digestSize + 4);
    qToLittleEndian(block.index, link.data() + digestSize + 8);
    std::copy(block.digest.bytes.begin(), block.digest.bytes.end(), link.begin() + digestSize + 16);
    m_digest = digestOf(link);
    ++m_blocks;
}

}
