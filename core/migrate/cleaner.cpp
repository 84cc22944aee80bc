#include "core/migrate/cleaner.h"

#include "core/base/errortext.h"
#include "core/base/log.h"
#include "core/migrate/finder.h"
#include "core/migrate/naming.h"
#include "core/migrate/steps.h"

#include <algorithm>
#include <array>

namespace edgelift {

namespace {

using namespace std::chrono_literals;

constexpr std::array taggedKinds{ResourceKind::EcsImage, ResourceKind::Snapshot, ResourceKind::Instance, ResourceKind::Disk,
    ResourceKind::SecurityGroup, ResourceKind::VSwitch, ResourceKind::Vpc};
constexpr auto listedAfter = 30s; ///< a new thing may be missing from lists for some seconds

}

Result<> Cleaner::run()
{
    if (const Result<> resolved = resolveIntents(); !resolved)
        return resolved;
    QList<LedgerEntry> entries = m_context.ledger().living();
    entries.removeIf([](const LedgerEntry &entry) { return entry.kept; });
    return removeAll(entries, true);
}

Result<> Cleaner::removeTargets()
{
    if (const Result<> resolved = resolveIntents(); !resolved)
        return resolved;
    QList<LedgerEntry> entries = m_context.ledger().living();
    entries.removeIf([](const LedgerEntry &entry) { return entry.kind != ResourceKind::Instance && entry.kind != ResourceKind::Disk; });
    return removeAll(entries, false);
}

Result<> Cleaner::removeAll(const QList<LedgerEntry> &entries, bool shown)
{
    std::optional<Error> first;
    for (qsizetype i = 0; i < entries.size(); ++i) {
        Result<> gone = remove(entries.at(i));
        if (gone)
            gone = m_context.ledger().markRemoved(entries.at(i).key, m_context.clock().now());
        if (!gone && m_context.stop().stop_requested())
            return gone;
        if (!gone) {
            m_failed = true;
            first = first.value_or(gone.error());
            m_context.warn(warnings::notRemoved(entries.at(i), gone.error()));
        }
        if (shown)
            m_context.events().percent(Phase::Cleanup, int((i + 1) * 100 / entries.size()));
    }
    return first ? Result<>(*first) : ok();
}

Result<> Cleaner::resolveIntents()
{
    const QDateTime end = m_context.clock().now().addSecs(std::chrono::seconds(listedAfter).count());
    Result<bool> complete = adoptTagged();
    while (complete && !*complete && m_context.clock().now() < end) {
        if (!m_context.clock().sleep(3s, m_context.stop()))
            return Error{ErrorCode::CloudTimedOut, Retry::AfterWait, {QStringLiteral("The clean-up")}, QStringLiteral("stopped")};
        complete = adoptTagged();
    }
    if (!complete)
        return complete.error();
    for (const LedgerEntry &entry : m_context.ledger().living()) {
        // An export that nobody can name ends with its image. Everything else without an id was never made.
        if (entry.id.isEmpty() && entry.kind != ResourceKind::OssObject) {
            if (const Result<> withdrawn = m_context.ledger().withdraw(entry.key); !withdrawn)
                return withdrawn;
        }
    }
    return ok();
}

Result<bool> Cleaner::adoptTagged()
{
    for (const ResourceKind kind : taggedKinds) {
        const Result<QList<FoundResource>> found = findTagged(m_context.cloud(), kind, m_context.jobId(), m_context.stop());
        if (!found)
            return found.error();
        for (const FoundResource &one : *found) {
            if (const Result<> adopted = adopt(one.kind, one.id, one.name); !adopted)
                return adopted.error();
        }
    }
    bool complete = true;
    for (const LedgerEntry &entry : m_context.ledger().living()) {
        if (!entry.id.isEmpty() || entry.kind == ResourceKind::OssObject || entry.kind == ResourceKind::ExportTask)
            continue;
        if (entry.kind == ResourceKind::EnsImage) { // without tags
            const Result<QString> id = findByName(m_context.cloud(), entry, m_context.jobId(), m_context.stop());
            if (!id)
                return id.error();
            if (!id->isEmpty()) {
                if (const Result<> confirmed = m_context.ledger().confirm(entry.key, *id); !confirmed)
                    return confirmed.error();
                continue;
            }
        }
        complete = false;
    }
    return complete;
}

Result<> Cleaner::adopt(ResourceKind kind, const QString &id, const QString &name)
{
    const QList<LedgerEntry> known = m_context.ledger().living();
    const auto same = [&](const LedgerEntry &entry) { return entry.kind == kind && entry.id == id; };
    if (std::any_of(known.begin(), known.end(), same))
        return ok();
    const auto intent = std::find_if(known.begin(), known.end(),
        [&](const LedgerEntry &entry) { return entry.kind == kind && entry.id.isEmpty() && entry.name == name; });
    if (intent != known.end())
        return m_context.ledger().confirm(intent->key, id);
    const LedgerEntry entry = m_context.wanted(kind, QLatin1String("found/") + id, name);
    const Result<LedgerEntry> intended = m_context.ledger().intend(entry);
    return intended ? m_context.ledger().confirm(entry.key, id) : Result<>(intended.error());
}

Result<> Cleaner::patiently(std::chrono::seconds limit, const std::function<Result<>()> &attempt)
{
    std::optional<Error> last;
    const Result<> done = m_context.poll(QStringLiteral("The clean-up"), m_failed ? 0s : limit, [&]() -> Result<bool> {
        const Result<> gone = attempt();
        if (gone)
            return true;
        last = gone.error();
        return gone.error().retry == Retry::AfterWait ? Result<bool>(false) : Result<bool>(gone.error());
    });
    return !done && last ? Result<>(*last) : done;
}

Result<> Cleaner::remove(const LedgerEntry &entry)
{
    const CloudSession &cloud = m_context.cloud();
    const std::stop_token &stop = m_context.stop();
    switch (entry.kind) {
    case ResourceKind::ExportTask:
        return patiently(5min, [&] { return cloud.images().cancelTask(entry.id, stop); });
    case ResourceKind::EcsImage: // not while it is exported
        return patiently(30min, [&] { return cloud.images().deleteImage(entry.id, stop); });
    case ResourceKind::Snapshot:
        return patiently(10min, [&] { return cloud.images().deleteSnapshot(entry.id, stop); });
    case ResourceKind::Instance:
        return removeInstance(entry.id);
    case ResourceKind::Disk:
        return removeDisk(entry.id);
    case ResourceKind::SecurityGroup:
        return patiently(10min, [&] { return cloud.ecs().deleteSecurityGroup(entry.id, stop); });
    case ResourceKind::VSwitch:
        return patiently(10min, [&] { return cloud.vpc().deleteVSwitch(entry.id, stop); });
    case ResourceKind::Vpc:
        return patiently(10min, [&] { return cloud.vpc().deleteVpc(entry.id, stop); });
    case ResourceKind::OssObject:
        return removeObjects(entry);
    case ResourceKind::EnsImage:
        return patiently(10min, [&] { return cloud.ens().deleteImage(entry.id, stop); });
    }
    return ok();
}

Result<> Cleaner::removeInstance(const QString &id)
{
    const EcsApi &ecs = m_context.cloud().ecs();
    const Result<> asked = patiently(10min, [&] { return ecs.deleteInstance(id, m_context.stop()); });
    if (!asked)
        return asked;
    return m_context.poll(QStringLiteral("DeleteInstance"), 10min, [&]() -> Result<bool> {
        const Result<QList<ecs::Instance>> found = ecs.describeInstances({id}, {}, m_context.stop());
        return found ? Result<bool>(found->isEmpty()) : Result<bool>(found.error());
    });
}

/// Disks go with their instance, a little later; one that stays is removed by itself.
Result<> Cleaner::removeDisk(const QString &id)
{
    const EcsApi &ecs = m_context.cloud().ecs();
    return m_context.poll(QStringLiteral("DeleteDisk"), m_failed ? 0s : std::chrono::seconds(10min), [&]() -> Result<bool> {
        const Result<QList<ecs::Disk>> found = ecs.describeDisks({}, {id}, {}, m_context.stop());
        if (!found)
            return found.error();
        if (found->isEmpty())
            return true;
        if (found->first().state == QLatin1String("Available")) {
            const Result<> gone = ecs.deleteDisk(id, m_context.stop());
            return gone || gone.error().retry == Retry::AfterWait ? Result<bool>(false) : Result<bool>(gone.error());
        }
        return false;
    });
}

Result<> Cleaner::removeObjects(const LedgerEntry &entry)
{
    const QString bucket = m_context.plan().image.bucket;
    const OssApi &oss = m_context.cloud().oss();
    if (!entry.name.endsWith(QLatin1Char('*')))
        return removeBundle(bucket, entry.name);
    const Result<QList<oss::Object>> objects = oss.list(bucket, entry.name.chopped(1), m_context.stop());
    if (!objects)
        return objects.error();
    for (const oss::Object &object : *objects) {
        if (const Result<> gone = oss.remove(bucket, object.key, m_context.stop()); !gone)
            return gone;
    }
    return ok();
}

/// All migrations of an account into a region share the receiver's bundle; the last one turns out the light. One that starts just now
/// looks for it again once its instance is listed (transitsteps.cpp).
Result<> Cleaner::removeBundle(const QString &bucket, const QString &key)
{
    const Result<QList<ecs::Instance>> instances = m_context.cloud().ecs().describeInstances({}, {}, m_context.stop());
    if (!instances)
        return instances.error();
    const bool needed = std::any_of(instances->begin(), instances->end(), [this](const ecs::Instance &one) {
        const bool isOurs = one.tags.value(QLatin1String(naming::jobTag)) == m_context.jobId(); // it refused to go, but needs no more
        return !isOurs && one.name == QLatin1String(naming::transitInstance);
    });
    return needed ? ok() : m_context.cloud().oss().remove(bucket, key, m_context.stop());
}

Result<> cleanUp(StepContext &context) { return Cleaner(context).run(); }

}
