#pragma once
#include "core/base/error.h"
#include "core/layout/plan.h"
#include "core/layout/serverfacts.h"

#include <optional>

namespace edgelift {

/// Limits of the route (ux.md sections 1.2, 1.9, 1.14, 1.15). Inclusive.
namespace limits {
inline constexpr qint64 systemDiskLeastGiB = 20; ///< R91
inline constexpr qint64 systemDiskMostGiB = 2048; ///< R91
inline constexpr qint64 dataDiskMostGiB = 32768; ///< R94
inline constexpr qint64 ensDataDiskMostGiB = 500; ///< R11, C1: what an ENS image takes
inline constexpr int dataDisksMost = 4; ///< R10; disks that are not migrated do not count
inline constexpr qint64 apiDataDiskLeastGiB = 20; ///< S7, C2: smaller ones are accepted with a warning
inline constexpr qint64 lvmStepMiB = 4; ///< R107
inline constexpr quint64 imageMostBytes = 1ULL << 40; ///< R14, compressed
inline constexpr int tagsMost = 20; ///< R85, C12
inline constexpr int compressionMost = 10; ///< R78
inline constexpr int limitMbpsMost = 100000; ///< C11
inline constexpr int diskMBpsMost = 100000;
inline constexpr int nicenessMost = 19; ///< of the kernel
inline constexpr int freezeSecondsMost = 60; ///< what thaws by itself never waits longer (peers.md 4f)
inline constexpr int scheduleMost = 32; ///< windows
}

/// What may be wrong with a plan. Ids and texts are those of ux.md 2.6–2.8; ruleId() gives them.
enum class Rule : quint8 {
    // settings
    RegionUnsupported, ///< E-SET-01, R62
    NameIllegal, ///< E-SET-02, R63, R71, S1
    BucketMissing, ///< E-SET-03, R65
    BucketElsewhere, ///< E-SET-04, R65
    NetworkIncomplete, ///< E-SET-05, R68
    VSwitchElsewhere, ///< E-SET-06, R68
    CompressionRange, ///< E-SET-07, R78
    TooManyTags, ///< E-SET-08, R85
    TagKeyIllegal, ///< E-SET-09, S4
    TagKeyTwice, ///< E-SET-10
    LicenceMismatch, ///< W-SET-13, R82
    LimitRange, ///< E-SET-14, C11
    DescriptionIllegal, ///< E-SET-15, S2
    TagValueIllegal, ///< E-SET-16, S4
    BucketNameIllegal, ///< E-SET-17, OSS naming
    TransitRegionUnsupported, ///< E-SET-18, R64
    DiskLimitRange, ///< E-SET-19
    NicenessRange, ///< E-SET-20
    ScheduleIllegal, ///< E-SET-21
    ExcludeNotAbsolute, ///< E-PRE-04
    ExcludesIgnored, ///< W-PRE-05, R52
    // disks
    SystemSizeRange, ///< E-DSK-01, R91
    DataSizeRange, ///< E-DSK-02, R94
    SystemDiskTooSmall, ///< E-DSK-03, R92
    DataDiskTooSmall, ///< E-DSK-04, R96
    DiskOverfull, ///< E-DSK-05, R108
    TooManyDataDisks, ///< E-DSK-06, R10
    DataDiskTooLarge, ///< E-DSK-07, R11
    SystemVolumeMoved, ///< E-DSK-08, R113
    VolumeTooSmall, ///< E-DSK-09
    ImageMayBeTooLarge, ///< W-DSK-10, R14, C3
    LvmWithoutBoot, ///< E-DSK-11, R100
    LvmWithoutEffect, ///< W-DSK-12, R101
    LvmStep, ///< W-DSK-13, R107
    DiskLeftOut, ///< W-DSK-14, R97
    BlockSizeChanged, ///< E-DSK-15, R103
    SystemDiskWrong, ///< E-DSK-16: there must be one system disk, the first one, and it must be the source's
    NamedTwice, ///< E-DSK-17
    SystemVolumeLeftOut, ///< E-DSK-18: boot and system volumes are always migrated
    SourceUnknown, ///< E-DSK-19: the plan names a disk or volume this server does not have
    LvmProgramsMissing, ///< E-DSK-20: a server without lvm2 cannot start from LVM
    SmallDataDisk, ///< W-DSK-03, C2
    SizeClamped, ///< I-DSK-01, C4
};

/// One thing that is wrong with a plan, or worth knowing. Data, not text: tests compare it, describe() says it.
struct Problem
{
    enum class Severity : quint8 { Info, Warning, Blocker };
    Rule rule{};
    Severity severity = Severity::Blocker;
    QString disk; ///< DiskFacts::id; empty: not about one disk
    QString volume; ///< VolumeFacts::id; empty: not about one volume
    Bytes need{};
    Bytes have{};
    int count = 0; ///< how many disks or tags, where the rule counts them
    QString name; ///< what to call the disk, volume, tag or value in the text
    QString second; ///< further names, where the text has several
    QString third;
    bool operator==(const Problem &) const = default;
};

/// Everything that is wrong with the plan for this server, as far as it can be known without a cloud; settings first, then disks in
/// plan order. Empty: the plan may be used. Never touches a device. O(volumes).
[[nodiscard]] QList<Problem> check(const Plan &plan, const ServerFacts &facts);
/// Only the part about names, regions, tags and transfer settings: for a page that has no disks yet.
[[nodiscard]] QList<Problem> checkSettings(const Plan &plan, const ServerFacts &facts);
[[nodiscard]] QList<Problem> checkDisks(const Plan &plan, const ServerFacts &facts);
/// What an account has, as far as it matters to a plan: by name or id. Empty: not known.
struct CloudFacts
{
    QMap<QString, QString> bucketRegions;
    QMap<QString, QString> vSwitchVpcs;
};
/// Where bucket and network do not fit together. What the account does not show is not judged.
[[nodiscard]] QList<Problem> checkCloud(const Plan &plan, const CloudFacts &cloud);
/// Tags as they are typed, where a key may still stand twice.
[[nodiscard]] QList<Problem> checkTags(const QList<std::pair<QString, QString>> &tags);
[[nodiscard]] bool hasBlocker(const QList<Problem> &problems);

[[nodiscard]] QString ruleId(Rule rule); ///< "E-DSK-05": the same in every language
[[nodiscard]] std::optional<Rule> ruleFromId(const QString &id);
/// One or two sentences with the id at the end, in the language set now.
[[nodiscard]] QString describe(const Problem &problem);
/// For callers that stop at the first blocker: TooManyDataDisks, DataDiskTooLarge, PlanForOtherSource, else PlanRuleBroken.
[[nodiscard]] Error asError(const Problem &problem);

[[nodiscard]] QStringList imageRegions(); ///< where an ENS image can be kept (R12, S10); the usual one first
[[nodiscard]] QStringList transitRegions(); ///< where the temporary image can be made (R64)

/// S1: 2–128 characters, a letter first, then letters, digits, ":", "_" and "-".
[[nodiscard]] bool isLegalName(const QString &name);

}
