#pragma once
#include "core/base/bytes.h"
#include "core/cloud/parameters.h"

#include <QDateTime>

/// What the ECS calls take and give. Names follow the cloud's; sizes of disks are GiB because the cloud counts so.
/// Fields of replies are empty, 0 or invalid when the cloud left them out.
namespace edgelift::ecs {

struct Region
{
    QString id;
    QString name;
};

/// One thing that can be had in a zone: an instance type or a disk category.
struct Available
{
    QString zoneId;
    QString value; ///< "ecs.t6-c1m1.large", "cloud_essd"
    bool inStock = false;
    qint64 leastGiB = 0; ///< disk categories only
    qint64 mostGiB = 0;
};

/// Which of them is wanted. Give what is known; instanceType is needed for the disk kinds, systemDiskCategory for DataDisk.
struct AvailableQuery
{
    enum class Kind : quint8 { InstanceType, SystemDisk, DataDisk } kind{};
    QString zoneId; ///< empty: every zone
    QString instanceType;
    QString systemDiskCategory;
    int cores = 0; ///< InstanceType only; 0: any
    double memoryGiB = 0; ///< InstanceType only; 0: any
};

struct NewDisk
{
    qint64 sizeGiB = 0;
    QString category;
    QString name; ///< 2–128 characters
};

struct NewInstance
{
    QString zoneId;
    QString imageId;
    QString instanceType;
    QString securityGroupId;
    QString vSwitchId;
    QString name; ///< 2–128 characters
    QString description;
    NewDisk systemDisk;
    QList<NewDisk> dataDisks; ///< at most 16; deleted with the instance
    QByteArray userData; ///< as it is; at most 32 KiB. Encoded by the call
    int internetMbps = 0; ///< outbound; above 0 the instance gets a public address
    QDateTime releaseAt; ///< the cloud deletes it then, whatever happens to us; at least 30 minutes ahead. Invalid: never
    Tags tags;
};

enum class InstanceState : quint8 { Unknown, Pending, Starting, Running, Stopping, Stopped };

struct Instance
{
    QString id;
    QString name;
    InstanceState state = InstanceState::Unknown;
    QString zoneId;
    QString instanceType;
    QString publicAddress; ///< its own or an elastic one
    QString privateAddress;
    QString vpcId;
    QString vSwitchId;
    QStringList securityGroupIds;
    QDateTime created;
    QDateTime releaseAt;
    QStringList lockReasons; ///< "financial", "security", …
    Tags tags;
};

struct Disk
{
    QString id;
    QString name;
    QString state; ///< In_use, Available, Attaching, Detaching, Creating, ReIniting
    bool system = false;
    QString category;
    qint64 sizeGiB = 0;
    QString serial; ///< what the guest sees as the block device's serial
    QString instanceId;
    QString zoneId;
    QString device;
    bool deleteWithInstance = false;
    Tags tags;
};

struct SecurityGroup
{
    QString id;
    QString name;
    QString vpcId;
    Tags tags;
};

/// An inbound rule.
struct Permission
{
    QString protocol = QStringLiteral("TCP"); ///< TCP, UDP, ICMP, ALL
    int firstPort = -1; ///< -1 with protocols without ports
    int lastPort = -1;
    QString sourceCidr; ///< "203.0.113.7/32"
    QString description;
};

struct Price
{
    double perHour = 0; ///< after discounts, in `currency`
    QString currency; ///< "CNY"
};

}
