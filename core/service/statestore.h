#pragma once
#include "core/base/result.h"

#include <QHash>
#include <QJsonObject>
#include <QList>
#include <QString>
#include <memory>
#include <mutex>
#include <stdexcept>

namespace edgelift {

/// put() or remove() could not reach the disk (full, read-only); memory is as it was. The HTTP front answers 500 InternalError;
/// threads of your own must catch it.
class StateWriteFailed : public std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// JSON objects by collection ("instances", "disks") and id, each collection one file FOLDER/<collection>.json. A change is on
/// the disk when put() returns, and a process killed at any moment finds the state before or after that change, never a mixture.
/// Thread-safe; hold mutex() around a read followed by a write that belong together.
class StateStore
{
public:
    /// Makes `folder` (mode 0700) when it is missing and reads every collection. Errors: StateUnreadable (args: the file) for a
    /// file that is not what this class wrote: never silently empty; FileUnreadable, FileUnwritable.
    [[nodiscard]] static Result<std::unique_ptr<StateStore>> open(const QString &folder);

    [[nodiscard]] QJsonObject get(const QString &collection, const QString &id) const; ///< empty when there is none
    [[nodiscard]] bool contains(const QString &collection, const QString &id) const;
    [[nodiscard]] QList<QJsonObject> all(const QString &collection) const; ///< in the order of their ids
    [[nodiscard]] QStringList ids(const QString &collection) const; ///< ascending
    void put(const QString &collection, const QString &id, const QJsonObject &object); ///< throws StateWriteFailed
    void remove(const QString &collection, const QString &id); ///< nothing happens when there is none; throws StateWriteFailed
    [[nodiscard]] std::recursive_mutex &mutex() const { return m_mutex; }

private:
    explicit StateStore(QString folder)
        : m_folder(std::move(folder))
    {
    }
    Result<> load(const QString &file);
    void write(const QString &collection, const QJsonObject &items) const;

    QString m_folder;
    mutable std::recursive_mutex m_mutex;
    QHash<QString, QJsonObject> m_collections;
};

}
