#pragma once
#include "core/base/result.h"
#include "core/layout/plan.h"
#include "core/layout/serverfacts.h"

#include <QDateTime>
#include <QMap>

/// Names and marks of what a migration makes, all in one place: clean-up and people find things by them.
namespace edgelift::naming {

inline constexpr char transitInstance[] = "No_Delete_SMC_Transition_Instance"; ///< as SMC calls it (alibaba.md 1.9)
inline constexpr char jobTag[] = "edgelift-job"; ///< its value is the job id
inline constexpr char exportRole[] = "AliyunECSImageExportDefaultRole"; ///< fixed by ECS (alibaba.md 0.5)

/// "web-20260131235959": legal by S1 (at most 128 characters), the same for the ECS and the ENS image of a job.
[[nodiscard]] QString imageName(const QString &prefix, const QDateTime &created);
/// The tags of everything: ours plus those of the plan.
[[nodiscard]] QMap<QString, QString> tags(const Plan &plan, const QString &jobId);
/// Only ours: what is searched for.
[[nodiscard]] QMap<QString, QString> jobTags(const QString &jobId);
/// "edgelift-<job>-<part>": name of a VPC, a group, a snapshot, a disk. Begins with a letter and never with "auto".
[[nodiscard]] QString resourceName(const QString &jobId, const QString &part);
/// 1–30 letters and digits, as ExportImage wants it; exported objects begin with it.
[[nodiscard]] QString exportPrefix(const QString &jobId);
[[nodiscard]] QString bundleKey(const QByteArray &sha256Hex);

/// The same for the same server: made of its disks' ids. Names the source where no service does.
[[nodiscard]] QString machineId(const ServerFacts &facts);
/// "s-" and 20 characters of the machine id.
[[nodiscard]] QString sourceId(const QString &machineId);

/// os-release ID as ECS CreateImage names it ("Debian"); "Others Linux" for one it does not know.
[[nodiscard]] QString ecsPlatform(const OsFacts &os);
/// As ENS lists it ("debian"); "centos" stands for relatives of RHEL, "ubuntu" for those it does not know.
[[nodiscard]] QString ensPlatform(const OsFacts &os);

}
