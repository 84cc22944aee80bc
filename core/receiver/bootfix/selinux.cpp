#include "core/receiver/bootfix/selinux.h"

namespace edgelift::bootfix {

namespace {

QString setfilesOf(const Guest &guest)
{
    for (const char *path : {"/usr/sbin/setfiles", "/sbin/setfiles"}) {
        if (guest.isFile(QLatin1String(path)))
            return QLatin1String(path);
    }
    return {};
}

/// Files that came to be: their label is only a guess.
QStringList newFiles(const Guest &guest)
{
    QStringList paths;
    for (const FileEdit &edit : guest.edits()) {
        const bool isNew = guest.root().look(EditJournal::originalName(edit.path)).kind == GuestEntry::Kind::Missing;
        const bool onEsp = edit.path.startsWith(QLatin1String("/boot/efi/")) || edit.path.startsWith(QLatin1String("/efi/"));
        if (edit.kind == FileEdit::Kind::Write && isNew && !onEsp) // FAT has no labels
            paths.append(edit.path);
    }
    return paths;
}

}

Result<> relabel(Guest &guest, EditJournal &journal, GuestRunner &runner, const QString &root, const QList<BuiltInitramfs> &images,
    const std::stop_token &stop)
{
    const QString mode = guest.os().selinux;
    QStringList paths = newFiles(guest);
    for (const BuiltInitramfs &image : images)
        paths += image.replaced ? QStringList{image.path} : QStringList();
    if ((mode != QLatin1String("enforcing") && mode != QLatin1String("permissive")) || paths.isEmpty())
        return ok();
    guest.reports().last().applies = true;
    const QString type = shellValue(guest.read(QStringLiteral("/etc/selinux/config")).value_or(QByteArray()), "SELINUXTYPE");
    const QString contexts =
        QStringLiteral("/etc/selinux/%1/contexts/files/file_contexts").arg(type.isEmpty() ? QStringLiteral("targeted") : type);
    const QString program = setfilesOf(guest);
    guest.found(paths.join(QStringLiteral(", ")));
    if (!program.isEmpty() && guest.isFile(contexts)) {
        GuestCommand command;
        command.arguments = QStringList{program, QStringLiteral("-F"), contexts} + paths;
        const Result<GuestOutput> done = runner.run(root, command, stop);
        if (done && done->exitCode == 0)
            return ok();
    }
    guest.note(NoteId::SelinuxRelabelsAtStart);
    return journal.apply({{FileEdit::Kind::Write, QStringLiteral("/.autorelabel"), {}, 0644, false}});
}

}
