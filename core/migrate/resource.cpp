#include "core/migrate/resource.h"

#include <QCoreApplication>
#include <algorithm>
#include <iterator>

namespace edgelift {

namespace {

struct Row
{
    ResourceKind kind;
    const char *name;
    const char *text;
};

constexpr Row rows[] = {
    {ResourceKind::ExportTask, "exportTask", QT_TRANSLATE_NOOP("ResourceKind", "image export task")},
    {ResourceKind::EcsImage, "image", QT_TRANSLATE_NOOP("ResourceKind", "temporary ECS image")},
    {ResourceKind::Snapshot, "snapshot", QT_TRANSLATE_NOOP("ResourceKind", "snapshot")},
    {ResourceKind::Instance, "instance", QT_TRANSLATE_NOOP("ResourceKind", "transit instance")},
    {ResourceKind::Disk, "disk", QT_TRANSLATE_NOOP("ResourceKind", "disk of the transit instance")},
    {ResourceKind::SecurityGroup, "securityGroup", QT_TRANSLATE_NOOP("ResourceKind", "security group")},
    {ResourceKind::VSwitch, "vSwitch", QT_TRANSLATE_NOOP("ResourceKind", "vSwitch")},
    {ResourceKind::Vpc, "vpc", QT_TRANSLATE_NOOP("ResourceKind", "VPC")},
    {ResourceKind::OssObject, "object", QT_TRANSLATE_NOOP("ResourceKind", "object in the bucket")},
    {ResourceKind::EnsImage, "ensImage", QT_TRANSLATE_NOOP("ResourceKind", "ENS image")},
};

}

QString kindName(ResourceKind kind)
{
    const auto *row = std::find_if(std::begin(rows), std::end(rows), [kind](const Row &r) { return r.kind == kind; });
    return row == std::end(rows) ? QString() : QString::fromLatin1(row->name);
}

std::optional<ResourceKind> kindFromName(const QString &name)
{
    const auto *row = std::find_if(std::begin(rows), std::end(rows), [&name](const Row &r) { return name == QLatin1String(r.name); });
    return row == std::end(rows) ? std::nullopt : std::optional(row->kind);
}

QString describe(ResourceKind kind)
{
    const auto *row = std::find_if(std::begin(rows), std::end(rows), [kind](const Row &r) { return r.kind == kind; });
    return row == std::end(rows) ? QString() : QCoreApplication::translate("ResourceKind", row->text);
}

}
