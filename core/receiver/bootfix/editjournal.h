#pragma once
#include "core/receiver/bootfix/guestroot.h"

#include <QJsonObject>
#include <QList>

namespace edgelift::bootfix {

/// One change of one file. `path` is canonical.
struct FileEdit
{
    enum class Kind : quint8 { Write, Remove };
    Kind kind = Kind::Write;
    QString path;
    QByteArray content; ///< of Write: the whole file
    unsigned mode = 0644; ///< of a file that is new; one that exists keeps its owner, mode and extended attributes
    bool dropImmutable = false; ///< otherwise an immutable file is immutable again afterwards
};

/// Changes of a guest's files that all happen or none. What is going to change is on disk before the first change; until commit()
/// everything can be taken back, also after a kill at any point, by rollBack() or recover(). A replaced or removed file stays beside as
/// `*.edgelift-orig` (hidden in folders whose readers take every name); one that is there already is an earlier original and stays.
/// A replaced file's modification time is that of the change. `file` is outside the guest; `target` says which guest it is about.
class EditJournal
{
public:
    enum class Recovery : quint8 { Nothing, RolledBack, Finished };
    /// Ends what an earlier process left in `file`. Errors: JournalUnreadable (damaged, or about another target), and those of GuestRoot.
    [[nodiscard]] static Result<Recovery> recover(const GuestRoot &root, const QString &file, const QString &target);

    /// `file` must not exist: call recover() first.
    EditJournal(const GuestRoot &root, QString file, QString target);

    /// May be called several times before commit(). After an error: rollBack().
    [[nodiscard]] Result<> apply(const QList<FileEdit> &edits);
    /// Announces that `path`, a file, will be replaced by what somebody else writes at newName(path); then replace() does it.
    [[nodiscard]] Result<> reserve(const QString &path);
    [[nodiscard]] Result<> replace(const QString &path);
    [[nodiscard]] Result<> commit();
    [[nodiscard]] Result<> rollBack();

    static QString newName(const QString &path); ///< where the new content of `path` is made
    static QString originalName(const QString &path); ///< where the original of `path` is kept

private:
    struct Entry
    {
        QString path;
        QString kept; ///< where the state before this journal is; originalName(), or another name when that is taken
        bool existed = false;
        bool immutable = false;
        QStringList folders; ///< made for it, outermost first
    };
    Entry entryFor(const QString &path) const;
    Result<> save(bool committed) const;
    Result<> perform(const FileEdit &edit, const Entry &entry);
    Result<> swapIn(const Entry &entry, bool stayImmutable);
    Result<> undo(const Entry &entry) const;
    Result<> finish() const;
    Result<> load(const QJsonObject &object, bool &committed);

    const GuestRoot &m_root;
    QString m_file;
    QString m_target;
    QList<Entry> m_entries;
};

}
