#include "core/source/live/mounttable.h"

#include "core/guest/fstab.h"

namespace edgelift {

namespace {

constexpr qsizetype mostEntries = 10000;

QStringList optionList(const QByteArray &field) { return withoutEscapes(field).split(QLatin1Char(','), Qt::SkipEmptyParts); }

/// True when every number was one.
bool readNumbers(const QList<QByteArray> &fields, MountEntry &entry)
{
    const QList<QByteArray> device = fields.at(2).split(':');
    bool id = false;
    bool parent = false;
    bool major = false;
    bool minor = false;
    entry.id = fields.at(0).toInt(&id);
    entry.parent = fields.at(1).toInt(&parent);
    entry.major = device.value(0).toUInt(&major);
    entry.minor = device.value(1).toUInt(&minor);
    return id && parent && major && minor && device.size() == 2;
}

bool isBelow(const QString &path, const QString &point)
{
    return point == QLatin1String("/") || path == point || (path.startsWith(point) && path.at(point.size()) == QLatin1Char('/'));
}

}

QList<MountEntry> parseMountInfo(const QByteArray &content)
{
    QList<MountEntry> entries;
    for (const QByteArray &line : content.split('\n')) {
        const QList<QByteArray> fields = line.split(' '); // one blank between two fields; a source may be empty
        const qsizetype dash = fields.indexOf(QByteArrayLiteral("-"), 6);
        MountEntry entry;
        if (dash < 0 || dash + 3 >= fields.size() || entries.size() >= mostEntries || !readNumbers(fields, entry))
            continue;
        entry.root = withoutEscapes(fields.at(3));
        entry.mountPoint = withoutEscapes(fields.at(4));
        entry.options = optionList(fields.at(5));
        entry.fsType = withoutEscapes(fields.at(dash + 1));
        entry.source = withoutEscapes(fields.at(dash + 2));
        entry.superOptions = optionList(fields.at(dash + 3));
        if (entry.mountPoint.startsWith(QLatin1Char('/')))
            entries.append(entry);
    }
    return entries;
}

QStringList parseSwaps(const QByteArray &content)
{
    QStringList paths;
    for (const QByteArray &line : content.split('\n')) {
        const QByteArray path = line.simplified().split(' ').constFirst();
        if (path.startsWith('/') && paths.size() < mostEntries) // the heading does not
            paths.append(withoutEscapes(path));
    }
    return paths;
}

const MountEntry *mountOf(const QString &path, const QList<MountEntry> &mounts)
{
    const MountEntry *best = nullptr;
    for (const MountEntry &entry : mounts) {
        if (isBelow(path, entry.mountPoint) && (!best || entry.mountPoint.size() >= best->mountPoint.size()))
            best = &entry;
    }
    return best;
}

}
