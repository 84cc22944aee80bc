#include "core/simcloud/objectmetadata.h"

#include "core/credential/hashing.h"

#include <QFile>
#include <QJsonArray>
#include <algorithm>
#include <sys/stat.h>

namespace edgelift {

namespace {

constexpr int longestName = 200; // bytes; file systems allow 255
const QString hashedFolder = QStringLiteral(".objects");

QString keyHash(const QString &key) { return QString::fromLatin1(hashing::sha256Hex(key.toUtf8())); }

}

FileIdentity identityOf(const QString &path)
{
    struct stat found = {};
    if (::lstat(QFile::encodeName(path).constData(), &found) != 0 || !S_ISREG(found.st_mode))
        return {};
    return {qint64(found.st_size), qint64(found.st_mtim.tv_sec) * 1'000'000'000 + found.st_mtim.tv_nsec, quint64(found.st_ino)};
}

QJsonObject toJson(const ObjectRecord &record)
{
    QJsonObject headers;
    for (auto it = record.info.headers.begin(); it != record.info.headers.end(); ++it)
        headers.insert(it.key(), it.value());
    return {{QStringLiteral("key"), record.info.key}, {QStringLiteral("file"), record.file}, {QStringLiteral("size"), record.identity.size},
        {QStringLiteral("modifiedNs"), QString::number(record.identity.modifiedNs)},
        {QStringLiteral("inode"), QString::number(record.identity.inode)}, {QStringLiteral("etag"), record.info.etag},
        {QStringLiteral("crc64"), QString::number(record.info.crc64)},
        {QStringLiteral("modified"), record.info.modified.toUTC().toString(Qt::ISODateWithMs)},
        {QStringLiteral("contentType"), record.info.contentType}, {QStringLiteral("multipart"), record.info.multipart},
        {QStringLiteral("headers"), headers}};
}

std::optional<ObjectRecord> objectRecord(const QJsonObject &item)
{
    const auto text = [&item](const char *key) { return item.value(QLatin1String(key)).toString(); };
    ObjectRecord record;
    record.info.key = text("key");
    record.file = text("file");
    record.identity = {item.value(QLatin1String("size")).toInteger(-1), text("modifiedNs").toLongLong(), text("inode").toULongLong()};
    record.info.size = record.identity.size;
    record.info.etag = text("etag");
    record.info.crc64 = text("crc64").toULongLong();
    record.info.modified = QDateTime::fromString(text("modified"), Qt::ISODateWithMs);
    record.info.contentType = text("contentType");
    record.info.multipart = item.value(QLatin1String("multipart")).toBool();
    const QJsonObject headers = item.value(QLatin1String("headers")).toObject();
    for (auto it = headers.begin(); it != headers.end(); ++it)
        record.info.headers.insert(it.key(), it.value().toString());
    // The path is used as it stands: only the two this module would choose are taken.
    const bool placed = record.file == plainPath(record.info.key) || record.file == hashedPath(record.info.key);
    if (!ObjectStore::validKey(record.info.key) || !placed || record.identity.size < 0 || !record.info.modified.isValid())
        return std::nullopt;
    return record;
}

QJsonObject toJson(const Bucket &bucket)
{
    return {{QStringLiteral("region"), bucket.region}, {QStringLiteral("created"), bucket.created.toUTC().toString(Qt::ISODate)},
        {QStringLiteral("encrypted"), bucket.encrypted}};
}

Bucket bucketOf(const QString &name, const QJsonObject &item)
{
    return {name, item.value(QLatin1String("region")).toString(),
        QDateTime::fromString(item.value(QLatin1String("created")).toString(), Qt::ISODate),
        item.value(QLatin1String("encrypted")).toBool()};
}

QString recordFile(const QString &key) { return keyHash(key) + QLatin1String(".json"); }

QString plainPath(const QString &key)
{
    const QStringList names = key.split(QLatin1Char('/'));
    const bool safe = std::all_of(names.begin(), names.end(), [](const QString &name) {
        return !name.isEmpty() && name != QLatin1String(".") && name != QLatin1String("..") && name.toUtf8().size() <= longestName;
    });
    return safe && names.first() != hashedFolder ? key : QString();
}

QString hashedPath(const QString &key) { return hashedFolder + QLatin1Char('/') + keyHash(key); }

Result<ContentDigest> digestOf(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        return Error{ErrorCode::FileUnreadable, Retry::AfterUserAction, {path}, file.errorString()};
    ContentDigest digest;
    QByteArray piece(1 << 20, Qt::Uninitialized);
    for (;;) {
        const qint64 got = file.read(piece.data(), piece.size());
        if (got < 0)
            return Error{ErrorCode::FileUnreadable, Retry::AfterUserAction, {path}, file.errorString()};
        if (got == 0)
            return digest;
        digest.add(QByteArrayView(piece).first(got));
    }
}

}
