#include "core/receiver/bootfix/initramfsbuild.h"

#include "core/guest/initramfs.h"

#include <QCryptographicHash>
#include <QFile>

namespace edgelift::bootfix {

namespace {

/// Why what the tool made cannot be used; empty when it can.
QString problemOf(const GuestTree &tree, const QString &version, const QString &made, const std::stop_token &stop)
{
    const Fd file = tree.openFile(made);
    if (!file)
        return QStringLiteral("nothing was made");
    const Result<QSet<QString>> modules = initramfsModules(file.get(), made, stop);
    if (!modules)
        return QStringLiteral("what was made cannot be listed");
    const QStringList lacking = lackingForRoot(tree, version, *modules);
    return lacking.isEmpty() ? QString() : QStringLiteral("what was made lacks ") + lacking.join(QStringLiteral(", "));
}

QString runTool(const Guest &guest, GuestRunner &runner, const QString &root, const BuiltInitramfs &image, const std::stop_token &stop)
{
    GuestCommand command;
    command.arguments = image.command;
    command.timeout = std::chrono::seconds(guest.options().buildSeconds);
    command.hideFirmware = guest.layout().bootMode != BootMode::Uefi;
    const Result<GuestOutput> done = runner.run(root, command, stop);
    if (!done)
        return done.error().args.value(0) + QStringLiteral(": ") + done.error().detail;
    // dracut warns by its exit code of things that do not matter: what it made decides.
    QString problem = problemOf(guest.root().tree(), image.kernel, EditJournal::newName(image.path), stop);
    if (problem.isEmpty() || done->exitCode == 0)
        return problem;
    return QStringLiteral("%1, exit code %2: %3")
        .arg(problem)
        .arg(done->exitCode)
        .arg(QString::fromLocal8Bit(done->output.right(500)).trimmed());
}

/// initramfs-tools remembers what it made and refuses to renew an image that somebody else changed.
Result<> rememberSum(const Guest &guest, EditJournal &journal, const BuiltInitramfs &image)
{
    const QString path = QStringLiteral("/var/lib/initramfs-tools/") + image.kernel;
    if (guest.root().look(path).kind != GuestEntry::Kind::File)
        return ok();
    QFile file;
    Fd fd = guest.root().tree().openFile(image.path);
    QCryptographicHash sum(QCryptographicHash::Sha1);
    if (!file.open(fd.get(), QIODevice::ReadOnly) || !sum.addData(&file))
        return Error{ErrorCode::FileUnreadable, Retry::Never, {image.path}, {}};
    return journal.apply({{FileEdit::Kind::Write, path, sum.result().toHex() + "  " + image.path.toUtf8() + '\n', 0644, false}});
}

Result<> buildOne(
    Guest &guest, EditJournal &journal, GuestRunner &runner, const QString &root, BuiltInitramfs &image, const std::stop_token &stop)
{
    if (Result<> reserved = journal.reserve(image.path); !reserved)
        return reserved;
    image.problem = runTool(guest, runner, root, image, stop);
    if (!image.problem.isEmpty())
        return guest.root().removeFile(EditJournal::newName(image.path));
    if (Result<> replaced = journal.replace(image.path); !replaced)
        return replaced;
    image.replaced = true;
    return rememberSum(guest, journal, image);
}

}

Result<QList<BuiltInitramfs>> buildInitramfs(
    Guest &guest, EditJournal &journal, GuestRunner &runner, const QString &root, const std::stop_token &stop)
{
    QList<BuiltInitramfs> images;
    const std::optional<InitramfsTool> tool = initramfsTool(guest);
    if (guest.rebuildReasons.isEmpty() || !tool)
        return images;
    for (const KernelNeed &kernel : kernelNeeds(guest)) {
        if (!kernel.fit || kernel.initramfs.isEmpty())
            continue;
        if (stop.stop_requested())
            return Error{ErrorCode::ToolFailed, Retry::AfterWait, {tool->program}, QStringLiteral("stopped")};
        BuiltInitramfs image{kernel.version, kernel.initramfs, {}, false, {}};
        image.command = initramfsCommand(*tool, kernel, EditJournal::newName(kernel.initramfs));
        if (Result<> built = buildOne(guest, journal, runner, root, image, stop); !built)
            return built.error();
        const bool fatal = kernel.isDefault && !kernel.starts;
        if (!image.replaced)
            guest.note(fatal ? NoteId::DefaultInitramfsFailed : NoteId::InitramfsFailed, {kernel.version, image.problem});
        images.append(image);
        if (!image.replaced && fatal)
            break; // everything is taken back
    }
    return images;
}

}
