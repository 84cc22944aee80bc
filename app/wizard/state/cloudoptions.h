#pragma once
#include <QJsonObject>
#include <QList>
#include <QStringList>

namespace edgelift::wizard {

/// What the account offers: the answer to the agent's `cloud.options`.
struct CloudOptions
{
    struct Bucket
    {
        QString name;
        QString region;
    };
    struct Vpc
    {
        QString id;
        QString name;
        QString region;
    };
    struct VSwitch
    {
        QString id;
        QString vpcId;
        QString name;
        QString zone;
    };
    QString account; ///< whom to call it; empty: unknown
    QString endpoint; ///< the cloud's one address; empty: Alibaba Cloud's own
    QStringList regions; ///< where an ENS image can be kept
    QStringList transitRegions;
    QList<Bucket> buckets;
    QList<Vpc> vpcs;
    QList<VSwitch> vSwitches;
    QStringList instanceTypes; ///< those a transit instance can have in the transit region; empty: unknown
};

[[nodiscard]] CloudOptions cloudOptionsFromJson(const QJsonObject &reply);

}
