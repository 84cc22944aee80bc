#pragma once
#include "core/base/result.h"

#include <QList>
#include <QString>

namespace edgelift {

/// A disk as an instance sees it: /dev/<device>, and /dev/disk/by-id/virtio-<serial> pointing there.
struct InstanceDisk
{
    QString device; ///< "vda", "vdb", …
    QString serial; ///< the disk id without "d-"
    QString path; ///< the sparse raw file on the host
};

/// What is needed to start a simulated instance.
struct InstanceSpec
{
    QString id; ///< also its host name
    QString folder; ///< holds `user-data` (may be absent) and gets `console.log`
    QString address; ///< of 127.88.0.0/16; given to the user data as EDGELIFT_LISTEN_ADDRESS
    QList<InstanceDisk> disks;
};

/// Where simulated instances run. One implementation starts processes (InstanceLauncher); tests use one that only notes.
/// Thread-safe; an unknown id is not an error anywhere, it is simply not running.
class InstanceHost
{
public:
    virtual ~InstanceHost() = default; ///< ends everything it started
    /// Returns when the instance's first process exists. Errors: PermissionDenied (not root), ToolFailed, FileUnwritable.
    virtual Result<> launch(const InstanceSpec &spec) = 0;
    /// Asks it to shut down (`force`: pulls the plug) and returns at once; isRunning() tells when it is over.
    virtual void end(const QString &id, bool force) = 0;
    virtual void endAll() = 0; ///< pulls every plug and waits: nothing runs afterwards
    [[nodiscard]] virtual bool isRunning(const QString &id) const = 0;
    /// Adds or removes a disk of a running instance. Errors: ToolFailed.
    virtual Result<> plug(const QString &id, const InstanceDisk &disk) = 0;
    virtual Result<> unplug(const QString &id, const InstanceDisk &disk) = 0;
    /// An address nobody on this machine uses, `wanted` if it is free (empty: any). Kept until release(). Empty when there is none.
    [[nodiscard]] virtual QString reserveAddress(const QString &wanted) = 0;
    virtual void releaseAddress(const QString &address) = 0;
};

}
