#pragma once
#include "core/cloud/rpcclient.h"

namespace edgelift {

namespace vpc {

struct Vpc
{
    QString id;
    QString name;
    bool available = false; ///< false while it is being made
    QString cidr;
    QStringList vSwitchIds;
    Tags tags;
};

struct VSwitch
{
    QString id;
    QString name;
    bool available = false;
    QString vpcId;
    QString zoneId;
    QString cidr;
    qint64 freeAddresses = 0;
    Tags tags;
};

struct NewVSwitch
{
    QString vpcId;
    QString zoneId;
    QString cidr; ///< inside the VPC's, mask 16–29
    QString name;
    Tags tags;
};

}

/// Private networks of one region. Rules as for EcsApi.
class VpcApi
{
public:
    VpcApi(const RpcClient &client, QString region);

    [[nodiscard]] Result<QString> createVpc(
        const QString &cidr, const QString &name, const Tags &tags, const QString &clientToken, const std::stop_token &stop) const;
    /// One by id, or every one with all of `tags`; an id that does not exist gives an empty list.
    [[nodiscard]] Result<QList<vpc::Vpc>> describeVpcs(const QString &id, const Tags &tags, const std::stop_token &stop) const;
    /// Refused (Retry::AfterWait) while something in it exists.
    [[nodiscard]] Result<> deleteVpc(const QString &id, const std::stop_token &stop) const;

    [[nodiscard]] Result<QString> createVSwitch(
        const vpc::NewVSwitch &vSwitch, const QString &clientToken, const std::stop_token &stop) const;
    /// By id or VPC or tags; whatever is not empty restricts.
    [[nodiscard]] Result<QList<vpc::VSwitch>> describeVSwitches(
        const QString &id, const QString &vpcId, const Tags &tags, const std::stop_token &stop) const;
    [[nodiscard]] Result<> deleteVSwitch(const QString &id, const std::stop_token &stop) const;

private:
    [[nodiscard]] RpcCall made(const char *action, Parameters parameters) const;

    const RpcClient &m_client;
    const QString m_region;
};

}
