#include "core/stream/diskload.h"

#include <QDir>
#include <QFile>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace edgelift {

namespace {

constexpr int deepest = 8; // layers of devices; a loop of them cannot be made, but sysfs may be odd
constexpr quint64 sectorSize = 512; // of the counters, whatever the disk has

QByteArray content(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.read(4096) : QByteArray();
}

/// The device a file lies on, or that a device node is.
dev_t deviceOf(const QString &path)
{
    struct stat facts = {};
    if (::stat(QFile::encodeName(path).constData(), &facts) != 0)
        return 0;
    return S_ISBLK(facts.st_mode) ? facts.st_rdev : facts.st_dev;
}

/// btrfs and its like show a number of no device: the mount table knows the device itself.
dev_t mountedDevice(dev_t anonymous)
{
    const QByteArray number = QByteArray::number(major(anonymous)) + ':' + QByteArray::number(minor(anonymous));
    QFile table(QStringLiteral("/proc/self/mountinfo"));
    if (!table.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : table.readAll().split('\n')) {
        const QList<QByteArray> words = line.split(' ');
        const qsizetype dash = words.indexOf("-");
        if (words.value(2) != number || dash < 0)
            continue;
        const QByteArray source = words.value(dash + 2);
        return source.startsWith("/dev/") ? deviceOf(QString::fromLocal8Bit(source)) : 0;
    }
    return 0;
}

void descend(const QString &folder, int depth, QStringList &out)
{
    if (depth > deepest || !QFile::exists(folder))
        return;
    const QString real = QFileInfo(folder).canonicalFilePath();
    if (QFile::exists(real + QLatin1String("/partition")))
        return descend(QFileInfo(real).path(), depth + 1, out);
    const QStringList below = QDir(real + QLatin1String("/slaves")).entryList(QDir::AllEntries | QDir::NoDotAndDotDot);
    for (const QString &name : below)
        descend(real + QLatin1String("/slaves/") + name, depth + 1, out);
    const QByteArray backing = content(real + QLatin1String("/loop/backing_file")).trimmed();
    if (!backing.isEmpty()) {
        out += DeviceLoad::statFiles(deviceOf(QString::fromLocal8Bit(backing)));
        return;
    }
    if (below.isEmpty())
        out.append(real + QLatin1String("/stat"));
}

}

DeviceLoad::DeviceLoad(const QStringList &paths)
{
    for (const QString &path : paths)
        m_files += statFiles(deviceOf(path));
    m_files.removeDuplicates();
}

QStringList DeviceLoad::statFiles(dev_t device, const QString &sys)
{
    if (device == 0)
        return {};
    const auto folder = [&sys](
                            dev_t number) { return QStringLiteral("%1/dev/block/%2:%3").arg(sys).arg(major(number)).arg(minor(number)); };
    QString found = folder(device);
    if (!QFile::exists(found) && major(device) == 0) {
        const dev_t mounted = mountedDevice(device);
        if (mounted == 0 || major(mounted) == 0)
            return {};
        found = folder(mounted);
    }
    QStringList files;
    descend(found, 0, files);
    files.removeDuplicates();
    return files;
}

std::optional<DiskCounters> DeviceLoad::parse(const QByteArray &stat)
{
    const QList<QByteArray> fields = stat.simplified().split(' ');
    if (fields.size() < 11)
        return std::nullopt;
    bool good = true;
    const auto number = [&](qsizetype place) {
        bool isNumber = false;
        const quint64 value = fields.at(place).toULongLong(&isNumber);
        good = good && isNumber;
        return value;
    };
    const DiskCounters counters{number(0), number(3), number(2) * sectorSize, number(4), number(8)};
    return good ? std::optional(counters) : std::nullopt;
}

std::optional<DiskCounters> DeviceLoad::read()
{
    if (m_files.isEmpty())
        return std::nullopt;
    DiskCounters sum;
    for (const QString &file : std::as_const(m_files)) {
        const std::optional<DiskCounters> one = parse(content(file));
        if (!one)
            return std::nullopt;
        sum = {sum.reads + one->reads, sum.readMs + one->readMs, sum.readBytes + one->readBytes, sum.writes + one->writes,
            sum.inFlight + one->inFlight};
    }
    return sum;
}

}
