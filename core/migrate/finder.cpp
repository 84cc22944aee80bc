#include "core/migrate/finder.h"

#include "core/migrate/naming.h"

namespace edgelift {

namespace {

template <class T>
Result<QList<FoundResource>> found(ResourceKind kind, const Result<QList<T>> &answer)
{
    if (!answer)
        return answer.error();
    QList<FoundResource> out;
    for (const T &one : *answer)
        out.append({kind, one.id, one.name});
    return out;
}

}

Result<QList<FoundResource>> findTagged(const CloudSession &cloud, ResourceKind kind, const QString &jobId, const std::stop_token &stop)
{
    const Tags tags = naming::jobTags(jobId);
    switch (kind) {
    case ResourceKind::EcsImage: {
        ecs::ImageQuery query;
        query.owner = QStringLiteral("self");
        query.tags = tags;
        return found(kind, cloud.images().describeImages(query, stop));
    }
    case ResourceKind::Snapshot:
        return found(kind, cloud.images().describeSnapshots({}, tags, stop));
    case ResourceKind::Instance:
        return found(kind, cloud.ecs().describeInstances({}, tags, stop));
    case ResourceKind::Disk:
        return found(kind, cloud.ecs().describeDisks({}, {}, tags, stop));
    case ResourceKind::SecurityGroup:
        return found(kind, cloud.ecs().describeSecurityGroups({}, {}, tags, stop));
    case ResourceKind::VSwitch:
        return found(kind, cloud.vpc().describeVSwitches({}, {}, tags, stop));
    case ResourceKind::Vpc:
        return found(kind, cloud.vpc().describeVpcs({}, tags, stop));
    case ResourceKind::ExportTask:
    case ResourceKind::OssObject:
    case ResourceKind::EnsImage:
        break;
    }
    return QList<FoundResource>();
}

Result<QString> findByName(const CloudSession &cloud, const LedgerEntry &entry, const QString &jobId, const std::stop_token &stop)
{
    if (entry.kind == ResourceKind::EnsImage) {
        const Result<QList<ens::Image>> images = cloud.ens().describeSelfImages({}, entry.name, stop);
        if (!images)
            return images.error();
        return images->isEmpty() ? QString() : images->first().id;
    }
    const Result<QList<FoundResource>> tagged = findTagged(cloud, entry.kind, jobId, stop);
    if (!tagged)
        return tagged.error();
    for (const FoundResource &one : *tagged) {
        if (one.name == entry.name)
            return one.id;
    }
    return QString();
}

}
