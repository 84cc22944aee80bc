#pragma once
#include "core/base/bytes.h"
#include "core/base/result.h"

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>
#include <stop_token>

namespace edgelift {

/// LVM as lvm2 reports it for a handful of devices.
struct LvmReport
{
    struct Physical
    {
        QString device; ///< "/dev/loop3"
        QString group; ///< key of the group; empty: in none
        Bytes dataStart; ///< of the first extent, from the start of the device
    };
    struct Group
    {
        QString uuid; ///< key
        QString name; ///< may occur twice
        Bytes extentSize;
        bool shared = false; ///< other machines use it, too: clustered, or with a lock daemon
    };
    struct Segment
    {
        QString device;
        quint64 firstExtent = 0;
        Bytes length;
    };
    struct Logical
    {
        QString group; ///< key
        QString name;
        Bytes size;
        QList<Segment> segments; ///< in logical order; empty when it is not linear or a part is missing
        bool plain = false; ///< linear, and its content is what its extents hold: no snapshot store, nothing hidden
        bool origin = false; ///< others are snapshots of it
        QString kind; ///< "linear", "thin", "raid1", …: for notes
    };
    QList<Physical> physical;
    QList<Group> groups;
    QList<Logical> logical;
};

/// Pure: joins the two JSON reports. Errors: ToolFailed (not what lvm2 prints).
[[nodiscard]] Result<LvmReport> parseLvmReport(const QByteArray &physicalVolumes, const QByteArray &logicalVolumes);
/// Asks lvm2 about exactly these devices, read-only, activating nothing. Errors: ToolMissing, ToolFailed, ToolTimedOut.
[[nodiscard]] Result<LvmReport> readLvm(const QStringList &devices, const std::stop_token &stop);

}
