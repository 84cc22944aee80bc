#include "core/service/statestore.h"

#include "core/base/errortext.h"
#include "core/base/files.h"

#include <QDir>
#include <QJsonArray>

namespace edgelift {

namespace {

constexpr int formatVersion = 1;

QString fileOf(const QString &folder, const QString &collection) { return folder + QLatin1Char('/') + collection + QLatin1String(".json"); }

}

Result<std::unique_ptr<StateStore>> StateStore::open(const QString &folder)
{
    if (const Result<> made = makeFolder(folder); !made)
        return made.error();
    std::unique_ptr<StateStore> store(new StateStore(folder));
    const QStringList files = QDir(folder).entryList({QStringLiteral("*.json")}, QDir::Files, QDir::Name);
    for (const QString &file : files) {
        if (const Result<> loaded = store->load(file); !loaded)
            return loaded.error();
    }
    return store;
}

Result<> StateStore::load(const QString &file)
{
    const QString path = m_folder + QLatin1Char('/') + file;
    const Result<QJsonObject> content = readJsonFile(path);
    if (!content)
        return content.error();
    const QJsonValue items = content->value(QLatin1String("items"));
    if (content->value(QLatin1String("version")).toInt() != formatVersion || !items.isObject())
        return Error{ErrorCode::StateUnreadable, Retry::Never, {path}, QStringLiteral("no version 1 or no items")};
    const QJsonObject all = items.toObject();
    for (const QJsonValue &item : all) {
        if (!item.isObject())
            return Error{ErrorCode::StateUnreadable, Retry::Never, {path}, QStringLiteral("an item is no object")};
    }
    m_collections.insert(file.chopped(5), all);
    return ok();
}

QJsonObject StateStore::get(const QString &collection, const QString &id) const
{
    const std::lock_guard lock(m_mutex);
    return m_collections.value(collection).value(id).toObject();
}

bool StateStore::contains(const QString &collection, const QString &id) const
{
    const std::lock_guard lock(m_mutex);
    return m_collections.value(collection).contains(id);
}

QList<QJsonObject> StateStore::all(const QString &collection) const
{
    const std::lock_guard lock(m_mutex);
    QList<QJsonObject> objects;
    const QJsonObject items = m_collections.value(collection);
    for (const QJsonValue &item : items)
        objects.append(item.toObject());
    return objects;
}

QStringList StateStore::ids(const QString &collection) const
{
    const std::lock_guard lock(m_mutex);
    return m_collections.value(collection).keys();
}

void StateStore::put(const QString &collection, const QString &id, const QJsonObject &object)
{
    const std::lock_guard lock(m_mutex);
    QJsonObject items = m_collections.value(collection);
    if (items.contains(id) && items.value(id).toObject() == object)
        return; // nothing new to make durable
    items.insert(id, object);
    write(collection, items);
    m_collections.insert(collection, items);
}

void StateStore::remove(const QString &collection, const QString &id)
{
    const std::lock_guard lock(m_mutex);
    QJsonObject items = m_collections.value(collection);
    if (!items.contains(id))
        return;
    items.remove(id);
    write(collection, items);
    m_collections.insert(collection, items);
}

void StateStore::write(const QString &collection, const QJsonObject &items) const
{
    const QJsonObject content{{QStringLiteral("version"), formatVersion}, {QStringLiteral("items"), items}};
    if (const Result<> written = writeJsonFile(fileOf(m_folder, collection), content); !written)
        throw StateWriteFailed(logLine(written.error()).toStdString());
}

}
