#pragma once
#include <QByteArray>
#include <QString>
#include <QTemporaryDir>

namespace edgelift::test {

/// A guest as little as it can be and still be taken for a Linux server, as a folder to make filesystems of.
class GuestFolder
{
public:
    struct Look
    {
        QString fstab = QStringLiteral("LABEL=root / ext4 defaults 0 1\n");
        quint16 machine = 62; ///< of /bin/sh: x86-64
        bool virtio = true; ///< in the initramfs
        bool mergedUsr = true;
        QString grub = QStringLiteral("/boot/grub/grub.cfg"); ///< empty: none
    };
    explicit GuestFolder(const Look &look);
    QString path(const QString &inside = {}) const { return m_folder.path() + inside; }
    void write(const QString &inside, const QByteArray &content) const;

    static constexpr auto kernelVersion = "6.1.0-18-amd64";

private:
    QTemporaryDir m_folder;
};

/// The start of a bzImage that says it is `version`.
QByteArray kernelImage(const QByteArray &version);
/// An initramfs: early microcode, uncompressed, then an archive with `modules` compressed by `compressor` (a command line; empty: not at
/// all).
void makeInitramfs(const QString &path, const QStringList &modules, const QString &compressor);
/// Copies a filesystem image into a disk image at an offset, holes stay holes.
void place(const QString &content, const QString &disk, quint64 offset);
/// 440 bytes of sector 0 that say GRUB.
void addGrubCode(const QString &disk);

}
