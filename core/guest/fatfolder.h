#pragma once
#include "core/base/result.h"

#include <QHash>
#include <QSet>
#include <QString>
#include <QStringList>
#include <stop_token>

namespace edgelift {

/// The files of a FAT filesystem (an EFI system partition) in a folder of this machine. mtools reads and writes them, so no kernel has to
/// know FAT. Owners, modes and links mean nothing there. All of it is copied: for a partition that holds loaders, not for data. One thread.
class FatFolder
{
public:
    /// Everything on `device` to `folder`, which is made or empty, and goes with the object. `name`: of the volume, for errors. Errors:
    /// ToolMissing (mtools), FilesystemDamaged (args: name, why), FileUnwritable, ToolFailed (`stop` was asked), ToolTimedOut.
    [[nodiscard]] static Result<FatFolder> open(
        const QString &device, const QString &folder, const QString &name, const std::stop_token &stop = {});
    FatFolder(FatFolder &&other) noexcept;
    FatFolder(const FatFolder &) = delete;
    FatFolder &operator=(const FatFolder &) = delete;
    ~FatFolder();

    const QString &path() const { return m_folder; }
    /// Brings what was made, changed or removed in the folder to the filesystem and reads it again; what is the same stays untouched.
    /// Anything but files and folders is left out. Errors: NoSpace (args: name), TargetWriteFailed (args: name), ToolMissing, ToolFailed,
    /// ToolTimedOut.
    [[nodiscard]] Result<> writeBack(const std::stop_token &stop = {});

private:
    struct Content
    {
        QHash<QString, QByteArray> files; ///< path below the folder → SHA-256
        QStringList folders; ///< outer ones first
    };
    FatFolder(QString device, QString folder, QString name)
        : m_device(std::move(device))
        , m_folder(std::move(folder))
        , m_name(std::move(name))
    {
    }
    Result<> mtool(const char *command, const QStringList &arguments, const std::stop_token &stop) const;
    Result<> put(const QString &file, const QByteArray &hash, const std::stop_token &stop) const;
    static Content contentOf(const QString &folder);

    QString m_device;
    QString m_folder;
    QString m_name;
    Content m_there; ///< on the filesystem
};

}
