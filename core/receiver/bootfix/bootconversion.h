#pragma once
#include "core/receiver/bootfix/initramfsbuild.h"

#include <QJsonObject>

namespace edgelift::bootfix {

/// What was done to a guest, for the report.
struct ConversionResult
{
    QString system; ///< "Debian GNU/Linux 12 (bookworm)"
    Family family = Family::Unknown;
    bool applied = false; ///< false: blockers, and the guest is as it was; or it was only looked at
    bool needed = false; ///< something is to be changed, or was
    bool rolledBack = false; ///< what an earlier, interrupted run had begun was taken back first
    QList<FixReport> fixes; ///< in the order they ran
    QList<BuiltInitramfs> images;

    QList<ConversionNote> notes(NoteLevel level) const; ///< of all fixes, each once
};

/// {"system", "family", "needed", "applied", "fixes": [{"id", "applies", "found", "changes": [{"path", "removed", "diff"}], "notes"}],
/// "initramfs":
/// [...], "blockers", "warnings"}; a note is {"id", "level", "args", "text"}, the text in the language set now.
[[nodiscard]] QJsonObject toJson(const ConversionResult &result);

/// Makes a copied guest start, and be reachable, on a cloud instance: runs allFixes() over its files, applies what they stage all or none,
/// and has the guest's own tools renew what is made of these files. Running it again finds nothing to do. Blocks; keep one journal file a
/// guest, outside of it, and call run() again after a crash.
class BootConversion
{
public:
    BootConversion(GuestRunner &runner, ConversionOptions options = {})
        : m_runner(runner)
        , m_options(options)
    {
    }
    /// What run() would begin with; changes nothing, so that `root` may be mounted read-only. Not for a guest whose journal file exists.
    /// Errors: those of GuestRoot.
    [[nodiscard]] Result<ConversionResult> look(const QString &root, const TargetLayout &layout) const;
    /// `root` is where the guest's filesystems are mounted, writable, as its fstab says. A result with blockers is no error. Errors (then
    /// the guest is as it was, if its filesystems let us): those of GuestRoot and EditJournal, ToolFailed when `stop` was asked.
    [[nodiscard]] Result<ConversionResult> run(
        const QString &root, const TargetLayout &layout, const QString &journalFile, const std::stop_token &stop = {});

    void setObserver(GuestRoot::Observer observer) { m_observer = std::move(observer); } ///< see GuestRoot

private:
    Result<> apply(Guest &guest, EditJournal &journal, const QString &root, ConversionResult &result, const std::stop_token &stop);
    GuestRunner &m_runner;
    ConversionOptions m_options;
    GuestRoot::Observer m_observer;
};

}
