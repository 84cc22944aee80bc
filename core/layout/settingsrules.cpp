#include "core/layout/planrules.h"

#include <QRegularExpression>
#include <algorithm>

namespace edgelift {

namespace {

using Severity = Problem::Severity;

bool hasReservedStart(const QString &text) // S4
{
    static const QStringList reserved{
        QStringLiteral("aliyun"), QStringLiteral("acs:"), QStringLiteral("http://"), QStringLiteral("https://")};
    return std::any_of(reserved.begin(), reserved.end(), [&text](const QString &start) { return text.startsWith(start); });
}

Problem named(Rule rule, const QString &name, Severity severity = Severity::Blocker)
{
    Problem problem{};
    problem.rule = rule;
    problem.severity = severity;
    problem.name = name;
    return problem;
}

QList<Problem> checkTags(const QMap<QString, QString> &tags)
{
    QList<Problem> problems;
    if (tags.size() > limits::tagsMost) {
        problems.append(named(Rule::TooManyTags, {}));
        problems.last().count = int(tags.size()) - limits::tagsMost;
    }
    for (auto it = tags.begin(); it != tags.end(); ++it) {
        if (it.key().isEmpty() || it.key().size() > 128 || hasReservedStart(it.key()))
            problems.append(named(Rule::TagKeyIllegal, it.key()));
        if (it.value().size() > 128 || hasReservedStart(it.value()))
            problems.append(named(Rule::TagValueIllegal, it.key()));
    }
    return problems;
}

QList<Problem> checkImage(const Plan::Image &image)
{
    static const QRegularExpression bucketName(QStringLiteral("\\A[a-z0-9][a-z0-9-]{1,61}[a-z0-9]\\z"));
    QList<Problem> problems;
    if (!imageRegions().contains(image.region))
        problems.append(named(Rule::RegionUnsupported, image.region));
    if (!transitRegions().contains(image.transitRegion))
        problems.append(named(Rule::TransitRegionUnsupported, image.transitRegion));
    if (!isLegalName(image.namePrefix))
        problems.append(named(Rule::NameIllegal, image.namePrefix));
    if (image.bucket.isEmpty())
        problems.append(named(Rule::BucketMissing, {}));
    else if (!bucketName.match(image.bucket).hasMatch())
        problems.append(named(Rule::BucketNameIllegal, image.bucket));
    return problems;
}

QList<Problem> checkJob(const Plan::Job &job, const OsFacts &os)
{
    // Distributions whose licence the cloud sells; for others the setting means nothing.
    static const QStringList licensed{QStringLiteral("rhel"), QStringLiteral("sles"), QStringLiteral("sled"), QStringLiteral("sles_sap")};
    QList<Problem> problems;
    if (!job.name.isEmpty() && !isLegalName(job.name))
        problems.append(named(Rule::NameIllegal, job.name));
    if (!job.description.isEmpty() && !isLegalName(job.description))
        problems.append(named(Rule::DescriptionIllegal, job.description));
    problems += checkTags(job.tags);
    if (job.licenseType == QLatin1String("AlibabaCloud") && licensed.contains(os.id))
        problems.append(named(Rule::LicenceMismatch, os.prettyName.isEmpty() ? os.id : os.prettyName, Severity::Warning));
    return problems;
}

bool isIn(int value, int most) { return value >= 0 && value <= most; }

/// What a migration takes from the source server.
QList<Problem> checkLimits(const Plan::Transfer &transfer)
{
    QList<Problem> problems;
    if (!isIn(transfer.diskMBps, limits::diskMBpsMost))
        problems.append(named(Rule::DiskLimitRange, QString::number(transfer.diskMBps)));
    if (!isIn(transfer.niceness, limits::nicenessMost))
        problems.append(named(Rule::NicenessRange, QString::number(transfer.niceness)));
    if (transfer.schedule.size() > limits::scheduleMost)
        problems.append(named(Rule::ScheduleIllegal, QString::number(transfer.schedule.size())));
    for (const LimitWindow &window : transfer.schedule) {
        if (!window.isLegal() || !isIn(window.limitMbps, limits::limitMbpsMost) || !isIn(window.diskMBps, limits::diskMBpsMost))
            problems.append(named(Rule::ScheduleIllegal, describe(window)));
    }
    return problems;
}

/// What the server's administrator excludes on every occasion is taken as it is: nobody chose it for this plan.
QList<Problem> checkExcludes(const Plan &plan, const ServerFacts &facts)
{
    QList<Problem> problems;
    bool chosen = false;
    for (const QString &path : plan.excludes) {
        if (facts.live && facts.live->excludes.contains(path))
            continue;
        chosen = true;
        if (!path.startsWith(QLatin1Char('/')))
            problems.append(named(Rule::ExcludeNotAbsolute, path));
    }
    if (!chosen)
        return problems;
    QStringList blockwise;
    for (const Plan::Disk &disk : plan.disks) {
        for (const Plan::Volume &volume : disk.volumes) {
            if (volume.migrate && volume.replication == Plan::Replication::Block)
                blockwise.append(volume.mount.isEmpty() ? volume.source : volume.mount);
        }
    }
    if (!blockwise.isEmpty())
        problems.append(named(Rule::ExcludesIgnored, blockwise.join(QLatin1String(", ")), Severity::Warning));
    return problems;
}

}

QStringList imageRegions() { return {QStringLiteral("cn-beijing"), QStringLiteral("ap-southeast-1")}; }
QStringList transitRegions() { return imageRegions(); }

QList<Problem> checkSettings(const Plan &plan, const ServerFacts &facts)
{
    QList<Problem> problems = checkImage(plan.image);
    if (plan.network.type == Plan::Network::Type::Vpc && (plan.network.vpcId.isEmpty() || plan.network.vSwitchId.isEmpty()))
        problems.append(named(Rule::NetworkIncomplete, {}));
    problems += checkJob(plan.job, facts.os);
    if (plan.transfer.compression < 0 || plan.transfer.compression > limits::compressionMost)
        problems.append(named(Rule::CompressionRange, QString::number(plan.transfer.compression)));
    if (plan.transfer.limitMbps < 0 || plan.transfer.limitMbps > limits::limitMbpsMost)
        problems.append(named(Rule::LimitRange, QString::number(plan.transfer.limitMbps)));
    return problems + checkLimits(plan.transfer) + checkExcludes(plan, facts);
}

QList<Problem> checkCloud(const Plan &plan, const CloudFacts &cloud)
{
    QList<Problem> problems;
    const QString region = cloud.bucketRegions.value(plan.image.bucket);
    if (!region.isEmpty() && region != plan.image.transitRegion) {
        problems.append(named(Rule::BucketElsewhere, plan.image.bucket));
        problems.last().second = region;
        problems.last().third = plan.image.transitRegion;
    }
    const QString vpc = cloud.vSwitchVpcs.value(plan.network.vSwitchId);
    if (!vpc.isEmpty() && !plan.network.vpcId.isEmpty() && vpc != plan.network.vpcId) {
        problems.append(named(Rule::VSwitchElsewhere, plan.network.vSwitchId));
        problems.last().second = plan.network.vpcId;
    }
    return problems;
}

QList<Problem> checkTags(const QList<std::pair<QString, QString>> &tags)
{
    QMap<QString, QString> once;
    QList<Problem> problems;
    for (const auto &[key, value] : tags) {
        if (once.contains(key))
            problems.append(named(Rule::TagKeyTwice, key));
        once.insert(key, value);
    }
    problems = checkTags(once) + problems;
    if (tags.size() > limits::tagsMost && once.size() <= limits::tagsMost) {
        problems.append(named(Rule::TooManyTags, {}));
        problems.last().count = int(tags.size()) - limits::tagsMost;
    }
    return problems;
}

}
