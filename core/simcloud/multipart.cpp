#include "core/simcloud/multipart.h"

#include "core/base/files.h"
#include "core/base/ids.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <map>
#include <unistd.h>

namespace edgelift {

namespace {

const QString recordName = QStringLiteral("upload.json");

Error noSuchUpload(const QString &id) { return {ErrorCode::ResourceMissing, Retry::Never, {id.left(40)}, QStringLiteral("upload")}; }

QJsonObject toJson(const MultipartUploads::Upload &upload)
{
    QJsonObject headers;
    for (auto it = upload.attributes.headers.begin(); it != upload.attributes.headers.end(); ++it)
        headers.insert(it.key(), it.value());
    return {{QStringLiteral("bucket"), upload.bucket}, {QStringLiteral("key"), upload.key},
        {QStringLiteral("contentType"), upload.attributes.contentType}, {QStringLiteral("headers"), headers},
        {QStringLiteral("forbidOverwrite"), upload.attributes.forbidOverwrite},
        {QStringLiteral("created"), upload.created.toUTC().toString(Qt::ISODate)}};
}

MultipartUploads::Upload uploadOf(const QString &id, const QJsonObject &item)
{
    MultipartUploads::Upload upload;
    upload.id = id;
    upload.bucket = item.value(QLatin1String("bucket")).toString();
    upload.key = item.value(QLatin1String("key")).toString();
    upload.attributes.contentType = item.value(QLatin1String("contentType")).toString();
    upload.attributes.forbidOverwrite = item.value(QLatin1String("forbidOverwrite")).toBool();
    upload.attributes.multipart = true;
    const QJsonObject headers = item.value(QLatin1String("headers")).toObject();
    for (auto it = headers.begin(); it != headers.end(); ++it)
        upload.attributes.headers.insert(it.key(), it.value().toString());
    upload.created = QDateTime::fromString(item.value(QLatin1String("created")).toString(), Qt::ISODate);
    return upload;
}

/// "00007-104857600-<MD5>": all there is to know about a part is in its name, so storing one is a single rename.
QString partName(int number, qint64 size, const QString &etag)
{
    return QStringLiteral("%1-%2-%3").arg(number, 5, 10, QLatin1Char('0')).arg(size).arg(etag);
}

QString partName(const UploadPart &part) { return partName(part.number, part.size, part.etag); }

/// Appends the file `from` to `to`, adding it to `digest`.
Result<> append(int to, const QString &from, ContentDigest &digest)
{
    QFile file(from);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        return Error{ErrorCode::FileUnreadable, Retry::AfterUserAction, {from}, file.errorString()};
    QByteArray piece(1 << 20, Qt::Uninitialized);
    for (;;) {
        const qint64 got = file.read(piece.data(), piece.size());
        if (got < 0)
            return Error{ErrorCode::FileUnreadable, Retry::AfterUserAction, {from}, file.errorString()};
        if (got == 0)
            return ok();
        digest.add(QByteArrayView(piece).first(got));
        for (qint64 put = 0; put < got;) {
            const ssize_t wrote = ::write(to, piece.constData() + put, size_t(got - put));
            if (wrote < 0 && errno != EINTR)
                return errnoError(errno, ErrorCode::FileUnwritable, from);
            put += std::max<ssize_t>(wrote, 0);
        }
    }
}

}

/// Holds an upload for one completion at a time.
class MultipartUploads::Completing
{
public:
    Completing(MultipartUploads &owner, QString id)
        : m_owner(owner)
        , m_id(std::move(id))
    {
        const std::lock_guard lock(m_owner.m_mutex);
        m_mine = m_owner.m_completing.insert(m_id).second;
    }
    Completing(const Completing &) = delete;
    Completing &operator=(const Completing &) = delete;
    ~Completing()
    {
        const std::lock_guard lock(m_owner.m_mutex);
        if (m_mine)
            m_owner.m_completing.erase(m_id);
    }
    explicit operator bool() const { return m_mine; }

private:
    MultipartUploads &m_owner;
    QString m_id;
    bool m_mine = false;
};

MultipartUploads::MultipartUploads(const QString &dataDir, ObjectStore &objects, const Clock &clock)
    : m_root(dataDir + QLatin1String("/state/multipart/"))
    , m_objects(objects)
    , m_clock(clock)
{
}

QString MultipartUploads::folder(const QString &id) const { return m_root + id + QLatin1Char('/'); }

Result<MultipartUploads::Upload> MultipartUploads::begin(const QString &bucket, const QString &key, const ObjectAttributes &attributes)
{
    Upload upload{QString::fromLatin1(randomBytes(16).toHex().toUpper()), bucket, key, attributes, m_clock.now().toUTC()};
    upload.attributes.multipart = true;
    if (const Result<> made = makeFolder(folder(upload.id)); !made)
        return made.error();
    if (const Result<> written = writeJsonFile(folder(upload.id) + recordName, toJson(upload)); !written)
        return written.error();
    return upload;
}

Result<MultipartUploads::Upload> MultipartUploads::find(const QString &id, const QString &bucket, const QString &key) const
{
    static const QRegularExpression form(QStringLiteral("\\A[0-9A-F]{32}\\z")); // ids become folder names
    if (!form.match(id).hasMatch() || !QFile::exists(folder(id) + recordName))
        return noSuchUpload(id);
    const Result<QJsonObject> content = readJsonFile(folder(id) + recordName);
    if (!content)
        return content.error();
    const Upload upload = uploadOf(id, *content);
    if (upload.bucket != bucket || upload.key != key)
        return noSuchUpload(id);
    return upload;
}

QList<MultipartUploads::Upload> MultipartUploads::uploads(const QString &bucket) const
{
    QList<Upload> found;
    const QStringList ids = QDir(m_root).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString &id : ids) {
        const Result<QJsonObject> content = readJsonFile(folder(id) + recordName);
        if (content && uploadOf(id, *content).bucket == bucket)
            found.append(uploadOf(id, *content));
    }
    std::sort(found.begin(), found.end(), [](const Upload &a, const Upload &b) { return std::tie(a.key, a.id) < std::tie(b.key, b.id); });
    return found;
}

