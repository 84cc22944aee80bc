#include "core/layout/layoutroom.h"
#include "core/layout/planrules.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>

namespace edgelift {

namespace {

struct Row
{
    Rule rule;
    const char *id;
    const char *text;
};

/// %1 the name of the disk, volume, tag or value; %2 the space needed; %3 the space there is; %4 the next whole GiB above %2;
/// %5 and %6 further names; %n how many.
constexpr Row rows[] = {
    {Rule::RegionUnsupported, "E-SET-01",
        QT_TRANSLATE_NOOP("PlanRules", "Choose where to keep the ENS image: cn-beijing or ap-southeast-1. “%1” is not possible.")},
    {Rule::NameIllegal, "E-SET-02",
        QT_TRANSLATE_NOOP("PlanRules",
            "The name must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”. "
            "“%1” does not.")},
    {Rule::BucketMissing, "E-SET-03", QT_TRANSLATE_NOOP("PlanRules", "Choose a bucket. It holds the temporary image.")},
    {Rule::BucketElsewhere, "E-SET-04",
        QT_TRANSLATE_NOOP("PlanRules", "Bucket “%1” is in %5, but the temporary image is created in %6. Choose a bucket in %6.")},
    {Rule::VSwitchElsewhere, "E-SET-06", QT_TRANSLATE_NOOP("PlanRules", "vSwitch “%1” does not belong to VPC “%5”.")},
    {Rule::TagKeyTwice, "E-SET-10", QT_TRANSLATE_NOOP("PlanRules", "Two tags have the key “%1”.")},
    {Rule::NetworkIncomplete, "E-SET-05", QT_TRANSLATE_NOOP("PlanRules", "Choose a VPC and a vSwitch. Private transfer needs both.")},
    {Rule::CompressionRange, "E-SET-07", QT_TRANSLATE_NOOP("PlanRules", "Enter a compression ratio from 0 to 10.")},
    {Rule::TooManyTags, "E-SET-08", QT_TRANSLATE_N_NOOP("PlanRules", "A job can have at most 20 tags. Remove %n tag(s).")},
    {Rule::TagKeyIllegal, "E-SET-09",
        QT_TRANSLATE_NOOP("PlanRules",
            "A tag key must have 1 to 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”. “%1” does not fit.")},
    {Rule::LicenceMismatch, "W-SET-13",
        QT_TRANSLATE_NOOP(
            "PlanRules", "The licence type “Alibaba Cloud” covers only Windows Server. For %1 choose BYOL if you have a licence.")},
    {Rule::LimitRange, "E-SET-14", QT_TRANSLATE_NOOP("PlanRules", "Enter a speed limit from 0 to 100,000 Mbit/s; 0 means unlimited.")},
    {Rule::DescriptionIllegal, "E-SET-15",
        QT_TRANSLATE_NOOP("PlanRules",
            "The description must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”.")},
    {Rule::TagValueIllegal, "E-SET-16",
        QT_TRANSLATE_NOOP("PlanRules",
            "The value of tag “%1” must have at most 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”.")},
    {Rule::BucketNameIllegal, "E-SET-17",
        QT_TRANSLATE_NOOP("PlanRules", "“%1” cannot be the name of a bucket: those have 3 to 63 lower-case letters, digits and “-”.")},
    {Rule::TransitRegionUnsupported, "E-SET-18",
        QT_TRANSLATE_NOOP("PlanRules", "The temporary image can be made in cn-beijing or ap-southeast-1. “%1” is not possible.")},
    {Rule::DiskLimitRange, "E-SET-19",
        QT_TRANSLATE_NOOP("PlanRules", "Enter a disk-read limit from 0 to 100,000 MB/s; 0 means unlimited.")},
    {Rule::NicenessRange, "E-SET-20", QT_TRANSLATE_NOOP("PlanRules", "Enter a niceness from 0 to 19; 19 gives way to everything else.")},
    {Rule::ScheduleIllegal, "E-SET-21",
        QT_TRANSLATE_NOOP("PlanRules",
            "The time plan can have 32 windows, each with days, two different times and limits in their range. “%1” does not fit.")},
    {Rule::ExcludeNotAbsolute, "E-PRE-04", QT_TRANSLATE_NOOP("PlanRules", "Paths must start with “/”. “%1” does not.")},
    {Rule::ExcludesIgnored, "W-PRE-05",
        QT_TRANSLATE_NOOP(
            "PlanRules", "Exclusions are ignored for partitions copied block by block. Switch block replication off for %1 to use them.")},
    {Rule::SystemSizeRange, "E-DSK-01", QT_TRANSLATE_NOOP("PlanRules", "The system disk must have 20 to 2,048 GiB.")},
    {Rule::DataSizeRange, "E-DSK-02", QT_TRANSLATE_NOOP("PlanRules", "A data disk must have 1 to 32,768 GiB.")},
    {Rule::SystemDiskTooSmall, "E-DSK-03",
        QT_TRANSLATE_NOOP("PlanRules", "The system disk needs more than %2, the space in use. Enter at least %4.")},
    {Rule::DataDiskTooSmall, "E-DSK-04",
        QT_TRANSLATE_NOOP("PlanRules", "Data disk %1 needs more than %2, the space in use. Enter at least %4.")},
    {Rule::DiskOverfull, "E-DSK-05",
        QT_TRANSLATE_NOOP("PlanRules",
            "The partitions on %1 need %2, but the disk has %3. Reduce a partition, enlarge the disk or move a mount target.")},
    {Rule::TooManyDataDisks, "E-DSK-06",
        QT_TRANSLATE_N_NOOP("PlanRules",
            "%n data disk(s) would be migrated, at most 4 are possible. Clear “Migrate” for the others or move their mount targets.")},
    {Rule::DataDiskTooLarge, "E-DSK-07",
        QT_TRANSLATE_NOOP("PlanRules", "An ENS image allows at most 500 GiB for a data disk. Data disk %1 has %3.")},
    {Rule::SystemVolumeMoved, "E-DSK-08",
        QT_TRANSLATE_NOOP("PlanRules", "%1 cannot be moved. Boot and system partitions stay on the system disk.")},
    {Rule::VolumeTooSmall, "E-DSK-09", QT_TRANSLATE_NOOP("PlanRules", "%1 needs more than %2, the space in use.")},
    {Rule::ImageMayBeTooLarge, "W-DSK-10",
        QT_TRANSLATE_NOOP("PlanRules", "The server has %2 in use. An image may have at most 1 TiB after compression.")},
    {Rule::LvmWithoutBoot, "E-DSK-11", QT_TRANSLATE_NOOP("PlanRules", "LVM cannot be used: the system disk has no boot partition.")},
    {Rule::LvmWithoutEffect, "W-DSK-12", QT_TRANSLATE_NOOP("PlanRules", "LVM will have no effect: Debian with kernel %1 and XFS.")},
    {Rule::LvmStep, "W-DSK-13",
        QT_TRANSLATE_NOOP("PlanRules", "%1 is copied file by file because its size is not a multiple of 4 MiB while LVM is on.")},
    {Rule::DiskLeftOut, "W-DSK-14", QT_TRANSLATE_NOOP("PlanRules", "Data disk %1 has no mount target to migrate and is left out.")},
    {Rule::BlockSizeChanged, "E-DSK-15",
        QT_TRANSLATE_NOOP("PlanRules", "The size of %1 cannot be changed while it is copied block by block. Switch to file copy first.")},
    {Rule::SystemDiskWrong, "E-DSK-16",
        QT_TRANSLATE_NOOP("PlanRules", "The first disk of a plan, and only that one, must be the system disk of this server: %1.")},
    {Rule::NamedTwice, "E-DSK-17", QT_TRANSLATE_NOOP("PlanRules", "%1 stands in the plan more than once.")},
    {Rule::SystemVolumeLeftOut, "E-DSK-18",
        QT_TRANSLATE_NOOP("PlanRules", "%1 cannot be left out. Boot and system partitions are always migrated.")},
    {Rule::SourceUnknown, "E-DSK-19", QT_TRANSLATE_NOOP("PlanRules", "This server has no disk or volume %1.")},
    {Rule::LvmProgramsMissing, "E-DSK-20",
        QT_TRANSLATE_NOOP("PlanRules",
            "LVM cannot be used for disk %1: this server has no LVM programs. Install the package lvm2 on it, or leave LVM off.")},
    {Rule::SmallDataDisk, "W-DSK-03", QT_TRANSLATE_NOOP("PlanRules", "Data disk %1 has %3. The cloud may round it up to 20 GiB.")},
    {Rule::SizeClamped, "I-DSK-01",
        QT_TRANSLATE_NOOP("PlanRules", "The source disk has %3. The size was set to %2, the nearest possible value.")},
};

const Row &row(Rule rule)
{
    const auto *it = std::find_if(std::begin(rows), std::end(rows), [rule](const Row &each) { return each.rule == rule; });
    Q_ASSERT(it != std::end(rows)); // a test walks the enum
    return *it;
}

QString wholeGiBAbove(Bytes size) { return QLocale().toString(qint64(size.count >> 30) + 1) + QChar(0xA0) + QStringLiteral("GiB"); }

}

QString ruleId(Rule rule) { return QString::fromLatin1(row(rule).id); }

std::optional<Rule> ruleFromId(const QString &id)
{
    const auto *it = std::find_if(std::begin(rows), std::end(rows), [&id](const Row &each) { return id == QLatin1String(each.id); });
    return it == std::end(rows) ? std::nullopt : std::optional(it->rule);
}

QString describe(const Problem &problem)
{
    const char *text = row(problem.rule).text;
    const int count = QByteArrayView(text).contains("%n") ? problem.count : -1; // a text without forms is not found by a number
    const QString form = QCoreApplication::translate("PlanRules", text, nullptr, count);
    const QString facts[] = {
        problem.name, sizeInWords(problem.need), sizeInWords(problem.have), wholeGiBAbove(problem.need), problem.second, problem.third};
    QString out;
    for (qsizetype i = 0; i < form.size(); ++i) { // not QString::arg: a name may contain "%1" itself
        const int digit = form.at(i) == QLatin1Char('%') && i + 1 < form.size() ? form.at(i + 1).digitValue() : -1;
        if (digit < 1 || digit > int(std::size(facts))) {
            out += form.at(i);
            continue;
        }
        out += facts[digit - 1];
        ++i;
    }
    return out + QStringLiteral(" [%1]").arg(ruleId(problem.rule));
}

Error asError(const Problem &problem)
{
    const auto error = [](ErrorCode code, const QStringList &args) { return Error{code, Retry::AfterUserAction, args, {}}; };
    if (problem.rule == Rule::TooManyDataDisks)
        return error(ErrorCode::TooManyDataDisks, {QString::number(problem.count)});
    if (problem.rule == Rule::DataDiskTooLarge)
        return error(ErrorCode::DataDiskTooLarge, {problem.name, sizeInWords(problem.have)});
    if (problem.rule == Rule::SourceUnknown)
        return error(ErrorCode::PlanForOtherSource, {problem.name});
    return error(ErrorCode::PlanRuleBroken, {describe(problem)});
}

}
