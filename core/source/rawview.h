#pragma once
#include "core/base/bytes.h"
#include "core/base/result.h"

#include <QByteArray>
#include <QJsonObject>
#include <QTemporaryDir>
#include <mutex>
#include <thread>

namespace edgelift {

/// A disk in another shape (qcow2; a volume in several pieces) shown as one raw, read-only file: qemu-storage-daemon with a FUSE
/// export in a folder of mode 0700. Ends with the object, and with this process however it ends.
class RawView
{
public:
    /// `node` is a block node for --blockdev with node-name "disk". Blocks until the file is there with `size` bytes.
    /// Errors: ToolMissing, ToolFailed, ToolTimedOut, SourceBusy (another program writes to the image), FileUnwritable.
    [[nodiscard]] static Result<std::unique_ptr<RawView>> open(const QJsonObject &node, Bytes size, const QString &workFolder);
    RawView(const RawView &) = delete;
    RawView &operator=(const RawView &) = delete;
    ~RawView();
    const QString &path() const { return m_path; }

    static constexpr auto nodeName = "disk";

private:
    explicit RawView(const QString &workFolder);
    void keep(const std::stop_token &stop, const QJsonObject &node);
    Result<> waitForFile(Bytes size);

    QTemporaryDir m_folder;
    QString m_path;
    std::mutex m_mutex;
    bool m_ended = false; ///< guarded by m_mutex, as is m_errors
    QByteArray m_errors;
    std::jthread m_keeper; ///< last: its end comes before everything it uses
};

}
