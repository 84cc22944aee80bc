// DemoWorld: what goes wrong on demand, and the proof at the end.
#include "app/wizard/demo/demochild.h"
#include "app/wizard/demo/demoworld.h"
#include "app/wizard/demo/receiverprocess.h"
#include "core/base/files.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonObject>
#include <QStandardPaths>

namespace edgelift::wizard {

bool DemoWorld::killReceiver() { return m_cloud && killReceivers(m_cloud->pid()); }

Result<> DemoWorld::sellOut()
{
    m_soldOut = true;
    return writeFaults();
}

Result<> DemoWorld::restock()
{
    m_soldOut = false;
    return writeFaults();
}

Result<> DemoWorld::writeFaults()
{
    const QJsonArray types = m_soldOut ? QJsonArray{QStringLiteral("*")} : QJsonArray();
    const Result<> written = writeJsonFile(path("cloud/faults.json"), {{QStringLiteral("soldOut"), types}});
    Q_EMIT faultsChanged();
    return written;
}

Result<> DemoWorld::bootImage(const QString &imageJson)
{
    const QFileInfo given(imageJson);
    const QDir folder = given.isDir() ? QDir(imageJson) : given.dir();
    const Result<QJsonObject> image = readJsonFile(folder.filePath(QStringLiteral("image.json")));
    if (!image)
        return image.error();
    const QString qemu = QStandardPaths::findExecutable(QStringLiteral("qemu-system-x86_64"));
    if (qemu.isEmpty())
        return Error{ErrorCode::ToolMissing, Retry::AfterUserAction, {QStringLiteral("qemu-system-x86_64")}, {}};
    QStringList arguments =
        QStringLiteral("-machine q35 -accel kvm -accel tcg,thread=multi -cpu max -smp 2 -m 1024 -display none -no-reboot "
                       "-nic user,model=virtio-net-pci,restrict=on -serial stdio -monitor none")
            .split(QLatin1Char(' '));
    for (const auto &each : image->value(QLatin1String("disks")).toArray()) {
        const QJsonObject disk = each.toObject();
        QString file = folder.filePath(disk.value(QLatin1String("path")).toString());
        file.replace(QLatin1Char(','), QLatin1String(",,")); // as QEMU wants it
        arguments += {QStringLiteral("-drive"),
            QStringLiteral("file=%1,format=%2,if=virtio,snapshot=on,cache=unsafe")
                .arg(file, disk.value(QLatin1String("format")).toString())};
    }
    QProcessEnvironment environment = plainEnvironment();
    environment.insert(QStringLiteral("TMPDIR"), m_folder); // the snapshot
    m_machine = std::make_unique<DemoChild>();
    connect(m_machine.get(), &DemoChild::line, this, [this](const QByteArray &line) { Q_EMIT consoleLine(QString::fromUtf8(line)); });
    connect(m_machine.get(), &DemoChild::ended, this, [this] {
        m_machine.release()->deleteLater(); // it is the one that tells us
        Q_EMIT bootEnded();
    });
    m_machine->start(qemu, arguments, environment);
    return ok();
}

void DemoWorld::endBoot()
{
    if (std::exchange(m_machine, nullptr))
        Q_EMIT bootEnded();
}

}
