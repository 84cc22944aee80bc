#include "tests/unit/live/phonymachine.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <stdexcept>

namespace edgelift::test {

PhonyMachine::PhonyMachine()
{
    for (const char *folder : {"/sys/class/block", "/sys/class/net", "/sys/devices", "/proc/self", "/dev"})
        QDir().mkpath(path(QLatin1String(folder)));
    write(QStringLiteral("/proc/self/mountinfo"), {});
}

MachineView PhonyMachine::view() const
{
    MachineView view;
    view.sys = path(QStringLiteral("/sys"));
    view.proc = path(QStringLiteral("/proc"));
    view.dev = path(QStringLiteral("/dev"));
    return view;
}

MachineSurvey PhonyMachine::survey() const
{
    Result<MachineSurvey> found = surveyMachine(view());
    if (!found)
        throw std::runtime_error("no survey");
    return found.take();
}

void PhonyMachine::write(const QString &inside, const QByteArray &content) const
{
    QDir().mkpath(QFileInfo(path(inside)).path());
    QFile file(path(inside));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        throw std::runtime_error("cannot write the machine");
}

void PhonyMachine::device(const QString &place, Bytes size)
{
    const QString name = place.section(QLatin1Char('/'), -1);
    m_places.insert(name, place);
    m_numbers.insert(name, QByteArray::number(200) + ':' + QByteArray::number(m_numbers.size()));
    set(name, QStringLiteral("dev"), m_numbers.value(name) + '\n');
    set(name, QStringLiteral("size"), QByteArray::number(size.count / 512) + '\n');
    set(name, QStringLiteral("removable"), "0\n");
    QDir().mkpath(path(QStringLiteral("/sys/devices/%1/slaves").arg(place)));
    QFile::link(QStringLiteral("../../devices/") + place, path(QStringLiteral("/sys/class/block/") + name));
}

void PhonyMachine::disk(const QString &name, Bytes size)
{
    const int host = int(m_places.size());
    device(QStringLiteral("pci0000:00/0000:00:1f.2/ata%1/host%1/target%1:0:0/%1:0:0:0/block/%2").arg(host).arg(name), size);
}

void PhonyMachine::partition(const QString &disk, int number, quint64 startSector, Bytes size)
{
    const bool digit = disk.at(disk.size() - 1).isDigit();
    const QString name = disk + (digit ? QStringLiteral("p") : QString()) + QString::number(number);
    device(m_places.value(disk) + QLatin1Char('/') + name, size);
    set(name, QStringLiteral("partition"), QByteArray::number(number) + '\n');
    set(name, QStringLiteral("start"), QByteArray::number(startSector) + '\n');
}

void PhonyMachine::stacked(const QString &name, const QStringList &slaves)
{
    device(QStringLiteral("virtual/block/") + name);
    for (const QString &slave : slaves)
        QFile::link(QStringLiteral("../../../../") + m_places.value(slave, slave),
            path(QStringLiteral("/sys/devices/virtual/block/%1/slaves/%2").arg(name, slave)));
}

void PhonyMachine::mapper(const QString &name, const QString &mapperName, const QString &uuid, const QStringList &slaves)
{
    stacked(name, slaves);
    set(name, QStringLiteral("dm/name"), mapperName.toUtf8() + '\n');
    set(name, QStringLiteral("dm/uuid"), uuid.toUtf8() + '\n');
}

void PhonyMachine::raid(const QString &name, const QString &level, const QStringList &slaves)
{
    stacked(name, slaves);
    set(name, QStringLiteral("md/level"), level.toUtf8() + '\n');
}

void PhonyMachine::loop(const QString &name, const QByteArray &file, quint64 offset)
{
    stacked(name, {});
    set(name, QStringLiteral("loop/backing_file"), file + '\n');
    set(name, QStringLiteral("loop/offset"), QByteArray::number(offset) + '\n');
}

void PhonyMachine::set(const QString &device, const QString &attribute, const QByteArray &value)
{
    write(QStringLiteral("/sys/devices/%1/%2").arg(m_places.value(device), attribute), value);
}

void PhonyMachine::mount(const QString &device, const QByteArray &point, const QByteArray &fsType, const QByteArray &source,
    const QByteArray &superOptions, const QByteArray &root)
{
    const QByteArray number = m_numbers.value(device, device == QLatin1String("0") ? QByteArrayLiteral("0:47") : device.toUtf8());
    m_mounts +=
        "36 25 " + number + ' ' + root + ' ' + point + " rw,relatime shared:1 - " + fsType + ' ' + source + ' ' + superOptions + '\n';
    write(QStringLiteral("/proc/self/mountinfo"), m_mounts);
}

void PhonyMachine::swap(const QByteArray &path)
{
    m_swaps += path + "  partition 1048572 0 -2\n";
    write(QStringLiteral("/proc/swaps"), m_swaps);
}

}
