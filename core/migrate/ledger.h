#pragma once
#include "core/base/result.h"
#include "core/migrate/resource.h"

#include <QList>
#include <memory>
#include <mutex>

namespace edgelift {

/// What one job made, or may have made, in the account: a file that is on disk before each create call and again after each
/// answer, so that no crash loses sight of something that costs money. Thread-safe. Every change is durable when the call returns.
/// Errors of all changes: FileUnwritable, NoSpace; then the change did not happen.
class Ledger
{
public:
    /// An empty one when there is no file. Error: StateUnreadable (never guessed around: it would hide costs).
    static Result<std::unique_ptr<Ledger>> load(const QString &path);
    /// The file as it is now: another process may have changed it. Error: StateUnreadable.
    Result<> reload();

    /// The living entry with `wanted.key`, or `wanted` written down with a fresh client token. Before the create call.
    [[nodiscard]] Result<LedgerEntry> intend(LedgerEntry wanted);
    /// The answer: the resource has this id. Names an entry that intend() gave.
    Result<> confirm(const QString &key, const QString &id);
    /// The cloud said no: nothing was made. The entry goes, the next intend() has another client token.
    Result<> withdraw(const QString &key);
    Result<> markRemoved(const QString &key, const QDateTime &when);
    /// It stays on purpose; clean-up leaves it.
    Result<> markKept(const QString &key);
    Result<> setPrice(const QString &key, double perDay, const QString &currency);

    [[nodiscard]] std::optional<LedgerEntry> find(const QString &key) const; ///< living ones only
    [[nodiscard]] QList<LedgerEntry> living() const; ///< in the order of removal
    [[nodiscard]] QList<LedgerEntry> all() const; ///< also what was removed, in the order of creation

private:
    explicit Ledger(QString path)
        : m_path(std::move(path))
    {
    }
    template <class Change>
    Result<> change(const QString &key, Change &&apply);
    Result<> store(QList<LedgerEntry> entries);

    QString m_path;
    mutable std::mutex m_mutex;
    QList<LedgerEntry> m_entries;
};

[[nodiscard]] QJsonObject toJson(const LedgerEntry &entry);

}
