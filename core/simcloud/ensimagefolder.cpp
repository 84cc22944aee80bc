#include "core/simcloud/ensimagefolder.h"

#include "core/base/files.h"
#include "core/simcloud/handlers.h"
#include "core/simcloud/imagearchive.h"
#include "core/simcloud/imagefiles.h"
#include "core/simcloud/objectstore.h"

#include <QDir>
#include <QFile>
#include <cerrno>
#include <cstdio>
#include <sys/stat.h>

namespace edgelift {

namespace {

constexpr unsigned readableFile = 0644;
constexpr unsigned readableFolder = 0755;
constexpr Bytes diskLimit{2048ULL << 30}; ///< the largest disk ENS and our plans know

QString folderInWork(World &world, const QString &imageId) { return world.path(QStringLiteral("ens/images/.%1.part").arg(imageId)); }

struct Unpacked
{
    QString format; ///< "raw" or "qcow2": what QEMU is told
    Bytes size;
};

/// raw becomes raw (from a .tar.gz or as it is), qcow2 stays what it is, vhd becomes raw.
Result<Unpacked> unpackDisk(const QString &object, const QString &format, const QString &to, const std::stop_token &stop)
{
    const ImageLook look = lookAt(object);
    if (format == QLatin1String("raw") && look == ImageLook::Qcow2) // would be taken for the disk's own bytes
        return Error{ErrorCode::ImageFormatUnsupported, Retry::Never, {object}, QStringLiteral("a qcow2 file was imported as raw")};
    if (format == QLatin1String("raw") && look == ImageLook::Gzip) {
        const Result<Bytes> size = unpackTarGz(object, to, diskLimit, stop);
        return size ? Result(Unpacked{QStringLiteral("raw"), *size}) : size.error();
    }
    const QString given = format == QLatin1String("vhd") ? QStringLiteral("vpc") : format;
    const Result<Bytes> size = checkImageFile(object, given, diskLimit);
    if (!size)
        return size.error();
    const bool convert = given == QLatin1String("vpc");
    const Result<> done = convert ? convertImage(object, given, to, QStringLiteral("raw"), stop) : copySparse(object, to, stop);
    if (!done)
        return done.error();
    return Unpacked{convert ? QStringLiteral("raw") : given, *size};
}

Result<QJsonArray> unpackDisks(World &world, const QJsonObject &image, const QString &folder, const std::stop_token &stop)
{
    QJsonArray disks;
    const QString format = text(image, "format");
    for (const QJsonValue &value : image.value(QLatin1String("sources")).toArray()) {
        const QJsonObject source = value.toObject();
        const QString object = world.objects().path(text(source, "OSSBucket"), text(source, "OSSObject"));
        if (object.isEmpty())
            return Error{ErrorCode::ResourceMissing, Retry::Never, {text(source, "OSSObject")},
                QStringLiteral("object %1 is gone").arg(text(source, "OSSObject"))};
        const QString name = QStringLiteral("disk%1.%2")
                                 .arg(disks.size())
                                 .arg(format == QLatin1String("qcow2") ? QStringLiteral("qcow2") : QStringLiteral("raw"));
        const QString path = folder + QLatin1Char('/') + name;
        const Result<Unpacked> disk = unpackDisk(object, format, path, stop);
        if (!disk)
            return disk.error();
        if (::chmod(QFile::encodeName(path).constData(), readableFile) != 0)
            return errnoError(errno, ErrorCode::FileUnwritable, path);
        disks += QJsonObject{{QStringLiteral("role"), disks.isEmpty() ? QStringLiteral("system") : QStringLiteral("data")},
            {QStringLiteral("path"), name}, {QStringLiteral("format"), disk->format},
            {QStringLiteral("sizeBytes"), qint64(disk->size.count)}};
    }
    return disks;
}

Result<QJsonArray> fill(World &world, const QJsonObject &image, const QString &folder, const std::stop_token &stop)
{
    if (Result<> made = makeFolder(folder, readableFolder); !made)
        return made.error();
    ::chmod(QFile::encodeName(folder).constData(), readableFolder); // whatever the umask says
    Result<QJsonArray> disks = unpackDisks(world, image, folder, stop);
    if (!disks)
        return disks;
    const QJsonObject facts{{QStringLiteral("imageId"), text(image, "id")}, {QStringLiteral("name"), text(image, "name")},
        {QStringLiteral("region"), text(image, "regionId")}, {QStringLiteral("disks"), *disks}};
    if (Result<> written = writeJsonFile(folder + QStringLiteral("/image.json"), facts, readableFile); !written)
        return written.error();
    return disks;
}

}

QString ensImageFolder(World &world, const QString &imageId) { return world.path(QStringLiteral("ens/images/") + imageId); }

Result<QJsonArray> makeEnsImageFolder(World &world, const QJsonObject &image, const std::stop_token &stop)
{
    const QString id = text(image, "id");
    removeEnsImageFolder(world, id); // what an interrupted attempt left
    const QString folder = folderInWork(world, id);
    Result<QJsonArray> disks = fill(world, image, folder, stop);
    const QString final = ensImageFolder(world, id);
    if (disks && std::rename(QFile::encodeName(folder).constData(), QFile::encodeName(final).constData()) != 0)
        disks = errnoError(errno, ErrorCode::FileUnwritable, final);
    if (!disks)
        removeEnsImageFolder(world, id);
    return disks;
}

void removeEnsImageFolder(World &world, const QString &imageId)
{
    QDir(folderInWork(world, imageId)).removeRecursively();
    QDir(ensImageFolder(world, imageId)).removeRecursively();
}

}
