#pragma once
#include "core/source/live/livesource.h"
#include "tests/unit/source/guestimage.h"

namespace edgelift::test {

/// A server that runs, on loop devices of this machine: a GPT system disk (bios_grub, ESP, root, swap), an MBR disk (LVM of two pieces,
/// xfs), and a disk that is one btrfs. Its filesystems are mounted below a folder of the test, as those of a system that runs are below
/// "/": through loop devices over the disks, for kernels that show no partitions. Needs root. What it made is gone with it.
class LoopServer
{
public:
    enum class Shape {
        Usual,
        Plain, ///< without LVM: a layout that can be changed
        Bare, ///< the same without an ESP, which not every kernel can mount
    };
    explicit LoopServer(Shape shape = Shape::Usual);
    LoopServer(const LoopServer &) = delete;
    LoopServer &operator=(const LoopServer &) = delete;
    ~LoopServer();

    MachineView view() const; ///< only these disks, and the root of the server as "/"
    QString root() const { return path(QStringLiteral("root")); }
    QString path(const QString &inside) const { return m_folder.filePath(QStringLiteral("memory/") + inside); }
    QString device(int disk) const { return m_disks.at(disk); } ///< "/dev/loop8"
    QString image(int disk) const { return path(QStringLiteral("disk%1.img").arg(disk)); }
    /// "/dev/loopN" for a piece of a disk, detached with the server.
    QString attach(const QString &file, quint64 offset = 0, quint64 length = 0, bool readOnly = false);
    void mount(const QString &device, const QString &point, const QString &options);
    void flush() const; ///< writes out what the server's filesystems hold
    /// Sectors written to all its disks, by the kernel's count.
    quint64 sectorsWritten() const;

    static constexpr auto oddMount = "/srv/my data\t\"two\"\nlines";

private:
    void makeSystemDisk(const GuestFolder &guest, Shape shape);
    void makeDataDisk(Shape shape);
    void makeVolumeGroup();

    QTemporaryDir m_folder; ///< "memory" in it is a tmpfs
    QStringList m_disks;
    QStringList m_loops;
    QStringList m_mounts;
};

}
