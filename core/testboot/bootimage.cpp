#include "core/testboot/bootimage.h"

#include "core/base/files.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonObject>
#include <QStandardPaths>

namespace edgelift::testboot {

namespace {

QString quoted(QString file) { return file.replace(QLatin1Char(','), QLatin1String(",,")); } // as QEMU wants it

QString firmware()
{
    for (const char *path : {"/usr/share/ovmf/OVMF.fd", "/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_CODE.fd",
             "/usr/share/qemu/ovmf-x86_64.bin"}) {
        if (QFileInfo::exists(QLatin1String(path)))
            return QLatin1String(path);
    }
    return {};
}

}

Result<BootImage> readBootImage(const QString &path)
{
    const QFileInfo given(path);
    const QDir folder = given.isDir() ? QDir(path) : given.dir();
    const Result<QJsonObject> image = readJsonFile(folder.filePath(QStringLiteral("image.json")));
    if (!image)
        return image.error();
    BootImage found;
    for (const auto &value : image->value(QLatin1String("disks")).toArray()) {
        const QJsonObject disk = value.toObject();
        found.disks.append({QFileInfo(folder.filePath(disk.value(QLatin1String("path")).toString())).absoluteFilePath(),
            disk.value(QLatin1String("format")).toString()});
    }
    return found;
}

Result<QString> findQemu()
{
    const QString name = QStringLiteral("qemu-system-x86_64");
    const QString found = QStandardPaths::findExecutable(name);
    return found.isEmpty() ? Result<QString>(Error{ErrorCode::ToolMissing, Retry::AfterUserAction, {name}, {}}) : found;
}

Result<QStringList> qemuArguments(const BootImage &image, const MachineSetting &setting)
{
    QStringList arguments = QStringLiteral("-machine q35 -accel tcg,thread=multi -cpu max -smp 2 -m 1024 -display none -no-reboot "
                                           "-serial stdio -monitor none")
                                .split(QLatin1Char(' '));
    if (setting.bootMode == BootMode::Uefi) {
        if (firmware().isEmpty())
            return Error{ErrorCode::ToolMissing, Retry::AfterUserAction, {QStringLiteral("OVMF")}, {}};
        arguments += {QStringLiteral("-bios"), firmware()};
    }
    const QString network = setting.network.isEmpty() ? QStringLiteral("user,id=net,restrict=on") : setting.network;
    arguments += {QStringLiteral("-netdev"), network, QStringLiteral("-device"),
        QStringLiteral("virtio-net-pci,netdev=net,mac=%1,romfile=").arg(QLatin1String(macAddress))};
    if (!setting.capture.isEmpty())
        arguments += {QStringLiteral("-object"), QStringLiteral("filter-dump,id=capture,netdev=net,file=") + quoted(setting.capture)};
    for (const BootImage::Disk &disk : image.disks)
        arguments += {QStringLiteral("-drive"),
            QStringLiteral("file=%1,format=%2,if=virtio,snapshot=on,cache=unsafe").arg(quoted(disk.path), quoted(disk.format))};
    return arguments;
}

}
