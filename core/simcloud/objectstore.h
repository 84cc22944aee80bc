#pragma once
#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/base/result.h"
#include "core/simcloud/contentdigest.h"

#include <QDateTime>
#include <QMap>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace edgelift {

struct Bucket
{
    QString name;
    QString region; ///< "cn-beijing"
    QDateTime created;
    bool encrypted = false; ///< has a server-side encryption rule: ECS refuses to export into it
};

struct ObjectInfo
{
    QString key;
    qint64 size = 0;
    QString etag; ///< upper-case hex MD5, or "<hex>-<parts>" for a multipart upload; without quotes
    quint64 crc64 = 0; ///< CRC-64/ECMA-182 as x-oss-hash-crc64ecma shows it
    QDateTime modified; ///< UTC
    QString contentType;
    bool multipart = false; ///< x-oss-object-type Multipart, else Normal
    QMap<QString, QString> headers; ///< lower-case x-oss-meta-*, cache-control, content-disposition …, given back on GET
};

/// What a writer of an object decides; everything else is computed from the bytes.
struct ObjectAttributes
{
    QString contentType = QStringLiteral("application/octet-stream");
    QMap<QString, QString> headers;
    QString etag; ///< empty: the MD5 of the content
    bool multipart = false;
    bool forbidOverwrite = false;
};

/// Buckets as folders: the object KEY of BUCKET is the file DIR/oss/BUCKET/KEY; a key that is no safe relative path ("a//b",
/// "..", a name over 200 bytes, "a" beside "a/b") lies in DIR/oss/BUCKET/.objects/<SHA-256 of the key>. Metadata lies in
/// DIR/state/oss. A file found without metadata, or not matching it, is measured again on open. Thread-safe. Replacing and deleting
/// are atomic; a reader that has the old file open keeps it.
class ObjectStore
{
public:
    /// `dataDir`: the service's DIR; `clock` outlives the store. Errors: StateUnreadable, FileUnwritable.
    [[nodiscard]] static Result<std::unique_ptr<ObjectStore>> open(const QString &dataDir, const Clock &clock);

    /// Errors: RequestMalformed (the name breaks OSS's rules). An existing bucket is replaced in its attributes only.
    [[nodiscard]] Result<> putBucket(const Bucket &bucket);
    [[nodiscard]] std::optional<Bucket> bucket(const QString &name) const;
    [[nodiscard]] QList<Bucket> buckets() const; ///< by name

    /// A new empty file in a private folder of the same file system, to be written by the caller and then given to putFile.
    [[nodiscard]] Result<QString> temporaryFile() const;
    /// Moves `file` in as the object (it is gone from its place afterwards; copied when on another file system), after reading it
    /// once for MD5 and CRC unless `digest` of its content is given. Durable when it returns. Errors: BucketMissing, RequestMalformed
    /// (key), JobStateWrong (exists and forbidOverwrite), FileUnreadable, FileUnwritable, NoSpace.
    [[nodiscard]] Result<ObjectInfo> putFile(const QString &bucket, const QString &key, const QString &file,
        const ObjectAttributes &attributes = {}, const ContentDigest *digest = nullptr);

    [[nodiscard]] std::optional<ObjectInfo> head(const QString &bucket, const QString &key) const;
    /// The object as it is now; replacing or deleting it later does not disturb who has it open. Nothing when there is none.
    struct Opened
    {
        ObjectInfo info;
        std::shared_ptr<Fd> file;
    };
    [[nodiscard]] std::optional<Opened> openObject(const QString &bucket, const QString &key) const;
    /// Where the bytes are, to be opened read-only. Empty when there is no such object.
    [[nodiscard]] QString path(const QString &bucket, const QString &key) const;
    /// Objects whose key starts with `prefix` and comes after `after` (empty: from the first), in UTF-8 byte order.
    [[nodiscard]] QList<ObjectInfo> list(
        const QString &bucket, const QString &prefix = {}, const QString &after = {}, int limit = 1000) const;
    /// Nothing happens when there is none. Errors: FileUnwritable.
    [[nodiscard]] Result<> remove(const QString &bucket, const QString &key);

    [[nodiscard]] static bool validBucketName(const QString &name); ///< 3–63 of a–z 0–9 -, no hyphen at either end
    [[nodiscard]] static bool validKey(const QString &key); ///< 1–1023 bytes of UTF-8, no NUL, not starting with / or backslash

private:
    struct Stored
    {
        ObjectInfo info;
        QString file; ///< relative to the bucket's folder
    };
    using Objects = std::map<QByteArray, Stored>; ///< by UTF-8 key

    ObjectStore(QString dataDir, const Clock &clock);
    [[nodiscard]] Result<> load();
    [[nodiscard]] Result<> loadBucket(const QString &name);
    [[nodiscard]] Result<> adoptFiles(const QString &bucket);
    [[nodiscard]] Result<QString> place(const QString &file, const QString &bucket, const QString &key) const;
    [[nodiscard]] Result<> keep(const QString &bucket, const Stored &object);
    [[nodiscard]] Result<> saveBuckets() const;
    [[nodiscard]] const Stored *find(const QString &bucket, const QString &key) const;
    [[nodiscard]] QString metadataFolder(const QString &bucket) const;
    [[nodiscard]] QString bucketFolder(const QString &bucket) const;

    QString m_dataDir;
    const Clock &m_clock;
    mutable std::mutex m_mutex;
    QMap<QString, Bucket> m_buckets;
    QMap<QString, Objects> m_objects;
};

}
