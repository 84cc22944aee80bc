#include "core/receiver/bootfix/editjournal.h"

#include "core/base/files.h"

#include <QFile>
#include <QJsonArray>

namespace edgelift::bootfix {

namespace {

constexpr int journalVersion = 1;

QString hiddenName(const QString &path, const char *suffix)
{
    return folderName(path) + QStringLiteral("/.") + leafName(path) + QLatin1String(suffix);
}

/// Folders whose readers take every file in them: interfaces.d, conf.d and many more, and those with names of their own.
bool takesEveryName(const QString &folder)
{
    static const QStringList others{QStringLiteral("network-scripts"), QStringLiteral("network"), QStringLiteral("system-connections"),
        QStringLiteral("netplan"), QStringLiteral("entries")};
    const QString name = leafName(folder);
    return name.endsWith(QLatin1String(".d")) || name.endsWith(QLatin1String(".wants")) || others.contains(name);
}

}

QString EditJournal::newName(const QString &path) { return hiddenName(path, ".edgelift-new"); }

QString EditJournal::originalName(const QString &path)
{
    return takesEveryName(folderName(path)) ? hiddenName(path, ".edgelift-orig") : path + QStringLiteral(".edgelift-orig");
}

EditJournal::EditJournal(const GuestRoot &root, QString file, QString target)
    : m_root(root)
    , m_file(std::move(file))
    , m_target(std::move(target))
{
}

EditJournal::Entry EditJournal::entryFor(const QString &path) const
{
    const GuestEntry there = m_root.look(path);
    Entry entry;
    entry.path = path;
    entry.existed = there.kind != GuestEntry::Kind::Missing;
    entry.immutable = there.immutable;
    const QString original = originalName(path);
    const bool taken = m_root.look(original).kind != GuestEntry::Kind::Missing;
    entry.kept = taken ? hiddenName(path, ".edgelift-prev") : original;
    for (QString folder = folderName(path); !entry.existed && !m_root.tree().isFolder(folder); folder = folderName(folder))
        entry.folders.prepend(folder);
    return entry;
}

Result<> EditJournal::save(bool committed) const
{
    QJsonArray entries;
    for (const Entry &entry : m_entries) {
        entries.append(QJsonObject{{QStringLiteral("path"), entry.path}, {QStringLiteral("kept"), entry.kept},
            {QStringLiteral("existed"), entry.existed}, {QStringLiteral("immutable"), entry.immutable},
            {QStringLiteral("folders"), QJsonArray::fromStringList(entry.folders)}});
    }
    m_root.announce("journal", m_file);
    return writeJsonFile(m_file,
        {{QStringLiteral("version"), journalVersion}, {QStringLiteral("target"), m_target}, {QStringLiteral("committed"), committed},
            {QStringLiteral("entries"), entries}});
}

Result<> EditJournal::load(const QJsonObject &object, bool &committed)
{
    const Error damaged{ErrorCode::JournalUnreadable, Retry::Never, {m_file}, QStringLiteral("not a journal of edits")};
    if (object.value(QStringLiteral("version")).toInt() != journalVersion || !object.value(QStringLiteral("entries")).isArray())
        return damaged;
    if (object.value(QStringLiteral("target")).toString() != m_target)
        return Error{ErrorCode::JournalUnreadable, Retry::Never, {m_file}, QStringLiteral("it is about another target")};
    committed = object.value(QStringLiteral("committed")).toBool();
    const QJsonArray entries = object.value(QStringLiteral("entries")).toArray();
    for (const QJsonValue &value : entries) {
        Entry entry;
        entry.path = value[QLatin1String("path")].toString();
        entry.kept = value[QLatin1String("kept")].toString();
        if (!entry.path.startsWith(QLatin1Char('/')) || !entry.kept.startsWith(QLatin1Char('/')))
            return damaged;
        entry.existed = value[QLatin1String("existed")].toBool();
        entry.immutable = value[QLatin1String("immutable")].toBool();
        const QJsonArray folders = value[QLatin1String("folders")].toArray();
        for (const QJsonValue &folder : folders)
            entry.folders.append(folder.toString());
        m_entries.append(entry);
    }
    return ok();
}

Result<EditJournal::Recovery> EditJournal::recover(const GuestRoot &root, const QString &file, const QString &target)
{
    if (!QFile::exists(file))
        return Recovery::Nothing;
    const Result<QJsonObject> object = readJsonFile(file);
    if (!object)
        return Error{ErrorCode::JournalUnreadable, Retry::Never, {file}, object.error().detail};
    EditJournal journal(root, file, target);
    bool committed = false;
    if (Result<> loaded = journal.load(*object, committed); !loaded)
        return loaded.error();
    Result<> ended = committed ? journal.finish() : journal.rollBack();
    if (!ended)
        return ended.error();
    return committed ? Recovery::Finished : Recovery::RolledBack;
}

Result<> EditJournal::apply(const QList<FileEdit> &edits)
{
    const qsizetype first = m_entries.size();
    for (const FileEdit &edit : edits) {
        m_entries.append(entryFor(edit.path));
        // Left by a process whose journal is lost: it would be taken for a state to go back to.
        for (const QString &left : {newName(edit.path), hiddenName(edit.path, ".edgelift-prev")}) {
            if (Result<> removed = m_root.removeFile(left); !removed)
                return removed;
        }
    }
    Result<> done = save(false);
    for (qsizetype i = 0; done && i < edits.size(); ++i)
        done = perform(edits.at(i), m_entries.at(first + i));
    return done;
}

Result<> EditJournal::perform(const FileEdit &edit, const Entry &entry)
{
    if (edit.kind == FileEdit::Kind::Remove) {
        if (!entry.existed)
            return ok();
        Result<> cleared = entry.immutable ? m_root.setImmutable(entry.path, false) : ok();
        return cleared ? m_root.rename(entry.path, entry.kept) : cleared;
    }
    for (const QString &folder : entry.folders) {
        if (Result<> made = m_root.makeFolder(folder); !made)
            return made;
    }
    Result<> created = m_root.createFile(newName(entry.path), edit.content, edit.mode, entry.existed ? entry.path : QString());
    return created ? swapIn(entry, entry.immutable && !edit.dropImmutable) : created;
}

/// The new file is complete: the old one is kept, then the new one takes its name in one step.
Result<> EditJournal::swapIn(const Entry &entry, bool stayImmutable)
{
    if (entry.immutable) {
        if (Result<> cleared = m_root.setImmutable(entry.path, false); !cleared)
            return cleared;
    }
    if (entry.existed) {
        if (Result<> kept = m_root.keepAs(entry.path, entry.kept); !kept)
            return kept;
    }
    if (Result<> renamed = m_root.rename(newName(entry.path), entry.path); !renamed)
        return renamed;
    return stayImmutable ? m_root.setImmutable(entry.path, true) : ok();
}

Result<> EditJournal::reserve(const QString &path)
{
    m_entries.append(entryFor(path));
    if (Result<> removed = m_root.removeFile(newName(path)); !removed)
        return removed;
    return save(false);
}

Result<> EditJournal::replace(const QString &path)
{
    for (const Entry &entry : std::as_const(m_entries)) {
        if (entry.path != path)
            continue;
        Result<> dressed = entry.existed ? m_root.dressFile(newName(path), path) : ok();
        return dressed ? swapIn(entry, entry.immutable) : dressed;
    }
    return Error{ErrorCode::Internal, Retry::Never, {path}, QStringLiteral("not reserved")};
}

Result<> EditJournal::undo(const Entry &entry) const
{
    for (const QString &half : {newName(entry.path), entry.kept + QLatin1String(GuestRoot::halfSuffix)}) {
        if (Result<> removed = m_root.removeFile(half); !removed)
            return removed;
    }
    if (!entry.existed) {
        Result<> removed = m_root.removeFile(entry.path);
        for (auto folder = entry.folders.crbegin(); removed && folder != entry.folders.crend(); ++folder)
            m_root.removeEmptyFolder(*folder);
        return removed;
    }
    if (m_root.look(entry.kept).kind != GuestEntry::Kind::Missing) {
        if (m_root.look(entry.path).immutable) {
            if (Result<> cleared = m_root.setImmutable(entry.path, false); !cleared)
                return cleared;
        }
        if (Result<> back = m_root.rename(entry.kept, entry.path); !back)
            return back;
        // Two names of one file: rename() then does nothing, and the second name is left.
        if (Result<> removed = m_root.removeFile(entry.kept); !removed)
            return removed;
    }
    return entry.immutable ? m_root.setImmutable(entry.path, true) : ok();
}

Result<> EditJournal::rollBack()
{
    for (auto entry = m_entries.crbegin(); entry != m_entries.crend(); ++entry) {
        if (Result<> undone = undo(*entry); !undone)
            return undone;
    }
    m_entries.clear();
    m_root.announce("journal", m_file);
    QFile::remove(m_file);
    return ok();
}

Result<> EditJournal::commit()
{
    if (Result<> saved = save(true); !saved)
        return saved;
    return finish();
}

Result<> EditJournal::finish() const
{
    for (const Entry &entry : m_entries) {
        for (const QString &left : {newName(entry.path), hiddenName(entry.path, ".edgelift-prev")}) {
            if (Result<> removed = m_root.removeFile(left); !removed)
                return removed;
        }
    }
    m_root.announce("journal", m_file);
    QFile::remove(m_file);
    return ok();
}

}
