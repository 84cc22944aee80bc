#include "core/cloud/parameters.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace edgelift {

Parameters &Parameters::text(const QString &name, const QString &value)
{
    if (!value.isEmpty())
        m_pairs.append({name, value});
    return *this;
}

Parameters &Parameters::number(const QString &name, std::optional<qint64> value)
{
    if (value)
        m_pairs.append({name, QString::number(*value)});
    return *this;
}

Parameters &Parameters::flag(const QString &name, bool value)
{
    m_pairs.append({name, value ? QStringLiteral("true") : QStringLiteral("false")});
    return *this;
}

Parameters &Parameters::list(const QString &name, const QStringList &values)
{
    for (qsizetype i = 0; i < values.size(); ++i)
        m_pairs.append({QStringLiteral("%1.%2").arg(name).arg(i + 1), values.at(i)});
    return *this;
}

Parameters &Parameters::jsonList(const QString &name, const QStringList &values)
{
    if (!values.isEmpty()) {
        const QJsonDocument json(QJsonArray::fromStringList(values));
        m_pairs.append({name, QString::fromUtf8(json.toJson(QJsonDocument::Compact))});
    }
    return *this;
}

Parameters &Parameters::tags(const QMap<QString, QString> &tags)
{
    int number = 0;
    for (auto it = tags.cbegin(); it != tags.cend(); ++it) {
        const QString prefix = QStringLiteral("Tag.%1.").arg(++number);
        m_pairs.append({prefix + QLatin1String("Key"), it.key()});
        m_pairs.append({prefix + QLatin1String("Value"), it.value()});
    }
    return *this;
}

QHash<QString, QString> Parameters::hash() const
{
    QHash<QString, QString> out;
    for (const auto &[name, value] : m_pairs)
        out.insert(name, value);
    return out;
}

}
