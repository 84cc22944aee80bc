#include "core/base/files.h"
#include "core/base/log.h"
#include "core/simcloud/objectmetadata.h"
#include "core/simcloud/objectstore.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QSet>

// What ObjectStore::open finds, and makes right again after a kill.
namespace edgelift {

namespace {

/// The object as its bytes are now. Errors: FileUnreadable.
Result<ObjectInfo> measured(const QString &path, ObjectInfo info)
{
    const Result<ContentDigest> digest = digestOf(path);
    if (!digest)
        return digest.error();
    info.size = digest->size();
    info.etag = QString::fromLatin1(digest->md5().toHex().toUpper());
    info.crc64 = digest->crc64();
    return info;
}

}

Result<> ObjectStore::load()
{
    const QString incoming = m_dataDir + QLatin1String("/state/oss-incoming");
    QDir(incoming).removeRecursively(); // uploads that a crash has cut off
    for (const QString &folder : {m_dataDir + QLatin1String("/oss"), metadataFolder({}), incoming}) {
        if (Result<> made = makeFolder(folder); !made)
            return made;
    }
    const QString path = metadataFolder(QStringLiteral("buckets.json"));
    if (!QFile::exists(path))
        return ok();
    const Result<QJsonObject> content = readJsonFile(path);
    if (!content)
        return content.error();
    for (auto it = content->begin(); it != content->end(); ++it) {
        if (!validBucketName(it.key()) || !it.value().isObject())
            return Error{ErrorCode::StateUnreadable, Retry::Never, {path}, QStringLiteral("bucket ") + it.key()};
        m_buckets.insert(it.key(), bucketOf(it.key(), it.value().toObject()));
        if (Result<> loaded = loadBucket(it.key()); !loaded)
            return loaded;
    }
    return ok();
}

Result<> ObjectStore::loadBucket(const QString &name)
{
    for (const QString &folder : {bucketFolder(name), metadataFolder(name)}) {
        if (Result<> made = makeFolder(folder); !made)
            return made;
    }
    const QDir folder(metadataFolder(name));
    const QStringList files = folder.entryList({QStringLiteral("*.json")}, QDir::Files);
    for (const QString &file : files) {
        const Result<QJsonObject> content = readJsonFile(folder.filePath(file));
        if (!content)
            return content.error();
        std::optional<ObjectRecord> record = objectRecord(*content);
        if (!record)
            return Error{ErrorCode::StateUnreadable, Retry::Never, {folder.filePath(file)}, QStringLiteral("no object record")};
        const QString path = bucketFolder(name) + QLatin1Char('/') + record->file;
        const FileIdentity identity = identityOf(path);
        if (identity.size < 0) { // deleted, and killed before the record went too
            QFile::remove(folder.filePath(file));
            continue;
        }
        Stored stored{record->info, record->file};
        if (identity != record->identity) { // replaced, and killed before the record was written
            const Result<ObjectInfo> info = measured(path, stored.info);
            if (!info)
                return info.error();
            stored.info = *info;
            if (Result<> kept = keep(name, stored); !kept)
                return kept;
        }
        m_objects[name].insert_or_assign(stored.info.key.toUtf8(), stored);
    }
    return adoptFiles(name);
}

/// Files that lie in a bucket without a record: put there by hand, or by an upload that was killed at its last step. Those with a
/// hashed name are nobody's: their key is not known.
Result<> ObjectStore::adoptFiles(const QString &bucket)
{
    const QDir folder(bucketFolder(bucket));
    QSet<QString> known;
    for (const auto &[key, stored] : m_objects[bucket])
        known.insert(stored.file);
    QDirIterator files(folder.path(), QDir::Files | QDir::NoSymLinks | QDir::Hidden, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString path = files.next();
        const QString file = folder.relativeFilePath(path);
        if (known.contains(file))
            continue;
        if (plainPath(file).isEmpty() || !validKey(file)) {
            QFile::remove(path);
            continue;
        }
        ObjectInfo found;
        found.key = file;
        found.modified = m_clock.now().toUTC();
        found.contentType = ObjectAttributes().contentType;
        const Result<ObjectInfo> info = measured(path, found);
        if (!info)
            return info.error();
        log::warning("oss", QStringLiteral("object without a record taken over"), {{QStringLiteral("key"), file}});
        if (Result<> kept = keep(bucket, {*info, file}); !kept)
            return kept;
        m_objects[bucket].insert_or_assign(file.toUtf8(), Stored{*info, file});
    }
    return ok();
}

}
