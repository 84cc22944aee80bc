#include "core/simcloud/objectstore.h"

#include "core/base/files.h"
#include "core/base/ids.h"
#include "core/simcloud/objectmetadata.h"

#include <QFile>
#include <QFileInfo>
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgelift {

namespace {

Error refusedKey(const QString &key) { return {ErrorCode::RequestMalformed, Retry::Never, {key.left(100)}, QStringLiteral("object key")}; }

/// Brings the bytes (and the names in a folder) to the medium. Errors: FileUnwritable.
Result<> synced(const QString &path)
{
    const Fd fd(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0)
        return errnoError(errno, ErrorCode::FileUnwritable, path);
    return ok();
}

/// rename(2), and a copy when the two are on different file systems.
Result<> moved(const QString &from, const QString &temporary, const QString &to)
{
    const auto rename = [](const QString &a, const QString &b) {
        return ::rename(QFile::encodeName(a).constData(), QFile::encodeName(b).constData()) == 0;
    };
    if (rename(from, to))
        return ok();
    if (errno != EXDEV)
        return errnoError(errno, ErrorCode::FileUnwritable, to);
    if (!QFile::copy(from, temporary))
        return Error{ErrorCode::FileUnwritable, Retry::AfterUserAction, {to}, QStringLiteral("copy failed")};
    if (Result<> safe = synced(temporary); !safe)
        return safe;
    if (!rename(temporary, to))
        return errnoError(errno, ErrorCode::FileUnwritable, to);
    QFile::remove(from);
    return ok();
}

}

ObjectStore::ObjectStore(QString dataDir, const Clock &clock)
    : m_dataDir(std::move(dataDir))
    , m_clock(clock)
{
}

QString ObjectStore::bucketFolder(const QString &bucket) const { return m_dataDir + QLatin1String("/oss/") + bucket; }

QString ObjectStore::metadataFolder(const QString &bucket) const { return m_dataDir + QLatin1String("/state/oss/") + bucket; }

Result<std::unique_ptr<ObjectStore>> ObjectStore::open(const QString &dataDir, const Clock &clock)
{
    std::unique_ptr<ObjectStore> store(new ObjectStore(dataDir, clock));
    if (const Result<> loaded = store->load(); !loaded)
        return loaded.error();
    return store;
}

Result<> ObjectStore::keep(const QString &bucket, const Stored &object)
{
    const ObjectRecord record{object.info, object.file, identityOf(bucketFolder(bucket) + QLatin1Char('/') + object.file)};
    return writeJsonFile(metadataFolder(bucket) + QLatin1Char('/') + recordFile(object.info.key), toJson(record));
}

Result<> ObjectStore::saveBuckets() const
{
    QJsonObject content;
    for (const Bucket &bucket : m_buckets)
        content.insert(bucket.name, toJson(bucket));
    return writeJsonFile(metadataFolder(QStringLiteral("buckets.json")), content);
}

Result<> ObjectStore::putBucket(const Bucket &bucket)
{
    if (!validBucketName(bucket.name))
        return Error{ErrorCode::RequestMalformed, Retry::Never, {bucket.name.left(100)}, QStringLiteral("bucket name")};
    const std::lock_guard lock(m_mutex);
    for (const QString &folder : {bucketFolder(bucket.name), metadataFolder(bucket.name)}) {
        if (Result<> made = makeFolder(folder); !made)
            return made;
    }
    const QMap<QString, Bucket> before = m_buckets;
    m_buckets.insert(bucket.name, bucket);
    Result<> saved = saveBuckets();
    if (!saved)
        m_buckets = before;
    return saved;
}

std::optional<Bucket> ObjectStore::bucket(const QString &name) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_buckets.constFind(name);
    return found == m_buckets.constEnd() ? std::nullopt : std::optional(found.value());
}

QList<Bucket> ObjectStore::buckets() const
{
    const std::lock_guard lock(m_mutex);
    return m_buckets.values();
}

Result<QString> ObjectStore::temporaryFile() const
{
    const QString path = m_dataDir + QLatin1String("/state/oss-incoming/") + randomId(QStringLiteral("o-"));
    const Fd fd(::open(QFile::encodeName(path).constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, privateFile));
    if (!fd)
        return errnoError(errno, ErrorCode::FileUnwritable, path);
    return path;
}

Result<QString> ObjectStore::place(const QString &file, const QString &bucket, const QString &key) const
{
    const QString folder = bucketFolder(bucket) + QLatin1Char('/');
    const Stored *old = find(bucket, key);
    QString relative = old ? old->file : plainPath(key);
    // "a" beside "a/b": one of them cannot have its plain path.
    if (!old && (relative.isEmpty() || QFileInfo(folder + relative).isDir() || !makeFolder(QFileInfo(folder + relative).path())))
        relative = hashedPath(key);
    const QString parent = QFileInfo(folder + relative).path();
    if (const Result<> made = makeFolder(parent); !made)
        return made.error();
    if (const Result<> there =
            moved(file, m_dataDir + QLatin1String("/state/oss-incoming/") + randomId(QStringLiteral("c-")), folder + relative);
        !there)
        return there.error();
    if (const Result<> safe = synced(parent); !safe)
        return safe.error();
    return relative;
}

