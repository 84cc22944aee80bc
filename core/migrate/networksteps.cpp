#include "core/base/ids.h"
#include "core/migrate/bundle.h"
#include "core/migrate/naming.h"
#include "core/migrate/steps.h"

#include <QHostAddress>

namespace edgelift {

namespace {

using namespace std::chrono_literals;

constexpr char vpcRange[] = "192.168.0.0/16"; // nobody else is in it: it is made for this migration
constexpr char vSwitchRange[] = "192.168.0.0/24";
constexpr int controlPort = 8080;
constexpr int dataPort = 8703;

/// Who may reach the two ports.
QStringList sourceRanges(const StepContext &context)
{
    // Within a VPC we come from a private address that no outsider can tell us.
    if (context.plan().network.type == Plan::Network::Type::Vpc)
        return {QStringLiteral("10.0.0.0/8"), QStringLiteral("172.16.0.0/12"), QStringLiteral("192.168.0.0/16")};
    const QHostAddress observed(context.store().record().observedAddress);
    if (observed.protocol() == QAbstractSocket::IPv4Protocol)
        return {observed.toString() + QLatin1String("/32")};
    return {QStringLiteral("0.0.0.0/0")};
}

}

Result<> uploadBundle(StepContext &context)
{
    const Result<Bundle> bundle = findBundle(context.surroundings().bundlePaths);
    if (!bundle)
        return bundle.error();
    const QString bucket = context.plan().image.bucket;
    const QString key = naming::bundleKey(bundle->sha256);
    LedgerEntry entry = context.wanted(ResourceKind::OssObject, QStringLiteral("bundle"), key);
    if (const Result<LedgerEntry> intended = context.ledger().intend(entry); !intended)
        return intended.error();
    const Result<oss::Object> there = context.cloud().oss().head(bucket, key, context.stop());
    if (!there && there.error().code != ErrorCode::ResourceMissing)
        return there.error();
    if (!there) {
        const Result<> sent =
            context.cloud().oss().put(bucket, key, {bundle->path, {}, QStringLiteral("application/gzip")}, context.stop());
        if (!sent)
            return sent;
    }
    if (const Result<> confirmed = context.ledger().confirm(entry.key, bucket + QLatin1Char('/') + key); !confirmed)
        return confirmed;
    return context.set({{QStringLiteral("bundleKey"), key}, {QStringLiteral("bundleSha256"), QString::fromLatin1(bundle->sha256)}});
}

Result<> makeVpc(StepContext &context)
{
    if (context.value("networkGiven").toBool())
        return ok();
    const QString name = naming::resourceName(context.jobId(), QStringLiteral("vpc"));
    const VpcApi &api = context.cloud().vpc();
    const Result<QString> id = context.obtain(context.wanted(ResourceKind::Vpc, QStringLiteral("vpc"), name),
        [&](const QString &token) { return api.createVpc(QLatin1String(vpcRange), name, context.tags(), token, context.stop()); });
    if (!id)
        return id.error();
    const Result<> ready = context.poll(QStringLiteral("CreateVpc"), 5min, [&]() -> Result<bool> {
        const Result<QList<vpc::Vpc>> found = api.describeVpcs(*id, {}, context.stop());
        return found ? Result<bool>(!found->isEmpty() && found->first().available) : Result<bool>(found.error());
    });
    return ready ? context.setText("vpcId", *id) : ready;
}

Result<> makeVSwitch(StepContext &context)
{
    if (context.value("networkGiven").toBool())
        return ok();
    const VpcApi &api = context.cloud().vpc();
    const vpc::NewVSwitch wanted{context.text("vpcId"), context.text("zoneId"), QLatin1String(vSwitchRange),
        naming::resourceName(context.jobId(), QStringLiteral("vswitch")), context.tags()};
    const Result<QString> id = context.obtain(context.wanted(ResourceKind::VSwitch, QStringLiteral("vSwitch"), wanted.name),
        [&](const QString &token) { return api.createVSwitch(wanted, token, context.stop()); });
    if (!id)
        return id.error();
    const Result<> ready = context.poll(QStringLiteral("CreateVSwitch"), 5min, [&]() -> Result<bool> {
        const Result<QList<vpc::VSwitch>> found = api.describeVSwitches(*id, {}, {}, context.stop());
        return found ? Result<bool>(!found->isEmpty() && found->first().available) : Result<bool>(found.error());
    });
    return ready ? context.setText("vSwitchId", *id) : ready;
}

Result<> makeSecurityGroup(StepContext &context)
{
    const QString name = naming::resourceName(context.jobId(), QStringLiteral("group"));
    const Result<QString> id =
        context.obtain(context.wanted(ResourceKind::SecurityGroup, QStringLiteral("securityGroup"), name), [&](const QString &token) {
            return context.cloud().ecs().createSecurityGroup(context.text("vpcId"), name, context.tags(), token, context.stop());
        });
    return id ? context.setText("securityGroupId", *id) : Result<>(id.error());
}

Result<> openPorts(StepContext &context)
{
    const QStringList ranges = sourceRanges(context);
    const QString joined = ranges.join(QLatin1Char(','));
    if (context.text("portsOpenFor") == joined) // a later run from the same address
        return ok();
    if (ranges.contains(QStringLiteral("0.0.0.0/0")))
        context.warn(warnings::portsOpenToAll());
    QList<ecs::Permission> permissions;
    for (const QString &range : ranges) {
        for (const int port : {controlPort, dataPort})
            permissions.append({QStringLiteral("TCP"), port, port, range, QStringLiteral("Edgelift")});
    }
    const Result<> opened = context.cloud().ecs().authorizeSecurityGroup(
        context.text("securityGroupId"), permissions, randomId(QStringLiteral("edgelift-"), 32), context.stop());
    return opened ? context.setText("portsOpenFor", joined) : opened;
}

}
