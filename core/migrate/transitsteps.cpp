#include "core/base/files.h"
#include "core/migrate/naming.h"
#include "core/migrate/receiverpeer.h"
#include "core/migrate/steps.h"
#include "core/migrate/targetdisks.h"
#include "core/migrate/userdata.h"

#include <QFile>
#include <QJsonArray>
#include <algorithm>

namespace edgelift {

namespace {

using namespace std::chrono_literals;

constexpr int releaseAfterDays = 7; ///< cost net: the cloud removes a forgotten instance by itself
constexpr auto bundleUrlValid = std::chrono::seconds(24h);
constexpr int internetMbps = 100; ///< the most a public address can have; inbound traffic, which is what we need, is not billed
constexpr qint64 staleIntentSeconds = 3600; ///< an instance that was asked for is listed long before that

QString diskName(const StepContext &context, quint32 index)
{
    return naming::resourceName(context.jobId(), QStringLiteral("disk%1").arg(index));
}

/// ECS reaches OSS of its region by an internal name without a public address and without traffic fees. The signature does not
/// cover the host.
QUrl seenFromInstance(QUrl url, const QString &region)
{
    const QString host = url.host();
    const QString outer = QLatin1String(".oss-") + region + QLatin1String(".aliyuncs.com");
    if (host.endsWith(outer))
        url.setHost(host.chopped(outer.size()) + QLatin1String(".oss-") + region + QLatin1String("-internal.aliyuncs.com"));
    return url;
}

/// The script, kept in the job's folder: a create call that is repeated must be the same to the byte.
Result<QByteArray> userData(StepContext &context)
{
    const QString path = context.store().path(QStringLiteral("userdata.sh"));
    if (QFile::exists(path))
        return readFile(path);
    const Result<QUrl> url =
        context.cloud().oss().presignedGet(context.plan().image.bucket, context.text("bundleKey"), bundleUrlValid, context.stop());
    if (!url)
        return url.error();
    const Result<Secret> config = receiverConfig(context.store());
    if (!config)
        return config.error();
    const Result<Secret> script =
        userDataScript({context.jobId(), *config, seenFromInstance(*url, context.region()), context.text("bundleSha256").toLatin1(), {}});
    if (!script)
        return script.error();
    const Result<> written = writeFileDurably(path, script->reveal(), privateFile);
    return written ? script->reveal() : Result<QByteArray>(written.error());
}

ecs::NewInstance newInstance(const StepContext &context, const QByteArray &script, const QDateTime &intended)
{
    ecs::NewInstance instance;
    instance.zoneId = context.text("zoneId");
    instance.imageId = context.text("systemImageId");
    instance.instanceType = context.text("instanceType");
    instance.securityGroupId = context.text("securityGroupId");
    instance.vSwitchId = context.text("vSwitchId");
    instance.name = QLatin1String(naming::transitInstance);
    instance.description = QLatin1String("Edgelift migration ") + context.jobId() + QLatin1String(": removed by itself");
    instance.systemDisk = {context.value("systemGiB").toInteger(), context.text("systemCategory"),
        naming::resourceName(context.jobId(), QStringLiteral("system"))};
    const qint64 least = context.value("dataLeastGiB").toInteger();
    for (const TargetDisk &disk : targetDisks(context.plan(), context.source().facts()))
        instance.dataDisks.append({std::max(disk.sizeGiB, least), context.text("dataCategory"), diskName(context, disk.index)});
    instance.userData = script;
    instance.internetMbps = context.plan().network.type == Plan::Network::Type::Public ? internetMbps : 0;
    instance.releaseAt = intended.addDays(releaseAfterDays); // from the intent: the same in a repeated call
    instance.tags = context.tags();
    return instance;
}

void notePrice(StepContext &context, const ecs::NewInstance &instance)
{
    const Result<ecs::Price> price = context.cloud().ecs().describePrice(instance, context.stop());
    if (price)
        (void)context.ledger().setPrice(
            QStringLiteral("instance"), price->perHour * 24, price->currency); // for people, nothing depends on it
}

/// After the instance is listed nobody removes the bundle it needs (cleaner.cpp); before, another migration's end may have.
Result<> keepBundleThere(StepContext &context)
{
    const Result<oss::Object> there = context.cloud().oss().head(context.plan().image.bucket, context.text("bundleKey"), context.stop());
    if (there)
        return ok();
    return there.error().code == ErrorCode::ResourceMissing ? uploadBundle(context) : Result<>(there.error());
}

Result<QString> createOnce(StepContext &context)
{
    const QString key = QStringLiteral("instance");
    const std::optional<LedgerEntry> earlier = context.ledger().find(key);
    if (earlier && earlier->id.isEmpty() && earlier->created.secsTo(context.clock().now()) > staleIntentSeconds) {
        const Result<QList<ecs::Instance>> listed =
            context.cloud().ecs().describeInstances({}, naming::jobTags(context.jobId()), context.stop());
        if (!listed)
            return listed.error();
        if (listed->isEmpty()) { // never made: begin anew, the address in the script may have expired
            QFile::remove(context.store().path(QStringLiteral("userdata.sh")));
            if (const Result<> withdrawn = context.ledger().withdraw(key); !withdrawn)
                return withdrawn.error();
        }
    }
    const Result<QByteArray> script = userData(context);
    if (!script)
        return script.error();
    const LedgerEntry wanted = context.wanted(ResourceKind::Instance, key, QLatin1String(naming::transitInstance));
    ecs::NewInstance instance;
    Result<QString> id = context.obtain(wanted, [&](const QString &token) {
        const std::optional<LedgerEntry> entry = context.ledger().find(key);
        instance = newInstance(context, *script, entry ? entry->created : wanted.created);
        return context.cloud().ecs().runInstance(instance, token, context.stop());
    });
    if (id && !instance.instanceType.isEmpty())
        notePrice(context, instance);
    return id;
}

Error released(const QString &id) { return {ErrorCode::TransitReleased, Retry::Never, {id}, {}}; }

Result<std::optional<ecs::Instance>> lookUp(const StepContext &context, const QString &id)
{
    const Result<QList<ecs::Instance>> found = context.cloud().ecs().describeInstances({id}, {}, context.stop());
    if (!found)
        return found.error();
    return found->isEmpty() ? std::nullopt : std::optional(found->first());
}

}

Result<> runInstance(StepContext &context)
{
    constexpr int typesMost = 5;
    for (int attempt = 1;; ++attempt) {
        const Result<QString> id = createOnce(context);
        if (id) {
            if (const Result<> there = keepBundleThere(context); !there)
                return there;
            return context.setText("instanceId", *id);
        }
        const bool tryAnother =
            id.error().code == ErrorCode::StockSoldOut && context.plan().job.instanceType.isEmpty() && attempt < typesMost;
        QJsonArray soldOut = context.value("soldOut").toArray();
        soldOut.append(context.text("instanceType") + QLatin1Char('@') + context.text("zoneId"));
        if (const Result<> set = context.set({{QStringLiteral("soldOut"), tryAnother ? soldOut : QJsonArray()}}); !set)
            return set;
        if (!tryAnother)
            return id.error();
        if (const Result<> other = checkStock(context); !other) // stock changed since the check
            return other;
    }
}

Result<> awaitRunning(StepContext &context)
{
    const QString id = context.text("instanceId");
    const QDateTime patience = context.clock().now().addSecs(120); // a new instance may be missing from lists for some seconds
    return context.poll(QStringLiteral("RunInstances"), 15min, [&]() -> Result<bool> {
        const Result<std::optional<ecs::Instance>> instance = lookUp(context, id);
        if (!instance)
            return instance.error();
        if (!*instance && context.clock().now() > patience)
            return released(id);
        return *instance && (*instance)->state == ecs::InstanceState::Running;
    });
}

Result<> matchDisks(StepContext &context)
{
    const QString id = context.text("instanceId");
    const QList<TargetDisk> wanted = targetDisks(context.plan(), context.source().facts());
    const Result<QList<ecs::Disk>> disks = context.cloud().ecs().describeDisks(id, {}, {}, context.stop());
    if (!disks)
        return disks.error();
    QJsonArray matched;
    for (const TargetDisk &disk : wanted) {
        const QString name = diskName(context, disk.index);
        const auto found = std::find_if(disks->begin(), disks->end(), [&name](const ecs::Disk &d) { return !d.system && d.name == name; });
        if (found == disks->end())
            return Error{ErrorCode::ResourceMissing, Retry::AfterWait, {name}, QStringLiteral("the instance lacks a data disk")};
        const LedgerEntry entry = context.wanted(ResourceKind::Disk, QStringLiteral("disk/%1").arg(disk.index), name);
        if (const Result<LedgerEntry> intended = context.ledger().intend(entry); !intended)
            return intended.error();
        if (const Result<> confirmed = context.ledger().confirm(entry.key, found->id); !confirmed)
            return confirmed;
        matched.append(QJsonObject{{QStringLiteral("diskId"), found->id}, {QStringLiteral("serial"), found->serial},
            {QStringLiteral("sizeGiB"), found->sizeGiB}, {QStringLiteral("sourceDisk"), disk.sourceId}});
    }
    return context.set({{QStringLiteral("disks"), matched}});
}

Result<> findInstance(StepContext &context)
{
    const QString id = context.text("instanceId");
    const Result<std::optional<ecs::Instance>> instance = lookUp(context, id);
    if (!instance)
        return instance.error();
    if (!*instance)
        return released(id);
    const bool isPublic = context.plan().network.type == Plan::Network::Type::Public;
    const QString address = isPublic ? (*instance)->publicAddress : (*instance)->privateAddress;
    // A stopped instance has given its address back. That is as it should be once the copy is done.
    const bool copied = context.store().record().isFinished(QStringLiteral("copy.disks"));
    if (!copied && ((*instance)->state != ecs::InstanceState::Running || address.isEmpty()))
        return Error{
            ErrorCode::TransitNotReady, Retry::AfterUserAction, {id}, QStringLiteral("the instance is not running or has no address")};
    return address.isEmpty() ? ok() : context.setText("transitAddress", address);
}

Result<> awaitReceiver(StepContext &context)
{
    const QString id = context.text("instanceId");
    const Result<ReceiverPeer> peer = receiverPeer(context);
    if (!peer)
        return peer.error();
    Error last{ErrorCode::TransitNotReady, Retry::AfterWait, {id}, {}};
    int asked = 0;
    const Result<> ready = context.poll(id, 15min, [&]() -> Result<bool> {
        const Result<> answer = context.surroundings().link->probe(*peer, context.stop());
        if (answer)
            return true;
        if (answer.error().code == ErrorCode::ReceiverVersion)
            return answer.error();
        const bool isStranger = answer.error().code == ErrorCode::PeerNotTrusted; // may end when the old holder of the address goes
        last = isStranger ? answer.error() : Error{ErrorCode::TransitNotReady, Retry::AfterWait, {id}, answer.error().detail};
        if (++asked % 10 == 0) {
            const Result<std::optional<ecs::Instance>> instance = lookUp(context, id);
            if (instance && !*instance)
                return released(id);
        }
        return false;
    });
    if (!ready && ready.error().code == ErrorCode::CloudTimedOut)
        return last;
    return ready;
}

}
