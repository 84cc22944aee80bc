#include "app/wizard/demo/demomachine.h"

#include "app/wizard/demo/demochild.h"
#include "core/base/files.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonObject>
#include <QRegularExpression>
#include <QStandardPaths>
#include <algorithm>

namespace edgelift::wizard {

namespace {

constexpr int patienceMs = 3000;

/// No hardware acceleration: where /dev/kvm exists and does not work QEMU hangs, and this machine is to boot everywhere.
QStringList machine()
{
    return QStringLiteral("-machine q35 -accel tcg,thread=multi -cpu max -smp 2 -m 1024 -display none -no-reboot "
                          "-nic user,model=virtio-net-pci,restrict=on -serial stdio -monitor none")
        .split(QLatin1Char(' '));
}

QStringList drive(const QDir &folder, const QJsonObject &disk)
{
    QString file = folder.filePath(disk.value(QLatin1String("path")).toString());
    file.replace(QLatin1Char(','), QLatin1String(",,")); // as QEMU wants it
    return {QStringLiteral("-drive"),
        QStringLiteral("file=%1,format=%2,if=virtio,snapshot=on,cache=unsafe").arg(file, disk.value(QLatin1String("format")).toString())};
}

}

QString printable(const QByteArray &consoleLine)
{
    static const QRegularExpression escape(QStringLiteral("\\x1b(\\[[0-9;?=]*[A-Za-z]|[()][A-Za-z0-9]|.)"));
    QString out = QString::fromUtf8(consoleLine);
    out.remove(escape);
    out.removeIf([](QChar each) { return !each.isPrint() && each != QLatin1Char('\t'); });
    return out;
}

DemoMachine::DemoMachine(QObject *parent)
    : QObject(parent)
{
}

DemoMachine::~DemoMachine() = default;

Result<> DemoMachine::start(const QString &imageJson)
{
    if (m_qemu)
        return ok();
    const QFileInfo given(imageJson);
    const QDir folder = given.isDir() ? QDir(imageJson) : given.dir();
    const Result<QJsonObject> image = readJsonFile(folder.filePath(QStringLiteral("image.json")));
    if (!image)
        return image.error();
    const QString qemu = QStandardPaths::findExecutable(QStringLiteral("qemu-system-x86_64"));
    if (qemu.isEmpty())
        return Error{ErrorCode::ToolMissing, Retry::AfterUserAction, {QStringLiteral("qemu-system-x86_64")}, {}};
    QStringList arguments = machine();
    for (const auto &disk : image->value(QLatin1String("disks")).toArray())
        arguments += drive(folder, disk.toObject());
    QProcessEnvironment environment = plainEnvironment();
    if (!m_folder.isEmpty())
        environment.insert(QStringLiteral("TMPDIR"), m_folder); // the snapshots
    m_proved = false;
    m_qemu = std::make_unique<DemoChild>();
    m_qemu->setPatience(patienceMs);
    connect(m_qemu.get(), &DemoChild::line, this, &DemoMachine::take);
    connect(m_qemu.get(), &DemoChild::ended, this, &DemoMachine::ended);
    Q_EMIT changed();
    m_qemu->start(qemu, arguments, environment);
    return ok();
}

void DemoMachine::stop()
{
    if (std::exchange(m_qemu, nullptr))
        Q_EMIT changed();
}

void DemoMachine::ended()
{
    DemoChild *qemu = m_qemu.release();
    qemu->deleteLater(); // it is the one that tells us
    for (const QString &complaint : qemu->complaints().split(QLatin1Char('\n'), Qt::SkipEmptyParts))
        Q_EMIT line(complaint);
    Q_EMIT changed();
}

void DemoMachine::take(const QByteArray &raw)
{
    const QString text = printable(raw);
    if (text.trimmed().isEmpty())
        return;
    Q_EMIT line(text);
    if (m_expected.isEmpty() || m_proved || !text.contains(m_expected))
        return;
    m_proved = true;
    Q_EMIT changed();
}

}
