#pragma once
#include "core/cloud/ecstypes.h"
#include "core/cloud/rpcclient.h"

namespace edgelift {

/// ECS in one region: what can be had, instances, disks, security groups. Images and snapshots: ecsimageapi.h.
/// Thread-safe; blocks the caller. Errors are those of errorclassifier.h. Deleting what is gone is success. A client token of at
/// most 64 characters makes a create call safe to repeat: the same token gives the same thing.
class EcsApi
{
public:
    EcsApi(const RpcClient &client, QString region);

    [[nodiscard]] Result<QList<ecs::Region>> describeRegions(const std::stop_token &stop) const;
    [[nodiscard]] Result<QStringList> describeZones(const std::stop_token &stop) const; ///< zone ids
    /// Also things out of stock, so that a caller can tell "sold out" from "unknown".
    [[nodiscard]] Result<QList<ecs::Available>> describeAvailableResource(
        const ecs::AvailableQuery &query, const std::stop_token &stop) const;
    /// Of running `instance` for an hour, public traffic not counted.
    [[nodiscard]] Result<ecs::Price> describePrice(const ecs::NewInstance &instance, const std::stop_token &stop) const;

    /// The id of one new instance. Errors: StockSoldOut, BalanceTooLow, QuotaExceeded, … nothing was made then.
    [[nodiscard]] Result<QString> runInstance(
        const ecs::NewInstance &instance, const QString &clientToken, const std::stop_token &stop) const;
    /// Those of `ids` that exist; a new one may be missing for some seconds. No ids: every one with all of `tags`.
    [[nodiscard]] Result<QList<ecs::Instance>> describeInstances(
        const QStringList &ids, const Tags &tags, const std::stop_token &stop) const;
    /// Asks it to stop and keeps its disks; poll describeInstances for Stopped. `force` pulls the plug.
    [[nodiscard]] Result<> stopInstance(const QString &id, bool force, const std::stop_token &stop) const;
    /// Releases it with its disks, also while it runs.
    [[nodiscard]] Result<> deleteInstance(const QString &id, const std::stop_token &stop) const;

    /// Disks of an instance, or by ids, or by tags: whatever is not empty restricts.
    [[nodiscard]] Result<QList<ecs::Disk>> describeDisks(
        const QString &instanceId, const QStringList &ids, const Tags &tags, const std::stop_token &stop) const;
    [[nodiscard]] Result<> deleteDisk(const QString &id, const std::stop_token &stop) const;

    [[nodiscard]] Result<QString> createSecurityGroup(
        const QString &vpcId, const QString &name, const Tags &tags, const QString &clientToken, const std::stop_token &stop) const;
    /// Opens inbound ports; a rule that exists already is success.
    [[nodiscard]] Result<> authorizeSecurityGroup(
        const QString &groupId, const QList<ecs::Permission> &permissions, const QString &clientToken, const std::stop_token &stop) const;
    [[nodiscard]] Result<QList<ecs::SecurityGroup>> describeSecurityGroups(
        const QString &groupId, const QString &vpcId, const Tags &tags, const std::stop_token &stop) const;
    /// Refused (Retry::AfterWait) while an instance still uses it.
    [[nodiscard]] Result<> deleteSecurityGroup(const QString &groupId, const std::stop_token &stop) const;

    [[nodiscard]] const QString &region() const { return m_region; }

private:
    [[nodiscard]] RpcCall made(const char *action, Parameters parameters) const;

    const RpcClient &m_client;
    const QString m_region;
};

}
