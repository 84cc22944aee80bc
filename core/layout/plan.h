#pragma once
#include "core/layout/limitwindow.h"
#include "core/layout/serverfacts.h"

#include <QMap>
#include <QString>

namespace edgelift {

/// All choices of one migration. A plain value: edits make a new one. The file format is design.md section 3, "Plan file".
struct Plan
{
    static constexpr int currentVersion = 1;

    struct Image
    {
        QString region = QStringLiteral("cn-beijing"); ///< where the ENS image is kept: cn-beijing or ap-southeast-1 (R12)
        QString namePrefix; ///< R63; the image name is the prefix plus a time stamp
        QString transitRegion = QStringLiteral("cn-beijing"); ///< of the transit instance and the temporary ECS image (R64)
        QString bucket; ///< in transitRegion (R65)
        bool operator==(const Image &) const = default;
    };
    struct Network
    {
        enum class Type : quint8 { Public, Vpc };
        Type type = Type::Public;
        QString vpcId; ///< empty with Public: made for the migration and removed after it
        QString vSwitchId;
        bool operator==(const Network &) const = default;
    };
    struct Job
    {
        QString name;
        QString description;
        QMap<QString, QString> tags; ///< at most 20 (R85)
        QString instanceType; ///< empty: chosen (R86)
        QString licenseType = QStringLiteral("AlibabaCloud"); ///< or BYOL
        bool reportDiagnostics = true;
        bool operator==(const Job &) const = default;
    };
    struct Transfer
    {
        int limitMbps = 0; ///< Mbit/s of wire bytes; 0: unlimited; at most 100000 (C11)
        int compression = 7; ///< 0–10; 0: none (R78)
        bool checksum = false; ///< read the target back and compare (R80)
        QString tls = QStringLiteral("auto"); ///< kept for the seed's field; the connection is always encrypted
        int diskMBps = 0; ///< 10^6 bytes a second read from the source's disks, all together; 0: unlimited
        int niceness = 0; ///< 0–19, of what reads, packs and sends on the source; from 1 on its disk reads stand back as well
        bool backOff = true; ///< read more slowly while the source's own disk accesses take much longer than they used to
        int freezeSeconds = 2; ///< how long the final moment of a running server may hold its filesystems still; 1–60
        QList<LimitWindow> schedule; ///< the first that holds the time of day replaces limitMbps and diskMBps
        bool operator==(const Transfer &) const = default;
    };
    enum class Replication : quint8 { Block, File };
    struct Volume
    {
        QString mount; ///< for people and for R-rules; empty when not mounted
        QString source; ///< VolumeFacts::id
        bool migrate = true;
        Replication replication = Replication::Block;
        qint64 sizeMiB = 0; ///< of the target partition or volume
        bool fixed = false; ///< boot and system volumes stay where they are (R113)
        bool operator==(const Volume &) const = default;
    };
    enum class Role : quint8 { System, Data };
    struct Disk
    {
        QString source; ///< DiskFacts::id
        Role role = Role::Data;
        qint64 sizeGiB = 0; ///< of the target disk
        bool lvm = false;
        QList<Volume> volumes; ///< in target order
        bool operator==(const Disk &) const = default;
    };
    enum class Cutover : quint8 { Automatic, Manual };

    Image image;
    Network network;
    Job job;
    Transfer transfer;
    bool modifyDisks = false;
    QList<Disk> disks; ///< the system disk first
    QStringList excludes;
    Cutover cutover = Cutover::Automatic;
    bool operator==(const Plan &) const = default;
};

}
