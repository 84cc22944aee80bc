#include "core/simcloud/exportwork.h"

#include "core/base/log.h"
#include "core/service/statestore.h"
#include "core/simcloud/handlers.h"
#include "core/simcloud/imagearchive.h"
#include "core/simcloud/imagefiles.h"
#include "core/simcloud/objectstore.h"

#include <QFile>
#include <QFileInfo>
#include <unistd.h>

namespace edgelift {

namespace {

/// A temporary file that is gone at the end, unless it was moved away.
class Temporary
{
public:
    explicit Temporary(QString path)
        : m_path(std::move(path))
    {
    }
    Temporary(const Temporary &) = delete;
    Temporary &operator=(const Temporary &) = delete;
    ~Temporary() { QFile::remove(m_path); }
    [[nodiscard]] const QString &path() const { return m_path; }

private:
    QString m_path;
};

QString objectName(const QJsonObject &task, const QJsonObject &mapping)
{
    const QString prefix = text(task, "prefix");
    const QString disk = text(mapping, "type") == QLatin1String("system") ? QStringLiteral("system")
                                                                          : QStringLiteral("data_") + text(mapping, "device").mid(5);
    const QString format = text(task, "format");
    return (prefix.isEmpty() ? QString() : prefix + QLatin1Char('_')) + text(task, "imageId") + QLatin1Char('_') + disk + QLatin1Char('.')
        + (format == QLatin1String("raw") ? QStringLiteral("raw.tar.gz") : format);
}

/// The disk as the image defines it: the snapshot itself, or an enlarged (or empty) copy in `scratch`.
Result<QString> rawDisk(World &world, const QJsonObject &mapping, const QString &scratch, const std::stop_token &stop)
{
    const qint64 size = mapping.value(QLatin1String("size")).toInteger() << 30;
    const QString snapshot = text(mapping, "snapshotId");
    const QString path = world.disks().snapshotPath(snapshot);
    if (!snapshot.isEmpty() && (!QFileInfo::exists(path) || QFileInfo(path).size() >= size))
        return path; // a missing one is reported by whoever opens it
    if (!snapshot.isEmpty()) {
        if (Result<> copied = copySparse(path, scratch, stop); !copied)
            return copied.error();
    }
    if (::truncate(QFile::encodeName(scratch).constData(), size) != 0)
        return Error{ErrorCode::FileUnwritable, Retry::AfterUserAction, {scratch}, QStringLiteral("cannot set the size")};
    return scratch;
}

Result<> exportDisk(
    World &world, const QJsonObject &task, const QJsonObject &mapping, const std::stop_token &stop, const CopyProgress &progress)
{
    const Result<QString> scratch = world.objects().temporaryFile();
    const Result<QString> packed = world.objects().temporaryFile();
    if (!scratch || !packed)
        return scratch ? packed.error() : scratch.error();
    const Temporary scratchFile(*scratch);
    const Temporary packedFile(*packed);
    const Result<QString> raw = rawDisk(world, mapping, *scratch, stop);
    if (!raw)
        return raw.error();
    const QString key = objectName(task, mapping);
    const QString format = text(task, "format");
    const Result<> made = format == QLatin1String("raw")
        ? packTarGz(*raw, key.chopped(7), *packed, stop, progress) // without ".tar.gz"
        : convertImage(*raw, QStringLiteral("raw"), *packed, format == QLatin1String("vhd") ? QStringLiteral("vpc") : format, stop);
    if (!made)
        return made;
    const Result<ObjectInfo> put = world.objects().putFile(text(task, "bucket"), key, *packed);
    return put ? ok() : Result<>(put.error());
}

Result<> exportDisks(World &world, const QJsonObject &task, const std::stop_token &stop)
{
    const QJsonArray mappings = task.value(QLatin1String("mappings")).toArray();
    double total = 0;
    for (const QJsonValue &mapping : mappings)
        total += mapping.toObject().value(QLatin1String("size")).toDouble() * double(1 << 30);
    double before = 0;
    for (const QJsonValue &value : mappings) {
        const QJsonObject mapping = value.toObject();
        const auto report = [&](Bytes done) { world.setProgress(text(task, "id"), int(99 * (before + double(done.count)) / total)); };
        if (Result<> exported = exportDisk(world, task, mapping, stop, report); !exported)
            return exported;
        before += mapping.value(QLatin1String("size")).toDouble() * double(1 << 30);
    }
    return ok();
}

void removeObjects(World &world, const QJsonObject &task)
{
    for (const QJsonValue &mapping : task.value(QLatin1String("mappings")).toArray()) {
        if (const Result<> removed = world.objects().remove(text(task, "bucket"), objectName(task, mapping.toObject())); !removed)
            log::warning(
                "simcloud", QStringLiteral("object of a cancelled export left"), {{QStringLiteral("reason"), removed.error().detail}});
    }
}

}

QStringList exportFormats()
{
    return {QStringLiteral("raw"), QStringLiteral("vhd"), QStringLiteral("qcow2"), QStringLiteral("vmdk"), QStringLiteral("vdi")};
}

void startExport(World &world, const QJsonObject &task)
{
    const QString id = text(task, "id");
    world.run(QStringLiteral("export/") + id, [&world, id, task](const std::stop_token &stop) {
        const Result<> exported = exportDisks(world, task, stop);
        if (!exported && world.stopping())
            return;
        const std::lock_guard lock(world.state().mutex());
        QJsonObject record = world.state().get(QStringLiteral("tasks"), id);
        if (text(record, "status") != QLatin1String("Processing"))
            return removeObjects(world, task); // cancelled meanwhile
        record.insert(QStringLiteral("finishedAt"), world.due(0.3));
        if (exported) {
            record.insert(QStringLiteral("next"), upcoming(world, "Finished", 0.3));
        } else {
            setStatus(record, "Failed");
            record.insert(QStringLiteral("errorCode"), QStringLiteral("ExportImageFailed"));
            record.insert(QStringLiteral("errorMsg"), exported.error().detail);
            log::error("simcloud", QStringLiteral("export failed"),
                {{QStringLiteral("task"), id}, {QStringLiteral("reason"), exported.error().detail}});
        }
        store(world, QStringLiteral("tasks"), record);
    });
}

}
