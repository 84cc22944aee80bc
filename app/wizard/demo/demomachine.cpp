#include "app/wizard/demo/demomachine.h"

#include "app/wizard/demo/demochild.h"
#include "core/testboot/bootimage.h"
#include "core/testboot/bootwatch.h"

namespace edgelift::wizard {

namespace {

constexpr int patienceMs = 3000;

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
    const Result<testboot::BootImage> image = testboot::readBootImage(imageJson);
    if (!image)
        return image.error();
    const Result<QString> qemu = testboot::findQemu();
    if (!qemu)
        return qemu.error();
    const Result<QStringList> arguments = testboot::qemuArguments(*image);
    if (!arguments)
        return arguments.error();
    QProcessEnvironment environment = plainEnvironment();
    if (!m_folder.isEmpty())
        environment.insert(QStringLiteral("TMPDIR"), m_folder); // the snapshots
    m_proved = false;
    m_qemu = std::make_unique<DemoChild>();
    m_qemu->setPatience(patienceMs);
    connect(m_qemu.get(), &DemoChild::line, this, &DemoMachine::take);
    connect(m_qemu.get(), &DemoChild::ended, this, &DemoMachine::ended);
    Q_EMIT changed();
    m_qemu->start(*qemu, *arguments, environment);
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
    const QString text = testboot::printable(raw);
    if (text.trimmed().isEmpty())
        return;
    Q_EMIT line(text);
    if (m_expected.isEmpty() || m_proved || !text.contains(m_expected))
        return;
    m_proved = true;
    Q_EMIT changed();
}

}
