#include "core/base/strictjson.h"

#include <QJsonDocument>
#include <algorithm>
#include <cmath>
#include <numeric>

namespace edgelift {

namespace {

QString shown(const QJsonValue &value)
{
    QString text = QString::fromUtf8(QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact));
    return text.mid(1, text.size() - 2).left(60);
}

int distance(const QString &a, const QString &b)
{
    std::vector<int> row(size_t(b.size()) + 1);
    std::iota(row.begin(), row.end(), 0);
    for (qsizetype i = 1; i <= a.size(); ++i) {
        int diagonal = std::exchange(row[0], int(i));
        for (size_t j = 1; j < row.size(); ++j) {
            const int change = diagonal + (a.at(i - 1).toLower() != b.at(qsizetype(j) - 1).toLower() ? 1 : 0);
            diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, change}));
        }
    }
    return row.back();
}

}

QString nearest(const QString &word, const QStringList &known)
{
    QString best;
    int least = int(word.size()) / 2 + 2;
    for (const QString &candidate : known) {
        const bool begun = word.size() > 2 && candidate.startsWith(word, Qt::CaseInsensitive); // "limit" means "limitMbps"
        const int steps = begun ? 1 : distance(word, candidate);
        if (steps < least) {
            least = steps;
            best = candidate;
        }
    }
    return best;
}

StrictObject::StrictObject(const QJsonObject &object, QString path, QList<Error> &problems)
    : m_object(object)
    , m_path(std::move(path))
    , m_problems(problems)
{
}

void StrictObject::wrong(const QString &key, const QString &value, const QString &allowed)
{
    m_problems.append({ErrorCode::PlanValueWrong, Retry::AfterUserAction, {path(key), value, allowed}, {}});
}

std::optional<QJsonValue> StrictObject::take(const QString &key, QJsonValue::Type type, const char *typeName)
{
    m_known.append(key);
    const auto it = m_object.constFind(key);
    if (it == m_object.constEnd())
        return std::nullopt;
    if (it->type() == type)
        return *it;
    wrong(key, shown(*it), QString::fromLatin1(typeName));
    return std::nullopt;
}

QString StrictObject::string(const QString &key, const QString &otherwise)
{
    const auto value = take(key, QJsonValue::String, "a text in quotes");
    return value ? value->toString() : otherwise;
}

bool StrictObject::boolean(const QString &key, bool otherwise)
{
    const auto value = take(key, QJsonValue::Bool, "true or false");
    return value ? value->toBool() : otherwise;
}

qint64 StrictObject::integer(const QString &key, qint64 otherwise, qint64 least, qint64 most)
{
    const auto value = take(key, QJsonValue::Double, "a whole number");
    if (!value)
        return otherwise;
    const double number = value->toDouble();
    if (std::floor(number) == number && number >= double(least) && number <= double(most))
        return qint64(number);
    wrong(key, shown(*value), QStringLiteral("%1 to %2").arg(least).arg(most));
    return otherwise;
}

QString StrictObject::choice(const QString &key, const QString &otherwise, const QStringList &allowed)
{
    const QString value = string(key, otherwise);
    if (allowed.contains(value))
        return value;
    wrong(key, value, allowed.join(QLatin1String(", ")));
    return otherwise;
}

QStringList StrictObject::strings(const QString &key)
{
    QStringList out;
    const auto value = take(key, QJsonValue::Array, "a list of texts");
    for (const QJsonValue &entry : value ? value->toArray() : QJsonArray()) {
        if (entry.isString())
            out.append(entry.toString());
        else
            wrong(key, shown(entry), QStringLiteral("a text in quotes"));
    }
    return out;
}

QJsonObject StrictObject::object(const QString &key)
{
    const auto value = take(key, QJsonValue::Object, "an object in braces");
    return value ? value->toObject() : QJsonObject();
}

QList<QJsonObject> StrictObject::objects(const QString &key)
{
    QList<QJsonObject> out;
    const auto value = take(key, QJsonValue::Array, "a list of objects");
    for (const QJsonValue &entry : value ? value->toArray() : QJsonArray()) {
        if (entry.isObject())
            out.append(entry.toObject());
        else
            wrong(key, shown(entry), QStringLiteral("an object in braces"));
    }
    return out;
}

void StrictObject::require(const QString &key)
{
    if (!m_object.contains(key))
        wrong(key, QStringLiteral("missing"), QStringLiteral("this key must be there"));
}

void StrictObject::finish()
{
    for (const QString &key : m_object.keys()) {
        if (m_known.contains(key))
            continue;
        const QString near = nearest(key, m_known);
        const QString meant = near.isEmpty() ? m_known.join(QLatin1String(", ")) : near; // nothing is near: name them all
        m_problems.append({ErrorCode::PlanUnknownKey, Retry::AfterUserAction, {path(key), meant}, {}});
    }
}

}
