#include "core/source/lvmreport.h"

#include "core/base/process.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <limits>
#include <optional>

namespace edgelift {

namespace {

const auto snapshotKind = QStringLiteral("snapshot");

std::optional<QList<QJsonObject>> rows(const QByteArray &json, const QString &kind)
{
    const QJsonDocument document = QJsonDocument::fromJson(json);
    const QJsonArray reports = document.object().value(QStringLiteral("report")).toArray();
    if (reports.isEmpty())
        return std::nullopt;
    QList<QJsonObject> all;
    for (const QJsonValue &report : reports) {
        const QJsonArray list = report.toObject().value(kind).toArray();
        for (const QJsonValue &row : list)
            all.append(row.toObject());
    }
    return all;
}

QString text(const QJsonObject &row, const char *key) { return row.value(QLatin1String(key)).toString(); }
Bytes bytes(const QJsonObject &row, const char *key) { return Bytes{text(row, key).toULongLong()}; }

/// The sixth letter of a group's attributes: c(lustered) or s(hared); lvs(8) names them.
bool isShared(const QString &attributes)
{
    const QChar kind = attributes.size() > 5 ? attributes.at(5) : QLatin1Char('-');
    return kind == QLatin1Char('c') || kind == QLatin1Char('s');
}

/// "/dev/loop3:0-255" for a linear segment. Nothing for several ranges or a device that is not there.
std::optional<quint64> firstExtent(const QString &ranges, QString &device)
{
    const qsizetype colon = ranges.lastIndexOf(QLatin1Char(':'));
    if (colon < 0 || ranges.contains(QLatin1Char(' ')) || !ranges.startsWith(QLatin1String("/dev/")))
        return std::nullopt;
    bool number = false;
    const quint64 first = ranges.mid(colon + 1).section(QLatin1Char('-'), 0, 0).toULongLong(&number);
    device = ranges.left(colon);
    return number ? std::optional(first) : std::nullopt;
}

void addSegment(LvmReport::Logical &logical, const QJsonObject &row)
{
    LvmReport::Segment segment;
    const std::optional<quint64> first = firstExtent(text(row, "seg_pe_ranges"), segment.device);
    quint64 before = 0;
    for (const LvmReport::Segment &known : std::as_const(logical.segments))
        before += known.length.count;
    segment.length = bytes(row, "seg_size");
    const bool next = bytes(row, "seg_start").count == before && segment.length.count <= std::numeric_limits<quint64>::max() - before;
    if (text(row, "segtype") != QLatin1String("linear") || !first || !next || segment.length.count == 0) {
        logical.plain = false;
        logical.kind = text(row, "segtype") == QLatin1String("linear") ? QStringLiteral("a part of it is missing") : text(row, "segtype");
        return;
    }
    segment.firstExtent = *first;
    logical.segments.append(segment);
}

LvmReport::Logical startLogical(const QJsonObject &row)
{
    LvmReport::Logical logical;
    logical.group = text(row, "vg_uuid");
    logical.name = text(row, "lv_name");
    logical.size = bytes(row, "lv_size");
    logical.kind = text(row, "segtype");
    // First letter of the attributes: '-' plain, 'o' the origin of a snapshot; 's' is a snapshot's store, 'O' one that merges.
    const QChar type = text(row, "lv_attr").isEmpty() ? QLatin1Char('?') : text(row, "lv_attr").at(0);
    logical.plain = type == QLatin1Char('-') || type == QLatin1Char('o');
    if (type == QLatin1Char('s'))
        logical.kind = snapshotKind;
    logical.origin = type == QLatin1Char('o');
    return logical;
}

/// Hidden parts ("[pool_tdata]") belong to a visible volume that is not linear. When there is none, one of them stands for it, so that
/// nobody takes its extents for free.
void settleHidden(LvmReport &report)
{
    const auto hidden = [](const LvmReport::Logical &logical) { return logical.name.startsWith(QLatin1Char('[')); };
    QList<LvmReport::Logical> kept;
    for (LvmReport::Logical &logical : report.logical) {
        quint64 length = 0;
        for (const LvmReport::Segment &segment : std::as_const(logical.segments))
            length += segment.length.count;
        const bool complete = length == logical.size.count && logical.kind != QLatin1String("a part of it is missing");
        if (!complete || hidden(logical)) {
            logical.segments.clear();
            logical.plain = false;
        }
        if (!hidden(logical))
            kept.append(logical);
    }
    for (LvmReport::Logical logical : std::as_const(report.logical)) {
        const bool stood = std::any_of(kept.begin(), kept.end(),
            [&logical](const LvmReport::Logical &other) { return other.group == logical.group && other.segments.isEmpty(); });
        if (!hidden(logical) || stood)
            continue;
        logical.name = logical.name.mid(1).chopped(1);
        kept.append(logical);
    }
    report.logical = kept;
}

/// A thin volume may have a linear one as its origin. Nothing of the thin one's needs can be seen, so the origin is no plain volume either.
void settleOrigins(LvmReport &report)
{
    for (LvmReport::Logical &logical : report.logical) {
        const bool stored = std::any_of(report.logical.begin(), report.logical.end(),
            [&logical](const LvmReport::Logical &other) { return other.group == logical.group && other.kind == snapshotKind; });
        if (!logical.origin || stored)
            continue;
        logical.plain = false;
        logical.kind = QStringLiteral("origin of a thin volume");
    }
}

QString configuration(const QStringList &devices)
{
    QStringList filter;
    for (const QString &device : devices)
        filter.append(QStringLiteral("\"a|^%1$|\"").arg(device));
    filter.append(QStringLiteral("\"r|.*|\""));
    const QString list = filter.join(QLatin1Char(','));
    return QStringLiteral("global { activation=0 use_lvmlockd=0 use_lvmpolld=0 } backup { backup=0 archive=0 } "
                          "devices { use_devicesfile=0 hints=\"none\" obtain_device_list_from_udev=0 external_device_info_source=\"none\" "
                          "multipath_component_detection=0 md_component_detection=0 filter=[%1] global_filter=[%1] }")
        .arg(list);
}

Result<QByteArray> report(
    const QString &command, const QString &columns, const QStringList &more, const QStringList &devices, const std::stop_token &stop)
{
    QStringList arguments{command, QStringLiteral("--readonly"), QStringLiteral("--reportformat"), QStringLiteral("json"),
        QStringLiteral("--units"), QStringLiteral("b"), QStringLiteral("--nosuffix"), QStringLiteral("--config"), configuration(devices),
        QStringLiteral("-o"), columns};
    Command lvm;
    lvm.program = QStringLiteral("lvm");
    lvm.arguments = arguments + more;
    Result<CommandOutput> done = run(lvm, stop);
    if (!done)
        return done.error();
    // A group with a disk missing is reported as far as it goes, with exit code 5.
    if (done->exitCode != 0 && done->exitCode != 5)
        return Error{
            ErrorCode::ToolFailed, Retry::AfterUserAction, {lvm.program}, QString::fromLocal8Bit(done->errors.right(2000)).trimmed()};
    return std::move(done->output);
}

}

Result<LvmReport> parseLvmReport(const QByteArray &physicalVolumes, const QByteArray &logicalVolumes)
{
    const std::optional<QList<QJsonObject>> physical = rows(physicalVolumes, QStringLiteral("pv"));
    const std::optional<QList<QJsonObject>> logical = rows(logicalVolumes, QStringLiteral("seg"));
    if (!physical || !logical)
        return Error{ErrorCode::ToolFailed, Retry::Never, {QStringLiteral("lvm")}, QStringLiteral("its report is not what was asked for")};
    LvmReport report;
    for (const QJsonObject &row : *physical) {
        const QString group = text(row, "vg_uuid");
        if (text(row, "pv_name").startsWith(QLatin1String("/dev/")))
            report.physical.append({text(row, "pv_name"), group, bytes(row, "pe_start")});
        const bool known = std::any_of(
            report.groups.begin(), report.groups.end(), [&group](const LvmReport::Group &other) { return other.uuid == group; });
        if (!group.isEmpty() && !known)
            report.groups.append({group, text(row, "vg_name"), bytes(row, "vg_extent_size"), isShared(text(row, "vg_attr"))});
    }
    for (const QJsonObject &row : *logical) {
        const auto same = [&row](const LvmReport::Logical &known) {
            return known.group == text(row, "vg_uuid") && known.name == text(row, "lv_name");
        };
        auto it = std::find_if(report.logical.begin(), report.logical.end(), same);
        if (it == report.logical.end())
            it = report.logical.insert(report.logical.end(), startLogical(row));
        addSegment(*it, row);
    }
    settleOrigins(report);
    settleHidden(report);
    return report;
}

Result<LvmReport> readLvm(const QStringList &devices, const std::stop_token &stop)
{
    const Result<QByteArray> physical =
        report(QStringLiteral("pvs"), QStringLiteral("pv_name,vg_name,vg_uuid,vg_extent_size,vg_attr,pe_start"), {}, devices, stop);
    if (!physical)
        return physical.error();
    const Result<QByteArray> logical =
        report(QStringLiteral("lvs"), QStringLiteral("vg_uuid,lv_name,lv_attr,lv_size,segtype,seg_start,seg_size,seg_pe_ranges"),
            {QStringLiteral("--segments"), QStringLiteral("-a"), QStringLiteral("-O"), QStringLiteral("vg_uuid,lv_name,seg_start")},
            devices, stop);
    if (!logical)
        return logical.error();
    return parseLvmReport(*physical, *logical);
}

}
