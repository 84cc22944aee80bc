#include "core/receiver/build/volumegroup.h"

#include "core/receiver/build/buildtools.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace edgelift::build {

namespace {

using namespace targetimage;

/// lvm2 sees this device only, asks neither udev nor device-mapper, and keeps no archive of metadata.
QString settings(const QString &device)
{
    return QStringLiteral("global{activation=0} activation{udev_sync=0 udev_rules=0} backup{backup=0 archive=0} "
                          "devices{use_devicesfile=0 obtain_device_list_from_udev=0 global_filter=[\"a|^%1$|\",\"r|.*|\"]}")
        .arg(device);
}

class Lvm
{
public:
    Lvm(const QString &device, const QString &group, const std::stop_token &stop)
        : m_settings(settings(device))
        , m_group(group)
        , m_stop(stop)
    {
    }
    Result<QByteArray> call(const QString &command, const QStringList &arguments) const
    {
        return runTool(m_group, QStringLiteral("lvm"), QStringList{command, QStringLiteral("--config"), m_settings} + arguments, m_stop);
    }
    /// The rows of one kind of report.
    Result<QJsonArray> report(const QString &command, const char *rows, const QString &fields) const
    {
        const Result<QByteArray> printed = call(command,
            {QStringLiteral("--reportformat"), QStringLiteral("json"), QStringLiteral("--units"), QStringLiteral("b"),
                QStringLiteral("--nosuffix"), QStringLiteral("-o"), fields});
        if (!printed)
            return printed.error();
        const QJsonArray reports = QJsonDocument::fromJson(*printed).object().value(QLatin1String("report")).toArray();
        return reports.at(0).toObject().value(QLatin1String(rows)).toArray();
    }

private:
    QString m_settings;
    QString m_group;
    const std::stop_token &m_stop;
};

/// "/dev/loop0:10-29" for what the layout wants.
QString wantedExtents(const QString &device, const TargetDiskLayout &layout, const TargetVolume &volume)
{
    const quint64 first = (volume.offset.count - layout.groupOffset.count - lvmDataStart) / lvmExtent;
    return QStringLiteral("%1:%2-%3").arg(device).arg(first).arg(first + volume.size.count / lvmExtent - 1);
}

Result<> checkPlaces(const Lvm &lvm, const QString &device, const TargetDiskLayout &layout)
{
    const Result<QJsonArray> physical = lvm.report(QStringLiteral("pvs"), "pv", QStringLiteral("pe_start,vg_extent_size"));
    if (!physical)
        return physical.error();
    const QJsonObject first = physical->at(0).toObject();
    const auto wrong = [&layout](const QString &why) { return buildFailed(layout.group, QStringLiteral("lvm"), why); };
    if (first.value(QLatin1String("pe_start")).toString().toULongLong() != lvmDataStart
        || first.value(QLatin1String("vg_extent_size")).toString().toULongLong() != lvmExtent)
        return wrong(QStringLiteral("extents begin or end elsewhere"));
    const Result<QJsonArray> segments = lvm.report(QStringLiteral("lvs"), "lv", QStringLiteral("lv_name,seg_pe_ranges,segtype"));
    const Result<QJsonArray> found = segments && segments->isEmpty()
        ? lvm.report(QStringLiteral("lvs"), "seg", QStringLiteral("lv_name,seg_pe_ranges,segtype")) // the name differs by version
        : segments;
    if (!found)
        return found.error();
    QHash<QString, QString> places;
    for (const QJsonValue &row : *found) {
        const QJsonObject segment = row.toObject();
        places.insert(segment.value(QLatin1String("lv_name")).toString(), segment.value(QLatin1String("seg_pe_ranges")).toString());
    }
    for (const TargetVolume &volume : layout.volumes) {
        const QString wanted = volume.logicalVolume.isEmpty() ? QString() : wantedExtents(device, layout, volume);
        if (!wanted.isEmpty() && places.value(volume.logicalVolume) != wanted)
            return wrong(QStringLiteral("%1 is at %2, not %3").arg(volume.logicalVolume, places.value(volume.logicalVolume), wanted));
    }
    return ok();
}

}

Result<> makeVolumeGroup(const QString &device, const TargetDiskLayout &layout, const std::stop_token &stop)
{
    const Lvm lvm(device, layout.group, stop);
    const Result<QByteArray> physical = lvm.call(QStringLiteral("pvcreate"),
        {QStringLiteral("-ff"), QStringLiteral("-y"), QStringLiteral("--dataalignment"), QStringLiteral("1m"), device});
    if (!physical)
        return physical.error();
    const Result<QByteArray> group =
        lvm.call(QStringLiteral("vgcreate"), {QStringLiteral("-s"), QStringLiteral("4m"), layout.group, device});
    if (!group)
        return group.error();
    for (const TargetVolume &volume : layout.volumes) {
        if (volume.logicalVolume.isEmpty())
            continue;
        const Result<QByteArray> made = lvm.call(QStringLiteral("lvcreate"),
            {QStringLiteral("-an"), QStringLiteral("-Zn"), QStringLiteral("-Wn"), QStringLiteral("-y"), QStringLiteral("--alloc"),
                QStringLiteral("contiguous"), QStringLiteral("-l"), QString::number(volume.size.count / lvmExtent), QStringLiteral("-n"),
                volume.logicalVolume, layout.group});
        if (!made)
            return made.error();
    }
    return checkPlaces(lvm, device, layout);
}

}
