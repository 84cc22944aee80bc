#pragma once
#include <QList>
#include <QString>
#include <QStringList>
#include <optional>

namespace edgelift {

/// What boot conversion has to tell about a guest. Stands here, below both ends: the receiver finds it, the source's report shows it.
enum class NoteId : quint8 {
    AgentDisabled,
    ArchitectureUnfit,
    BootEntriesMissing,
    BootLoaderUnknown,
    CryptLeftOut,
    DefaultInitramfsMissing,
    DefaultKernelWithoutVirtio,
    DeviceNameLeft,
    EntryWithOtherRoot,
    EspMissing,
    EspNotSeen,
    FileSkipped,
    FirewallActive,
    FstabUnreadable,
    FstabWrong,
    GrubEnvironmentFull,
    GrubLegacy,
    HostKeysKept,
    IdentityKept,
    InitramfsFailed,
    InitramfsKept,
    InitramfsMissing,
    InitramfsToolMissing,
    DefaultInitramfsFailed,
    KernelFileMissing,
    KernelMissing,
    KernelWithoutVirtio,
    LvmToolsMissing,
    MountElsewhere,
    MountLeftOut,
    MountUnknown,
    NameServerOfOldSite,
    NetworkOwners,
    NetworkStacked,
    NetworkUnknown,
    OtherNic,
    ProcessorLevel,
    ResolverDangling,
    RootNotFoundByEntries,
    RootUnknown,
    RoutesDropped,
    SelinuxRelabelsAtStart,
    SshNotEnabled,
    SshRestricted,
    SwapLeftOut,
    SystemUnknown,
    UefiLoaderMissing,
};

/// A blocker leaves the guest as it was: the image would not start.
enum class NoteLevel : quint8 { Information, Warning, Blocker };

struct ConversionNote
{
    NoteId id = NoteId::SystemUnknown;
    QStringList args; ///< facts in the order the text uses them
    bool operator==(const ConversionNote &) const = default;
};

[[nodiscard]] NoteLevel levelOf(NoteId id);
[[nodiscard]] QString nameOf(NoteId id); ///< "fstab-wrong": stable, for JSON
[[nodiscard]] std::optional<NoteId> noteFromName(const QString &name);
[[nodiscard]] const QList<NoteId> &allNotes();
/// One or two sentences in the language set now.
[[nodiscard]] QString describe(const ConversionNote &note);

}
