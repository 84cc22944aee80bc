#include "core/simcloud/callparameters.h"

#include <QJsonDocument>

namespace edgelift {

CallParameters::CallParameters(QMap<QString, QString> values, QString prefix)
    : m_values(std::move(values))
    , m_prefix(std::move(prefix))
{
}

QString CallParameters::text(const QString &name, const QString &otherwise) const
{
    const QString value = m_values.value(m_prefix + name);
    return value.isEmpty() ? otherwise : value;
}

bool CallParameters::has(const QString &name) const { return !m_values.value(m_prefix + name).isEmpty(); }

bool CallParameters::flag(const QString &name, bool otherwise) const
{
    return has(name) ? text(name).compare(QLatin1String("true"), Qt::CaseInsensitive) == 0 : otherwise;
}

std::optional<qint64> CallParameters::integer(const QString &name) const
{
    bool whole = false;
    const qint64 value = text(name).toLongLong(&whole);
    return whole ? std::optional(value) : std::nullopt;
}

QStringList CallParameters::list(const QString &name) const
{
    QStringList out;
    for (int n = 1; has(QStringLiteral("%1.%2").arg(name).arg(n)); ++n)
        out += text(QStringLiteral("%1.%2").arg(name).arg(n));
    return out;
}

QList<CallParameters> CallParameters::objects(const QString &name) const
{
    QList<CallParameters> out;
    for (int n = 1;; ++n) {
        const QString prefix = QStringLiteral("%1%2.%3.").arg(m_prefix, name).arg(n);
        const auto first = m_values.lowerBound(prefix);
        if (first == m_values.end() || !first.key().startsWith(prefix))
            return out;
        out += CallParameters(m_values, prefix);
    }
}

CallParameters CallParameters::object(const QString &name) const { return CallParameters(m_values, m_prefix + name + QLatin1Char('.')); }

std::optional<QStringList> CallParameters::jsonList(const QString &name) const
{
    if (!has(name))
        return QStringList();
    const QJsonDocument document = QJsonDocument::fromJson(text(name).toUtf8());
    if (!document.isArray())
        return std::nullopt;
    QStringList out;
    for (const QJsonValue &value : document.array()) {
        if (!value.isString())
            return std::nullopt;
        out += value.toString();
    }
    return out;
}

QStringList CallParameters::commaList(const QString &name) const
{
    QStringList out = text(name).split(QLatin1Char(','), Qt::SkipEmptyParts);
    for (QString &word : out)
        word = word.trimmed();
    return out;
}

QJsonObject CallParameters::tags() const
{
    QJsonObject out;
    for (const CallParameters &tag : objects(QStringLiteral("Tag"))) {
        const QString key = tag.text(QStringLiteral("Key"), tag.text(QStringLiteral("key")));
        out.insert(key, tag.text(QStringLiteral("Value"), tag.text(QStringLiteral("value"))));
    }
    return out;
}

}
