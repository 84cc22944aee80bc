#include "core/receiver/bootfix/bootconversion.h"

#include "core/receiver/bootfix/kernelset.h"
#include "core/receiver/bootfix/selinux.h"

namespace edgelift::bootfix {

namespace {

constexpr Fix buildStep{"initramfs-build", nullptr, nullptr};
constexpr Fix labelStep{"selinux", nullptr, nullptr};
constexpr Fix systemStep{"system", nullptr, nullptr};

void runFixes(Guest &guest)
{
    guest.begin(systemStep);
    guest.reports().last().applies = true;
    guest.found(guest.os().prettyName);
    if (guest.family() == Family::Unknown)
        guest.note(NoteId::SystemUnknown, {guest.os().prettyName});
    for (const Fix &fix : allFixes()) {
        guest.begin(fix);
        if (!fix.applies(guest))
            continue;
        guest.reports().last().applies = true;
        fix.run(guest);
    }
}

ConversionResult resultOf(Guest &guest)
{
    ConversionResult result;
    result.system = guest.os().prettyName;
    result.family = guest.family();
    result.needed = !guest.edits().isEmpty() || (!guest.rebuildReasons.isEmpty() && initramfsTool(guest));
    result.fixes = guest.reports();
    return result;
}

}

QList<ConversionNote> ConversionResult::notes(NoteLevel level) const
{
    QList<ConversionNote> found;
    for (const FixReport &fix : fixes) {
        for (const ConversionNote &note : fix.notes) {
            if (levelOf(note.id) == level && !found.contains(note))
                found.append(note);
        }
    }
    return found;
}

Result<> BootConversion::apply(
    Guest &guest, EditJournal &journal, const QString &root, ConversionResult &result, const std::stop_token &stop)
{
    if (Result<> applied = journal.apply(guest.edits()); !applied)
        return applied;
    guest.begin(buildStep);
    const Result<QList<BuiltInitramfs>> images = buildInitramfs(guest, journal, m_runner, root, stop);
    if (!images)
        return images.error();
    result.images = *images;
    guest.reports().last().applies = !images->isEmpty();
    guest.begin(labelStep);
    return relabel(guest, journal, m_runner, root, result.images, stop);
}

Result<ConversionResult> BootConversion::look(const QString &root, const TargetLayout &layout) const
{
    const Result<GuestRoot> opened = GuestRoot::open(root);
    if (!opened)
        return opened.error();
    Guest guest(*opened, layout, m_options);
    runFixes(guest);
    return resultOf(guest);
}

Result<ConversionResult> BootConversion::run(
    const QString &root, const TargetLayout &layout, const QString &journalFile, const std::stop_token &stop)
{
    Result<GuestRoot> opened = GuestRoot::open(root);
    if (!opened)
        return opened.error();
    opened->setObserver(m_observer);
    const QString target = layout.root() ? layout.root()->uuid : QString();
    const Result<EditJournal::Recovery> recovered = EditJournal::recover(*opened, journalFile, target);
    if (!recovered)
        return recovered.error();
    Guest guest(*opened, layout, m_options);
    runFixes(guest);
    ConversionResult result = resultOf(guest);
    result.rolledBack = *recovered == EditJournal::Recovery::RolledBack;
    if (!result.notes(NoteLevel::Blocker).isEmpty())
        return result;
    EditJournal journal(*opened, journalFile, target);
    Result<> applied = apply(guest, journal, root, result, stop);
    result.fixes = guest.reports();
    result.applied = applied && result.notes(NoteLevel::Blocker).isEmpty();
    Result<> ended = result.applied ? journal.commit() : journal.rollBack();
    if (!applied)
        return applied.error();
    if (!ended)
        return ended.error();
    return result;
}

}
