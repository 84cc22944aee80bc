#include "core/source/live/blockdevices.h"

#include "core/base/fd.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

namespace edgelift {

namespace {

constexpr qsizetype mostDevices = 10000;
constexpr quint64 sector = 512; // sysfs counts in these, whatever the device's own sectors are

/// The first 4 KiB of an attribute, without blanks around it; empty when there is none.
QByteArray attribute(const QString &path)
{
    const Fd fd(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    QByteArray bytes(4096, Qt::Uninitialized);
    const ssize_t got = fd ? ::read(fd.get(), bytes.data(), size_t(bytes.size())) : -1;
    bytes.truncate(got > 0 ? got : 0);
    return bytes;
}

QString text(const QString &path) { return QString::fromUtf8(attribute(path)).trimmed(); }

Bytes sectors(const QString &path)
{
    quint64 bytes = 0;
    const bool fits = !__builtin_mul_overflow(attribute(path).trimmed().toULongLong(), sector, &bytes);
    return Bytes{fits ? bytes : 0};
}

/// A serial number that says nothing ("0000", blanks) is none.
QString meaningful(const QString &serial)
{
    const QString plain = serial.simplified();
    const bool empty = std::all_of(plain.begin(), plain.end(), [](QChar c) { return !c.isPrint() || c == u'0' || c == u' ' || c == u'-'; });
    return empty ? QString() : plain;
}

/// SCSI keeps it in a page of binary data: four bytes of heading, then the text (SPC-4, 7.8.13).
QString scsiSerial(const QString &device)
{
    const QByteArray page = attribute(device + QStringLiteral("/vpd_pg80"));
    return QString::fromLatin1(page.mid(4, 255));
}

QString serialOf(const QString &folder)
{
    for (const QString &place : {folder + QStringLiteral("/serial"), folder + QStringLiteral("/device/serial")}) {
        if (const QString found = meaningful(text(place)); !found.isEmpty())
            return found;
    }
    return meaningful(scsiSerial(folder + QStringLiteral("/device")));
}

QString wwnOf(const QString &folder)
{
    const QString own = meaningful(text(folder + QStringLiteral("/wwid")));
    return own.isEmpty() ? meaningful(text(folder + QStringLiteral("/device/wwid"))) : own;
}

QStringList names(const QString &folder)
{
    QStringList found = QDir(folder).entryList(QDir::AllEntries | QDir::System | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
    return found.mid(0, mostDevices);
}

void readNumber(const QString &folder, BlockDevice &device)
{
    const QList<QByteArray> parts = attribute(folder + QStringLiteral("/dev")).trimmed().split(':');
    device.major = parts.value(0).toUInt();
    device.minor = parts.value(1).toUInt();
}

BlockDevice readDevice(const QString &name, const QString &folder, const QString &devices)
{
    const auto at = [&folder](const char *inside) { return folder + QLatin1String(inside); };
    BlockDevice device;
    device.name = name;
    readNumber(folder, device);
    device.size = sectors(at("/size"));
    device.place = folder.startsWith(devices) ? folder.mid(devices.size()) : folder;
    if (QFile::exists(at("/partition"))) {
        device.disk = QFileInfo(folder).dir().dirName();
        device.start = sectors(at("/start"));
    }
    device.slaves = names(at("/slaves"));
    device.mapperName = text(at("/dm/name"));
    device.mapperUuid = text(at("/dm/uuid"));
    device.raidLevel = text(at("/md/level"));
    QByteArray file = attribute(at("/loop/backing_file"));
    if (file.endsWith('\n'))
        file.chop(1);
    device.loopFile = QFile::decodeName(file);
    device.loopOffset = Bytes{attribute(at("/loop/offset")).trimmed().toULongLong()};
    device.serial = serialOf(folder);
    device.wwn = wwnOf(folder);
    device.sequence = attribute(at("/diskseq")).trimmed().toULongLong();
    device.hidden = attribute(at("/hidden")).trimmed() == "1";
    device.removable = attribute(at("/removable")).trimmed() == "1";
    device.dax = attribute(at("/queue/dax")).trimmed() == "1";
    return device;
}

}

BlockDevices BlockDevices::read(const QString &sys)
{
    BlockDevices out;
    const QString list = sys + QStringLiteral("/class/block/");
    const QString devices = QFileInfo(sys + QStringLiteral("/devices")).canonicalFilePath() + QLatin1Char('/');
    for (const QString &name : names(list)) {
        const QString folder = QFileInfo(list + name).canonicalFilePath();
        if (!folder.isEmpty()) // gone meanwhile
            out.m_all.append(readDevice(name, folder, devices));
    }
    const QString filesystems = sys + QStringLiteral("/fs/btrfs/");
    for (const QString &uuid : names(filesystems)) {
        if (const QStringList members = names(filesystems + uuid + QStringLiteral("/devices")); !members.isEmpty())
            out.m_btrfs.append(members);
    }
    return out;
}

const BlockDevice *BlockDevices::byName(const QString &name) const
{
    const auto it = std::find_if(m_all.begin(), m_all.end(), [&name](const BlockDevice &device) { return device.name == name; });
    return it == m_all.end() ? nullptr : &*it;
}

const BlockDevice *BlockDevices::byNumber(quint32 major, quint32 minor) const
{
    const auto it =
        std::find_if(m_all.begin(), m_all.end(), [=](const BlockDevice &device) { return device.major == major && device.minor == minor; });
    return it == m_all.end() ? nullptr : &*it;
}

const BlockDevice *BlockDevices::byPath(const QString &path) const
{
    const QString mapper = QStringLiteral("/dev/mapper/");
    if (path.startsWith(mapper)) {
        const QString name = path.mid(mapper.size());
        const auto it = std::find_if(
            m_all.begin(), m_all.end(), [&name](const BlockDevice &device) { return !name.isEmpty() && device.mapperName == name; });
        return it == m_all.end() ? nullptr : &*it;
    }
    const QString dev = QStringLiteral("/dev/");
    return path.startsWith(dev) ? byName(path.mid(dev.size()).replace(QLatin1Char('/'), QLatin1Char('!'))) : nullptr;
}

QStringList BlockDevices::btrfsDevices(const QString &name) const
{
    const auto it = std::find_if(m_btrfs.begin(), m_btrfs.end(), [&name](const QStringList &members) { return members.contains(name); });
    return it == m_btrfs.end() ? QStringList() : *it;
}

bool BlockDevices::isHeld(const QString &name) const
{
    return std::any_of(m_all.begin(), m_all.end(), [&name](const BlockDevice &device) { return device.slaves.contains(name); });
}

QString devicePath(const QString &name) { return QStringLiteral("/dev/") + QString(name).replace(QLatin1Char('!'), QLatin1Char('/')); }

}
