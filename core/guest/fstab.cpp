#include "core/guest/fstab.h"

#include <QRegularExpression>
#include <functional>

namespace edgelift {

namespace {

/// udev writes what is not safe in a file name as "\x20".
QString withoutUdevEscapes(const QString &name)
{
    static const QRegularExpression escape(QStringLiteral("\\\\x([0-9a-fA-F]{2})"));
    QString plain = name;
    for (QRegularExpressionMatch match = escape.match(plain); match.hasMatch(); match = escape.match(plain, match.capturedStart() + 1))
        plain.replace(match.capturedStart(), match.capturedLength(), QChar(match.captured(1).toInt(nullptr, 16)));
    return plain;
}

const QRegularExpression &kernelName()
{
    static const QRegularExpression pattern(
        QStringLiteral("^/dev/(?:(?:s|v|xv|h)d([a-z])(\\d*)|(?:nvme(\\d+)n1|mmcblk(\\d+))(?:p(\\d+))?)$"));
    return pattern;
}

/// What is asked for: a tag and a value, or a path.
struct Wanted
{
    QString tag; ///< "UUID", "LABEL", "PARTUUID", "PARTLABEL"; empty for a path
    QString value;
};

Wanted parseSpec(const QString &spec)
{
    static const QRegularExpression tagged(QStringLiteral("^(UUID|LABEL|PARTUUID|PARTLABEL)=\"?([^\"]*)\"?$"));
    static const QRegularExpression linked(QStringLiteral("^/dev/disk/by-(uuid|label|partuuid|partlabel)/(.+)$"));
    if (const QRegularExpressionMatch match = tagged.match(spec); match.hasMatch())
        return {match.captured(1), match.captured(2)};
    if (const QRegularExpressionMatch match = linked.match(spec); match.hasMatch())
        return {match.captured(1).toUpper(), withoutUdevEscapes(match.captured(2))};
    return {{}, spec};
}

const VolumeFacts *byKernelName(const QString &spec, const QList<VolumeFacts> &volumes, const QStringList &diskOrder)
{
    const QRegularExpressionMatch match = kernelName().match(spec);
    if (!match.hasMatch())
        return nullptr;
    const QString number = match.captured(3).isEmpty() ? match.captured(4) : match.captured(3);
    const int disk = match.captured(1).isEmpty() ? number.toInt() : match.captured(1).at(0).unicode() - u'a';
    const int partition = (match.captured(1).isEmpty() ? match.captured(5) : match.captured(2)).toInt();
    for (const VolumeFacts &volume : volumes) {
        const bool here = volume.disk == diskOrder.value(disk) && volume.number == partition;
        if (here && volume.kind != VolumeFacts::Kind::LogicalVolume && disk < diskOrder.size())
            return &volume;
    }
    return nullptr;
}

}

QString withoutEscapes(const QByteArray &field)
{
    QByteArray plain;
    for (qsizetype i = 0; i < field.size(); ++i) {
        bool octal = false;
        const int code = field.at(i) == '\\' ? field.mid(i + 1, 3).toInt(&octal, 8) : 0;
        if (octal && i + 3 < field.size() && code > 0 && code < 256) {
            plain.append(char(code));
            i += 3;
        } else {
            plain.append(field.at(i));
        }
    }
    return QString::fromUtf8(plain);
}

QString logicalVolumeId(const QString &mapperName)
{
    for (qsizetype i = 0; i < mapperName.size(); ++i) {
        if (mapperName.at(i) != QLatin1Char('-'))
            continue;
        if (mapperName.mid(i, 2) == QLatin1String("--")) {
            ++i;
            continue;
        }
        const auto undouble = [](QString name) { return name.replace(QLatin1String("--"), QLatin1String("-")); };
        return undouble(mapperName.left(i)) + QLatin1Char('/') + undouble(mapperName.mid(i + 1));
    }
    return {};
}

QList<FstabEntry> parseFstab(const QByteArray &content)
{
    constexpr qsizetype mostEntries = 1000;
    QList<FstabEntry> entries;
    for (const QByteArray &line : content.split('\n')) {
        const QList<QByteArray> fields = line.simplified().split(' ');
        if (fields.size() < 3 || fields.constFirst().startsWith('#') || entries.size() >= mostEntries)
            continue;
        entries.append({withoutEscapes(fields.at(0)), withoutEscapes(fields.at(1)), QString::fromUtf8(fields.at(2)),
            fields.size() > 3 ? withoutEscapes(fields.at(3)) : QStringLiteral("defaults")});
    }
    return entries;
}

const VolumeFacts *resolveSpec(
    const QString &spec, const QList<VolumeFacts> &volumes, const VolumeNamesById &names, const QStringList &diskOrder)
{
    const Wanted wanted = parseSpec(spec);
    const auto find = [&volumes](const std::function<bool(const VolumeFacts &)> &fits) {
        const auto it = std::find_if(volumes.begin(), volumes.end(), fits);
        return it == volumes.end() ? nullptr : &*it;
    };
    const auto same = [&wanted](const QString &value) { return !value.isEmpty() && value.compare(wanted.value, Qt::CaseInsensitive) == 0; };
    if (wanted.tag == QLatin1String("UUID"))
        return find([&same](const VolumeFacts &volume) { return volume.fs != FsType::LvmPhysicalVolume && same(volume.uuid); });
    if (wanted.tag == QLatin1String("LABEL"))
        return find([&wanted](const VolumeFacts &volume) { return !volume.label.isEmpty() && volume.label == wanted.value; });
    if (wanted.tag == QLatin1String("PARTUUID"))
        return find([&](const VolumeFacts &volume) { return same(names.value(volume.id).partUuid); });
    if (wanted.tag == QLatin1String("PARTLABEL"))
        return find([&](const VolumeFacts &volume) { return !wanted.value.isEmpty() && names.value(volume.id).partLabel == wanted.value; });
    const QString mapper = QStringLiteral("/dev/mapper/");
    const QString id = wanted.value.startsWith(mapper) ? logicalVolumeId(wanted.value.mid(mapper.size())) : wanted.value.mid(5);
    const VolumeFacts *logical =
        find([&id](const VolumeFacts &volume) { return volume.kind == VolumeFacts::Kind::LogicalVolume && volume.id == id; });
    return logical ? logical : byKernelName(wanted.value, volumes, diskOrder);
}

bool isKernelDeviceName(const QString &spec) { return kernelName().match(spec).hasMatch(); }

QString subvolumeOption(const QString &options)
{
    const QStringList all = options.split(QLatin1Char(','));
    for (const char *name : {"subvol=", "subvolid="}) {
        for (const QString &option : all) {
            if (option.startsWith(QLatin1String(name)))
                return option;
        }
    }
    return {};
}

}
