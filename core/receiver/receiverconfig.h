#pragma once
#include "core/base/result.h"
#include "core/wire/linkkeys.h"

#include <QByteArray>
#include <QString>

namespace edgelift::receiver {

/// What the receiver is told when its instance starts. Written by the migration into the instance's user data, for one job.
struct ReceiverConfig
{
    QString job; ///< the only job served
    QString listen; ///< an IP address; "0.0.0.0" is every IPv4 address
    quint16 controlPort = 8080; ///< 0: any free port
    quint16 dataPort = 8703; ///< 0: any free port
    wire::LinkKeys keys; ///< our own
    QByteArray peerPin; ///< of the only key that may connect, as wire::pinOf() makes it
    QString stateDir; ///< made with mode 0700 when absent
    QString deviceDir; ///< where disks are found as virtio-<serial>
};

/// Reads `path`, which nobody but its owner may read (it holds a private key). A set EDGELIFT_LISTEN_ADDRESS replaces `listen`.
/// Errors: FileUnreadable; PermissionDenied when group or others have any right to the file; StateUnreadable with every problem
/// of the content in `detail`.
[[nodiscard]] Result<ReceiverConfig> readConfig(const QString &path);

}
