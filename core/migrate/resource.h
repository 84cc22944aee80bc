#pragma once
#include <QDateTime>
#include <QString>
#include <optional>

namespace edgelift {

/// Everything a migration makes in an account, in the order it is removed in (alibaba.md 5.1: image before snapshots before instance …).
enum class ResourceKind : quint8 {
    ExportTask,
    EcsImage,
    Snapshot,
    Instance,
    Disk,
    SecurityGroup,
    VSwitch,
    Vpc,
    OssObject,
    EnsImage, ///< the product: kept by a migration that finished, removed by cancel when it never got Available
};

/// One line of a job's resource ledger.
struct LedgerEntry
{
    ResourceKind kind = ResourceKind::Instance;
    QString key; ///< what it is for, unique in the job: "instance", "disk/0", "snapshot/1", "bundle"
    QString id; ///< the cloud's; for an object "bucket/key"; empty: asked for, the answer was never seen
    QString name; ///< as the cloud's console shows it
    QString region;
    QString clientToken; ///< sent with the create call: repeating it cannot make a second one
    QDateTime created; ///< UTC, when the intent was written
    QDateTime removed; ///< UTC; invalid while it exists
    std::optional<double> pricePerDay; ///< as the cloud quoted it, in `currency`; empty: nobody knows; 0: free
    QString currency; ///< "CNY"; empty with a price of 0 or none
    bool kept = false; ///< stays after the migration on purpose: the ENS image, the receiver's bundle
    bool operator==(const LedgerEntry &) const = default;
};

/// "instance", "vSwitch": stable, for JSON and logs.
[[nodiscard]] QString kindName(ResourceKind kind);
[[nodiscard]] std::optional<ResourceKind> kindFromName(const QString &name);
/// For people, in the language set now: "transit instance".
[[nodiscard]] QString describe(ResourceKind kind);

}
