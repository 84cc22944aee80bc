#pragma once
#include "core/base/result.h"
#include "core/layout/serverfacts.h"

#include <QList>
#include <QString>
#include <QStringList>

namespace edgelift::testboot {

/// A finished image as it lies: image.json of a simulated ENS image (design.md section 3), or a few files.
struct BootImage
{
    struct Disk
    {
        QString path; ///< absolute
        QString format; ///< "raw" or "qcow2"
    };
    QList<Disk> disks; ///< the one that boots first
};

/// `path`: of the image.json, or of its folder. Errors: FileUnreadable, StateUnreadable.
[[nodiscard]] Result<BootImage> readBootImage(const QString &path);

/// What the machine has besides its disks.
struct MachineSetting
{
    BootMode bootMode = BootMode::Bios;
    QString network; ///< a QEMU network backend named "net"; empty: a user network that reaches nothing
    QString capture; ///< file that gets every packet (pcap); empty: none. Needs `network`
};

/// The program that boots images. Error: ToolMissing.
[[nodiscard]] Result<QString> findQemu();
/// Arguments for a throw-away machine: nothing is written to the disks (snapshots go to TMPDIR), the serial console is standard output,
/// emulation only: /dev/kvm hangs where it exists and does not work, and this is to boot everywhere. Error: ToolMissing (firmware for
/// UEFI).
[[nodiscard]] Result<QStringList> qemuArguments(const BootImage &image, const MachineSetting &setting = {});

inline constexpr char macAddress[] = "52:54:00:ed:6e:01"; ///< of the machine's NIC

}
