#pragma once
#include "core/base/bytes.h"
#include "core/base/fd.h"
#include "core/base/result.h"
#include "core/source/imageformat.h"

#include <QJsonObject>
#include <QString>
#include <vector>

namespace edgelift {

enum class ImageFormat : quint8 { Raw, Qcow2 };

/// A disk image as it lies on this machine: what it is, how large the disk in it is, and whether it is still the same.
/// While the object lives, QEMU refuses to start a machine that would write to the image (the locks are QEMU's own protocol).
class DiskImage
{
public:
    /// Errors: SourceMissing, SourceEmpty, SourceBusy, SourceUnreadable, ImageFormatUnsupported, PermissionDenied.
    [[nodiscard]] static Result<DiskImage> open(const QString &path);

    const QString &path() const { return m_files.front().path; } ///< absolute
    QString name() const; ///< file name, for people
    ImageFormat format() const { return m_format; }
    Bytes size() const { return m_size; } ///< of the disk, not of the file
    /// For qemu-storage-daemon: this image and its backing files, every format named, so that QEMU follows nothing by itself.
    QJsonObject blockNode(const QString &nodeName) const;
    /// A hash over place, size and time of change of the image and its backing files.
    QString identity() const;
    /// Errors: SourceChanged, SourceMissing.
    [[nodiscard]] Result<> verifyUnchanged() const;

private:
    struct File
    {
        QString path;
        ImageFormat format = ImageFormat::Raw;
        quint64 bytes = 0;
        quint64 inode = 0;
        qint64 changed = 0; ///< nanoseconds since 1970; 0 for a block device, which has no such time
        bool device = false;
        Fd lock;
    };
    static Result<File> openFile(const QString &path);
    static Result<Qcow2Header> examine(File &file, const QString &path, const QString &said);

    std::vector<File> m_files; ///< the image, then its backing files
    ImageFormat m_format = ImageFormat::Raw;
    Bytes m_size;
};

}