Result<ObjectInfo> ObjectStore::putFile(
    const QString &bucket, const QString &key, const QString &file, const ObjectAttributes &attributes, const ContentDigest *digest)
{
    if (!validKey(key))
        return refusedKey(key);
    std::optional<ContentDigest> read;
    if (!digest) {
        Result<ContentDigest> measured = digestOf(file);
        if (!measured)
            return measured.error();
        read = measured.take();
        digest = &*read;
    }
    if (const Result<> safe = synced(file); !safe)
        return safe.error();
    Stored stored;
    stored.info = {key, digest->size(), attributes.etag, digest->crc64(), m_clock.now().toUTC(), attributes.contentType,
        attributes.multipart, attributes.headers};
    if (attributes.etag.isEmpty())
        stored.info.etag = QString::fromLatin1(digest->md5().toHex().toUpper());
    const std::lock_guard lock(m_mutex);
    if (!m_buckets.contains(bucket))
        return Error{ErrorCode::BucketMissing, Retry::AfterUserAction, {bucket}, {}};
    if (attributes.forbidOverwrite && find(bucket, key))
        return Error{ErrorCode::JobStateWrong, Retry::Never, {key}, QStringLiteral("the object exists")};
    const Result<QString> placed = place(file, bucket, key);
    if (!placed)
        return placed.error();
    stored.file = *placed;
    m_objects[bucket].insert_or_assign(key.toUtf8(), stored);
    if (const Result<> kept = keep(bucket, stored); !kept)
        return kept.error();
    return stored.info;
}

const ObjectStore::Stored *ObjectStore::find(const QString &bucket, const QString &key) const
{
    const auto objects = m_objects.constFind(bucket);
    if (objects == m_objects.constEnd())
        return nullptr;
    const auto found = objects->find(key.toUtf8());
    return found == objects->end() ? nullptr : &found->second;
}

std::optional<ObjectInfo> ObjectStore::head(const QString &bucket, const QString &key) const
{
    const std::lock_guard lock(m_mutex);
    const Stored *object = find(bucket, key);
    return object ? std::optional(object->info) : std::nullopt;
}

std::optional<ObjectStore::Opened> ObjectStore::openObject(const QString &bucket, const QString &key) const
{
    const std::lock_guard lock(m_mutex);
    const Stored *object = find(bucket, key);
    if (!object)
        return std::nullopt;
    const QString path = bucketFolder(bucket) + QLatin1Char('/') + object->file;
    auto file = std::make_shared<Fd>(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!*file)
        return std::nullopt;
    return Opened{object->info, std::move(file)};
}

QString ObjectStore::path(const QString &bucket, const QString &key) const
{
    const std::lock_guard lock(m_mutex);
    const Stored *object = find(bucket, key);
    return object ? bucketFolder(bucket) + QLatin1Char('/') + object->file : QString();
}

QList<ObjectInfo> ObjectStore::list(const QString &bucket, const QString &prefix, const QString &after, int limit) const
{
    const std::lock_guard lock(m_mutex);
    QList<ObjectInfo> found;
    const auto objects = m_objects.constFind(bucket);
    if (objects == m_objects.constEnd())
        return found;
    const QByteArray start = prefix.toUtf8();
    const QByteArray last = after.toUtf8();
    for (auto it = std::max(start, last) == start ? objects->lower_bound(start) : objects->upper_bound(last);
         it != objects->end() && found.size() < limit && it->first.startsWith(start); ++it) {
        if (after.isEmpty() || it->first > last)
            found.append(it->second.info);
    }
    return found;
}

Result<> ObjectStore::remove(const QString &bucket, const QString &key)
{
    const std::lock_guard lock(m_mutex);
    const Stored *object = find(bucket, key);
    if (!object)
        return ok();
    const QString folder = bucketFolder(bucket);
    const QString path = folder + QLatin1Char('/') + object->file;
    if (::unlink(QFile::encodeName(path).constData()) != 0 && errno != ENOENT)
        return errnoError(errno, ErrorCode::FileUnwritable, path);
    QFile::remove(metadataFolder(bucket) + QLatin1Char('/') + recordFile(key));
    m_objects[bucket].erase(key.toUtf8());
    // Folders are only there for names of objects; rmdir leaves those alone that hold something.
    for (QString parent = QFileInfo(path).path(); parent != folder; parent = QFileInfo(parent).path()) {
        if (::rmdir(QFile::encodeName(parent).constData()) != 0)
            break;
    }
    return ok();
}

bool ObjectStore::validBucketName(const QString &name)
{
    const auto plain = [](QChar c) {
        return (c >= QLatin1Char('a') && c <= QLatin1Char('z')) || (c >= QLatin1Char('0') && c <= QLatin1Char('9'));
    };
    return name.size() >= 3 && name.size() <= 63 && plain(name.front()) && plain(name.back())
        && std::all_of(name.begin(), name.end(), [&](QChar c) { return plain(c) || c == QLatin1Char('-'); });
}

bool ObjectStore::validKey(const QString &key)
{
    const qsizetype bytes = key.toUtf8().size();
    return bytes >= 1 && bytes <= 1023 && !key.startsWith(QLatin1Char('/')) && !key.startsWith(QLatin1Char('\\'))
        && !key.contains(QChar(u'\0')) && !key.contains(QChar(QChar::ReplacementCharacter)); // what bytes that are no UTF-8 become
}

}
