#pragma once
#include "core/base/bytes.h"
#include "core/receiver/writtenmap.h"

#include <QJsonObject>
#include <QList>
#include <optional>

namespace edgelift::receiver {

/// One target disk as the sender named it in `prepare`.
struct DiskBinding
{
    quint32 index = 0; ///< what frames call it
    QString serial;
    Bytes size; ///< of the target, at least
    Bytes sourceSize; ///< the region that may be written is [0, sourceSize)
    bool fresh = false; ///< never written by anybody before this epoch: reads as zeros
    bool operator==(const DiskBinding &) const = default;
};

/// What this receiver is working on. Epochs are chosen by the sender; 0 is none.
struct Binding
{
    quint64 epoch = 0;
    QList<DiskBinding> disks;
};

/// The part of the receiver's memory that outlives it: a folder with `target.json` (job, epoch, disks) and a WrittenMap for
/// each disk. `target.json` is replaced last, so a crash leaves the old or the new binding, whole. One thread at a time.
class TargetState
{
public:
    TargetState(QString folder, QString job);

    /// Reads what an earlier process left. Errors: StateUnreadable (also when the folder belongs to another job), FileUnreadable,
    /// FileUnwritable.
    [[nodiscard]] Result<> load();
    [[nodiscard]] const std::optional<Binding> &binding() const { return m_binding; }

    /// Whether bind() would be accepted. The bound epoch with the same disks: yes (resume). Another one: only with `replace`, or
    /// while nothing was written. Error: EpochUnknown. Changes nothing.
    [[nodiscard]] Result<> acceptable(const Binding &wanted, bool replace) const;
    /// Binds durably. What was written to a disk under an earlier epoch counts as written under the new one.
    /// The maps must be closed. Errors: as acceptable(); NoSpace, FileUnwritable, StateUnreadable.
    [[nodiscard]] Result<> bind(const Binding &wanted, bool replace);
    /// The map of a bound disk; one at a time may be open. Errors: as WrittenMap::open.
    [[nodiscard]] Result<std::unique_ptr<WrittenMap>> openMap(const DiskBinding &disk) const;

private:
    [[nodiscard]] QString mapPath(quint64 epoch, quint32 index) const;
    [[nodiscard]] QString bindingPath() const;
    Result<> createMap(const Binding &wanted, DiskBinding &disk) const;
    [[nodiscard]] bool anythingWritten() const;
    void removeOtherMaps() const;

    QString m_folder;
    QString m_job;
    std::optional<Binding> m_binding;
};

[[nodiscard]] QJsonObject toJson(const DiskBinding &disk);
/// The form both of `prepare` and of target.json. Problems are added to `problems` (RequestMalformed).
[[nodiscard]] DiskBinding diskFromJson(const QJsonObject &object, const QString &path, QList<Error> &problems);

}