Result<> MultipartUploads::putPart(const Upload &upload, int number, const QString &file, const ContentDigest &digest)
{
    const QString etag = QString::fromLatin1(digest.md5().toHex().toUpper());
    const QString name = partName(number, digest.size(), etag);
    const Fd written(::open(QFile::encodeName(file).constData(), O_RDONLY | O_CLOEXEC));
    if (!written || ::fsync(written.get()) != 0)
        return errnoError(errno, ErrorCode::FileUnwritable, file);
    const std::lock_guard lock(m_mutex);
    const QDir parts(folder(upload.id));
    const QStringList earlier = parts.entryList({name.left(6) + QLatin1Char('*')}, QDir::Files);
    if (::rename(QFile::encodeName(file).constData(), QFile::encodeName(parts.filePath(name)).constData()) != 0)
        return errno == ENOENT || errno == ENOTDIR ? noSuchUpload(upload.id) : errnoError(errno, ErrorCode::FileUnwritable, file);
    for (const QString &old : earlier) {
        if (old != name)
            QFile::remove(parts.filePath(old));
    }
    return ok();
}

QList<UploadPart> MultipartUploads::parts(const Upload &upload) const
{
    static const QRegularExpression form(QStringLiteral("\\A(\\d{5})-(\\d+)-([0-9A-F]{32})\\z"));
    std::map<int, UploadPart> found;
    const QFileInfoList files = QDir(folder(upload.id)).entryInfoList(QDir::Files, QDir::Time | QDir::Reversed);
    for (const QFileInfo &file : files) { // the newest of a number last: a kill may have left the one it replaces
        const QRegularExpressionMatch match = form.match(file.fileName());
        if (match.hasMatch())
            found[match.captured(1).toInt()] = {
                match.captured(1).toInt(), match.captured(2).toLongLong(), match.captured(3), file.lastModified().toUTC()};
    }
    QList<UploadPart> ordered;
    for (const auto &[number, part] : found)
        ordered.append(part);
    return ordered;
}

Result<ContentDigest> MultipartUploads::join(const Upload &upload, const QList<UploadPart> &chosen, const QString &target) const
{
    const Fd out(::open(QFile::encodeName(target).constData(), O_WRONLY | O_APPEND | O_CLOEXEC));
    if (!out)
        return errnoError(errno, ErrorCode::FileUnwritable, target);
    ContentDigest digest;
    for (const UploadPart &part : chosen) {
        if (const Result<> added = append(out.get(), folder(upload.id) + partName(part), digest); !added)
            return added.error();
    }
    return digest;
}

Result<ObjectInfo> MultipartUploads::complete(const Upload &upload, const QList<UploadPart> &chosen)
{
    const Completing mine(*this, upload.id);
    if (!mine)
        return Error{ErrorCode::JobStateWrong, Retry::AfterWait, {upload.id}, QStringLiteral("is being completed")};
    const Result<QString> target = m_objects.temporaryFile();
    if (!target)
        return target.error();
    Result<ContentDigest> digest = join(upload, chosen, *target);
    if (!digest) {
        QFile::remove(*target);
        return digest.error();
    }
    ObjectAttributes attributes = upload.attributes;
    QCryptographicHash md5s(QCryptographicHash::Md5);
    for (const UploadPart &part : chosen)
        md5s.addData(QByteArray::fromHex(part.etag.toLatin1()));
    attributes.etag = QStringLiteral("%1-%2").arg(QString::fromLatin1(md5s.result().toHex().toUpper())).arg(chosen.size());
    const Result<ObjectInfo> made = m_objects.putFile(upload.bucket, upload.key, *target, attributes, &*digest);
    if (made)
        abort(upload);
    else
        QFile::remove(*target);
    return made;
}

void MultipartUploads::abort(const Upload &upload)
{
    const std::lock_guard lock(m_mutex);
    QFile::remove(folder(upload.id) + recordName); // first: what is left after a kill is no upload any more
    QDir(folder(upload.id)).removeRecursively();
}

}
