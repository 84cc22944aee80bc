#pragma once
#include "core/base/error.h"

#include <QJsonArray>
#include <QJsonObject>
#include <optional>

namespace edgelift {

/// Reads a JSON object that people edit by hand: every unknown key, wrong type and value out of range is collected, none is
/// silently ignored. Use: read every key, then finish(). Paths in messages look like `disks[0].volumes[1].mount`.
class StrictObject
{
public:
    /// `problems` gathers what is wrong; it must outlive this object.
    StrictObject(const QJsonObject &object, QString path, QList<Error> &problems);

    // Each returns `otherwise` when the key is absent, and also reports a problem when its type is wrong.
    QString string(const QString &key, const QString &otherwise = {});
    bool boolean(const QString &key, bool otherwise);
    /// Whole numbers only, within [least, most]. Error: PlanValueWrong.
    qint64 integer(const QString &key, qint64 otherwise, qint64 least, qint64 most);
    /// One of `allowed`. Error: PlanValueWrong.
    QString choice(const QString &key, const QString &otherwise, const QStringList &allowed);
    QStringList strings(const QString &key);
    QJsonObject object(const QString &key); ///< for a nested StrictObject at path(key)
    QList<QJsonObject> objects(const QString &key);
    bool has(const QString &key) const { return m_object.contains(key); }
    QString path(const QString &key) const { return m_path.isEmpty() ? key : m_path + QLatin1Char('.') + key; }
    void require(const QString &key); ///< PlanValueWrong when it is absent

    /// Reports every key nobody asked for as PlanUnknownKey, with the nearest known one named.
    void finish();

private:
    std::optional<QJsonValue> take(const QString &key, QJsonValue::Type type, const char *typeName);
    void wrong(const QString &key, const QString &value, const QString &allowed);

    QJsonObject m_object;
    QString m_path;
    QList<Error> &m_problems;
    QStringList m_known;
};

/// The entry of `known` with the smallest edit distance to `word`; empty when none is near.
[[nodiscard]] QString nearest(const QString &word, const QStringList &known);

}
