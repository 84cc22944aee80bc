#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/layout/targetimagejson.h"
#include "core/migrate/receiverlink.h"
#include "core/source/fsfeatures.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QJsonObject>
#include <cstdio>

using namespace edgelift;

namespace {

int fail(const Error &error)
{
    std::fprintf(stderr, "benchfiles: %s\n", qPrintable(logLine(error)));
    return 1;
}

/// A target disk with one partition, an ext4 filesystem that is filled with files.
Result<TargetImage> targetOf(const QString &source, Bytes target)
{
    const Result<QStringList> features = filesystemFeatures(source, Bytes{0}, FsType::Ext4);
    if (!features)
        return features.error();
    TargetVolume volume;
    volume.source = QStringLiteral("bench");
    volume.mountPoint = QStringLiteral("/bench");
    volume.content = TargetContent::Files;
    volume.offset = Bytes{targetimage::step};
    volume.size = volume.contentSize = Bytes{target.count - 2 * targetimage::step};
    volume.fs = FsType::Ext4;
    volume.uuid = QStringLiteral("5b0f7f6e-6f83-4f7c-9a52-5a4a3a8a2a01");
    volume.features = *features;
    volume.partition = 1;
    volume.typeCode = QStringLiteral("0FC63DAF-8483-4772-8E79-3D69D8477DE4");
    volume.partUuid = QStringLiteral("5B0F7F6E-6F83-4F7C-9A52-5A4A3A8A2A02");
    TargetDiskLayout disk;
    disk.size = target;
    disk.tableId = QStringLiteral("5B0F7F6E-6F83-4F7C-9A52-5A4A3A8A2A03");
    disk.volumes.append(volume);
    TargetImage image;
    image.disks.append(disk);
    return image;
}

int copy(const QString &folder, const QString &source, const QString &target, const QString &mounts, const QString &tunnel)
{
    const Result<QJsonObject> config = readJsonFile(folder + QLatin1String("/sender.json"));
    if (!config)
        return fail(config.error());
    const auto text = [&config](const char *key) { return config->value(QLatin1String(key)).toString(); };
    const Bytes size{quint64(QFileInfo(target).size())};
    const Result<TargetImage> image = targetOf(source, size);
    if (!image)
        return fail(image.error());
    const ReceiverPeer peer{{text("host"), 8080, 8703, QStringLiteral("j-bench")},
        {text("certificate").toLatin1(), Secret(text("privateKey").toLatin1())}, text("peerPin").toLatin1()};
    CopyOrder order;
    order.epoch = 1;
    order.journalPath = folder + QLatin1String("/journal");
    order.image = toJson(*image);
    TransferDisk disk;
    disk.id = disk.identity = disk.serial = disk.path = QStringLiteral("bench");
    disk.size = disk.targetSize = size;
    disk.pieces.emplace();
    order.disks.append(disk);
    FileOrder file;
    file.volume.id = file.volume.name = QStringLiteral("bench");
    file.path = source;
    file.size = Bytes{quint64(QFileInfo(source).size())};
    file.fs = FsType::Ext4;
    file.used = file.size;
    order.files.volumes.append(file);
    order.files.tunnel = tunnel;
    order.files.mountsFolder = mounts;
    order.files.done = [](const FileOrder &, const FileCopyEnd &) { return ok(); };
    const TransferTuning tuning;
    const Outcome outcome = TlsReceiverLink().copy(peer, order, tuning, [](const TransferProgress &) {}, {});
    return outcome.end == Outcome::End::Finished ? 0 : fail(outcome.error.value_or(Error{}));
}

}

/// A volume's files through the data path, with nothing of the cloud around it: for tests/bench/files.sh.
int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    const QStringList words = QCoreApplication::arguments();
    if (words.size() != 6) {
        std::fprintf(stderr, "usage: benchfiles FOLDER SOURCE_DISK TARGET_DISK MOUNTS_FOLDER TUNNEL\n");
        return 2;
    }
    return copy(words.at(1), words.at(2), words.at(3), words.at(4), words.at(5));
}
