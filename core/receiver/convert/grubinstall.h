#pragma once
#include "core/receiver/bootfix/guestrunner.h"
#include "core/receiver/bootfix/targetlayout.h"
#include "core/receiver/convert/grubimage.h"

namespace edgelift::convert {

/// GRUB put into a disk's boot sector.
struct InstalledGrub
{
    QString tool; ///< what made the core: the guest's own program, or the one that came with this receiver
    QString prefix; ///< where GRUB finds its configuration on the filesystem with `uuid`
    QString uuid;
    EmbeddedCore core;
};

/// A program that makes core images and the modules it makes them of.
struct GrubTool
{
    QString program;
    QString modules; ///< folder with boot.img, kernel.img, *.mod
};
/// The one that came with this receiver (../grub beside its program), else the machine's own. Nothing when neither is there.
[[nodiscard]] std::optional<GrubTool> ownGrubTool();

/// Makes the copied server's GRUB 2 start by BIOS from `disk`: a core image of the guest's own modules where it has them, that finds
/// the filesystem of its configuration by UUID, whichever disk that is on. Blocks; one thread.
class GrubInstall
{
public:
    struct Parts
    {
        QString root; ///< where the guest is mounted, writable
        const bootfix::TargetLayout &layout; ///< outlives this, and has a root
        QString subvolume; ///< of the root ("/@"), empty for none
        QString scratch; ///< a folder for files of a moment
    };
    GrubInstall(bootfix::GuestRunner &runner, Parts parts)
        : m_runner(runner)
        , m_parts(std::move(parts))
    {
    }
    /// Errors: ToolMissing, ToolFailed, ToolTimedOut, and those of GuestRoot and embedGrub().
    [[nodiscard]] Result<InstalledGrub> run(const QString &disk, const std::stop_token &stop = {});

private:
    struct Images
    {
        QByteArray boot;
        QByteArray core;
        QString tool;
    };
    QString prefixFor(const GuestTree &tree, QString &folder) const;
    QStringList modules() const;
    QStringList arguments(const QString &output, const QString &config, const QString &prefix) const;
    Result<Images> fromGuest(const bootfix::GuestRoot &guest, const QString &folder, const QString &prefix, const std::stop_token &stop);
    Result<Images> fromOwn(const QString &prefix, const std::stop_token &stop) const;
    QByteArray earlyConfig(const QString &prefix) const;
    const bootfix::ConvertedVolume *bootVolume() const;

    bootfix::GuestRunner &m_runner;
    const Parts m_parts;
};

}
