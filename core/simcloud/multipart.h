#pragma once
#include "core/simcloud/objectstore.h"

#include <set>

namespace edgelift {

struct UploadPart
{
    int number = 0; ///< 1–10000
    qint64 size = 0;
    QString etag; ///< upper-case hex MD5
    QDateTime modified; ///< UTC
};

/// Uploads in several parts, below DIR/state/multipart/<upload id>/; they survive a restart. Thread-safe.
/// Errors of all: ResourceMissing (no such upload), FileUnwritable, NoSpace, StateUnreadable.
class MultipartUploads
{
public:
    struct Upload
    {
        QString id;
        QString bucket;
        QString key;
        ObjectAttributes attributes;
        QDateTime created; ///< UTC
    };

    /// `objects` outlives it.
    MultipartUploads(const QString &dataDir, ObjectStore &objects, const Clock &clock);

    [[nodiscard]] Result<Upload> begin(const QString &bucket, const QString &key, const ObjectAttributes &attributes);
    /// ResourceMissing also when the upload is for another bucket or key.
    [[nodiscard]] Result<Upload> find(const QString &id, const QString &bucket, const QString &key) const;
    [[nodiscard]] QList<Upload> uploads(const QString &bucket) const; ///< by key
    /// Takes `file` (made by ObjectStore::temporaryFile) as part `number`, in place of an earlier one of that number.
    [[nodiscard]] Result<> putPart(const Upload &upload, int number, const QString &file, const ContentDigest &digest);
    [[nodiscard]] QList<UploadPart> parts(const Upload &upload) const; ///< ascending
    /// Makes the object of `chosen` parts, which are among parts(). JobStateWrong: somebody else is completing it.
    [[nodiscard]] Result<ObjectInfo> complete(const Upload &upload, const QList<UploadPart> &chosen);
    void abort(const Upload &upload);

private:
    class Completing;
    [[nodiscard]] QString folder(const QString &id) const;
    [[nodiscard]] Result<ContentDigest> join(const Upload &upload, const QList<UploadPart> &chosen, const QString &target) const;

    QString m_root;
    ObjectStore &m_objects;
    const Clock &m_clock;
    mutable std::mutex m_mutex;
    std::set<QString> m_completing;
};

}
