#pragma once
#include "core/receiver/writtenmap.h"
#include "core/wire/controlmessages.h"

#include <optional>

namespace edgelift::receiver {

/// A frame or request of round `theirs` while `ours` is the one that counts.
[[nodiscard]] Error roundPassed(quint64 theirs, quint64 ours);

/// The part of the receiver's memory that outlives it: a folder with `target.json` (job, epoch, disks) and a WrittenMap for
/// each disk. `target.json` is replaced last, so a crash leaves the old or the new binding, whole. One thread at a time.
class TargetState
{
public:
    TargetState(QString folder, QString job);

    /// Reads what an earlier process left. Errors: StateUnreadable (also when the folder belongs to another job), FileUnreadable,
    /// FileUnwritable.
    [[nodiscard]] Result<> load();
    /// What `prepare` named last; nothing before the first.
    [[nodiscard]] const std::optional<wire::PrepareParams> &binding() const { return m_binding; }

    /// Whether `wanted` may be bound when, under the present binding, something was written or not. The same epoch with the same
    /// disks: yes (resume), a live one in a later round. Another epoch: only with `replace`, or while nothing was written. Errors:
    /// EpochUnknown, RoundPassed.
    [[nodiscard]] Result<> acceptable(const wire::PrepareParams &wanted, bool anythingWritten) const;
    /// Binds durably; for the bound epoch and round it does nothing. Call when acceptable() and with all maps closed. What was written to a
    /// disk under an earlier epoch counts as written under the new one. `size` of each disk is what it really has, the disks are
    /// in ascending order of their index. Errors: NoSpace, FileUnwritable, StateUnreadable.
    [[nodiscard]] Result<> bind(const wire::PrepareParams &wanted);
    /// Keeps, durably, that the point of the bound round was signed off; a new round forgets it. Errors: NoSpace, FileUnwritable.
    [[nodiscard]] Result<> keepPoint(const wire::CommitParams &point);
    [[nodiscard]] quint64 point() const { return m_point; } ///< its round; 0: none

    /// The map of a bound disk; one at a time may be open. Errors: as WrittenMap::open.
    [[nodiscard]] Result<std::unique_ptr<WrittenMap>> openMap(const wire::PrepareDisk &disk) const;

private:
    [[nodiscard]] QString bindingPath() const;
    [[nodiscard]] QString mapPath(quint64 epoch, quint32 index) const;
    [[nodiscard]] Result<> bindRound(quint64 round);
    [[nodiscard]] Result<> write(const wire::PrepareParams &binding, const QJsonObject &point) const;
    [[nodiscard]] Result<> createMap(quint64 epoch, wire::PrepareDisk &disk) const;
    void removeMapsExcept(quint64 epoch) const;

    QString m_folder;
    QString m_job;
    std::optional<wire::PrepareParams> m_binding;
    quint64 m_point = 0;
};

}
