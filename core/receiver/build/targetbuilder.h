#pragma once
#include "core/base/result.h"
#include "core/layout/targetimage.h"

#include <functional>
#include <stop_token>

namespace edgelift::build {

/// A target disk as the builder needs it.
struct BuildDisk
{
    QString path;
    std::function<Result<>()> clear; ///< afterwards all of it reads as zeros
    std::function<Result<>()> sync; ///< what others wrote to `path` is on stable storage
};

/// Makes the disks of a TargetImage: tables, volume groups, and the filesystems and swap areas that are not copied block by block.
/// Remembers in `stateDir` what is made: the same image again changes nothing, a crash has the disk begun again, another image begins on
/// empty disks. One thread at a time. Needs root.
class TargetBuilder
{
public:
    using DiskOf = std::function<Result<BuildDisk>(quint32 index)>;
    explicit TargetBuilder(QString stateDir);

    /// `epoch`: of the copy. Errors: TargetBuildFailed, ToolMissing, PermissionDenied, NoSpace, FileUnwritable, StateUnreadable, and those
    /// of DiskOf.
    [[nodiscard]] Result<> build(quint64 epoch, const TargetImage &image, const DiskOf &diskOf, const std::stop_token &stop);
    /// The image that was built whole for this epoch, after a restart as well; nothing: none.
    [[nodiscard]] Result<std::optional<TargetImage>> built(quint64 epoch) const;

private:
    [[nodiscard]] Result<QJsonObject> load() const;
    [[nodiscard]] QString statePath() const;

    QString m_stateDir;
};

}
