#include "core/migrate/ledger.h"

#include "core/base/files.h"
#include "core/base/ids.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonObject>
#include <algorithm>

namespace edgelift {

namespace {

constexpr int ledgerVersion = 1;

QString timeText(const QDateTime &time) { return time.isValid() ? time.toUTC().toString(Qt::ISODateWithMs) : QString(); }
QDateTime timeOf(const QJsonValue &value) { return QDateTime::fromString(value.toString(), Qt::ISODateWithMs); }

std::optional<LedgerEntry> entryFromJson(const QJsonObject &object)
{
    const std::optional<ResourceKind> kind = kindFromName(object.value(QLatin1String("kind")).toString());
    LedgerEntry entry;
    entry.key = object.value(QLatin1String("key")).toString();
    if (!kind || entry.key.isEmpty())
        return std::nullopt;
    entry.kind = *kind;
    entry.id = object.value(QLatin1String("id")).toString();
    entry.name = object.value(QLatin1String("name")).toString();
    entry.region = object.value(QLatin1String("region")).toString();
    entry.clientToken = object.value(QLatin1String("clientToken")).toString();
    entry.created = timeOf(object.value(QLatin1String("created")));
    entry.removed = timeOf(object.value(QLatin1String("removed")));
    const QJsonValue price = object.value(QLatin1String("pricePerDay"));
    if (price.isDouble())
        entry.pricePerDay = price.toDouble();
    entry.currency = object.value(QLatin1String("currency")).toString();
    entry.kept = object.value(QLatin1String("kept")).toBool();
    return entry;
}

bool isLiving(const LedgerEntry &entry) { return !entry.removed.isValid(); }

}

QJsonObject toJson(const LedgerEntry &entry)
{
    QJsonObject object{{QStringLiteral("kind"), kindName(entry.kind)}, {QStringLiteral("key"), entry.key}, {QStringLiteral("id"), entry.id},
        {QStringLiteral("name"), entry.name}, {QStringLiteral("region"), entry.region}, {QStringLiteral("clientToken"), entry.clientToken},
        {QStringLiteral("created"), timeText(entry.created)}, {QStringLiteral("removed"), timeText(entry.removed)},
        {QStringLiteral("kept"), entry.kept}};
    object.insert(QStringLiteral("currency"), entry.currency);
    object.insert(QStringLiteral("pricePerDay"), entry.pricePerDay ? QJsonValue(*entry.pricePerDay) : QJsonValue());
    return object;
}

Result<std::unique_ptr<Ledger>> Ledger::load(const QString &path)
{
    std::unique_ptr<Ledger> ledger(new Ledger(path));
    const Result<> read = ledger->reload();
    return read ? Result<std::unique_ptr<Ledger>>(std::move(ledger)) : read.error();
}

Result<> Ledger::reload()
{
    const std::lock_guard lock(m_mutex);
    if (!QFileInfo::exists(m_path)) {
        m_entries.clear();
        return ok();
    }
    const Result<QJsonObject> file = readJsonFile(m_path);
    if (!file)
        return file.error();
    if (file->value(QLatin1String("version")).toInt() != ledgerVersion)
        return Error{ErrorCode::StateUnreadable, Retry::Never, {m_path}, QStringLiteral("ledger of another version")};
    QList<LedgerEntry> entries;
    for (const QJsonValue &value : file->value(QLatin1String("entries")).toArray()) {
        const std::optional<LedgerEntry> entry = entryFromJson(value.toObject());
        if (!entry)
            return Error{ErrorCode::StateUnreadable, Retry::Never, {m_path}, QStringLiteral("ledger entry without kind or key")};
        entries.append(*entry);
    }
    m_entries = std::move(entries);
    return ok();
}

Result<> Ledger::store(QList<LedgerEntry> entries)
{
    QJsonArray array;
    for (const LedgerEntry &entry : entries)
        array.append(toJson(entry));
    const Result<> written =
        writeJsonFile(m_path, {{QStringLiteral("version"), ledgerVersion}, {QStringLiteral("entries"), array}}, privateFile);
    if (written)
        m_entries = std::move(entries);
    return written;
}

template <class Change>
Result<> Ledger::change(const QString &key, Change &&apply)
{
    const std::lock_guard lock(m_mutex);
    QList<LedgerEntry> entries = m_entries;
    const auto entry = std::find_if(entries.begin(), entries.end(), [&key](const LedgerEntry &e) { return isLiving(e) && e.key == key; });
    if (entry == entries.end())
        return Error{ErrorCode::Internal, Retry::Never, {}, QStringLiteral("no ledger entry ") + key};
    apply(*entry);
    return store(std::move(entries));
}

Result<LedgerEntry> Ledger::intend(LedgerEntry wanted)
{
    if (std::optional<LedgerEntry> known = find(wanted.key))
        return *std::move(known);
    const std::lock_guard lock(m_mutex);
    wanted.clientToken = randomId(QStringLiteral("edgelift-"), 32); // the cloud takes up to 64 ASCII characters
    QList<LedgerEntry> entries = m_entries;
    entries.append(wanted);
    if (const Result<> stored = store(std::move(entries)); !stored)
        return stored.error();
    return wanted;
}

Result<> Ledger::confirm(const QString &key, const QString &id)
{
    return change(key, [&id](LedgerEntry &entry) { entry.id = id; });
}

Result<> Ledger::withdraw(const QString &key)
{
    const std::lock_guard lock(m_mutex);
    QList<LedgerEntry> entries = m_entries;
    entries.removeIf([&key](const LedgerEntry &entry) { return isLiving(entry) && entry.key == key && entry.id.isEmpty(); });
    return store(std::move(entries));
}

Result<> Ledger::markRemoved(const QString &key, const QDateTime &when)
{
    return change(key, [&when](LedgerEntry &entry) { entry.removed = when; });
}

Result<> Ledger::markKept(const QString &key)
{
    return change(key, [](LedgerEntry &entry) { entry.kept = true; });
}

Result<> Ledger::setPrice(const QString &key, double perDay, const QString &currency)
{
    return change(key, [perDay, &currency](LedgerEntry &entry) {
        entry.pricePerDay = perDay;
        entry.currency = currency;
    });
}

std::optional<LedgerEntry> Ledger::find(const QString &key) const
{
    const std::lock_guard lock(m_mutex);
    const auto entry =
        std::find_if(m_entries.begin(), m_entries.end(), [&key](const LedgerEntry &e) { return isLiving(e) && e.key == key; });
    return entry == m_entries.end() ? std::nullopt : std::optional(*entry);
}

QList<LedgerEntry> Ledger::living() const
{
    QList<LedgerEntry> out = all();
    out.removeIf([](const LedgerEntry &entry) { return !isLiving(entry); });
    std::stable_sort(out.begin(), out.end(), [](const LedgerEntry &a, const LedgerEntry &b) { return a.kind < b.kind; });
    return out;
}

QList<LedgerEntry> Ledger::all() const
{
    const std::lock_guard lock(m_mutex);
    return m_entries;
}

}
