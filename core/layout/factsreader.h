#pragma once
#include <QJsonArray>
#include <QJsonObject>
#include <QStringList>
#include <limits>

namespace edgelift {

/// Reads one object and remembers the first thing that is wrong anywhere below it.
class FactsReader
{
public:
    FactsReader(QJsonObject object, QString path, QString &wrong)
        : m_object(std::move(object))
        , m_path(std::move(path))
        , m_wrong(wrong)
    {
    }
    QString text(const char *name) { return value(name, QJsonValue::String).toString(); }
    bool flag(const char *name) { return value(name, QJsonValue::Bool).toBool(); }
    /// Whole, and at most `most`.
    quint64 number(const char *name, quint64 otherwise = 0, qint64 most = std::numeric_limits<qint64>::max())
    {
        const QJsonValue found = value(name, QJsonValue::Double);
        if (found.isUndefined())
            return otherwise;
        const qint64 whole = found.toInteger(-1); // -1 for fractions and for what does not fit
        const bool fits = whole >= 0 && whole <= most;
        if (!fits)
            wrong(name);
        return fits ? quint64(whole) : otherwise;
    }
    template <class E>
    E choice(const char *name, const QStringList &names)
    {
        const QString found = text(name);
        const qsizetype index = found.isEmpty() ? 0 : names.indexOf(found);
        if (index < 0)
            wrong(name);
        return E(std::max<qsizetype>(index, 0));
    }
    QStringList texts(const char *name)
    {
        QStringList out;
        for (const QJsonValue &entry : value(name, QJsonValue::Array).toArray()) {
            if (!entry.isString())
                wrong(name);
            out.append(entry.toString());
        }
        return out;
    }
    template <class T>
    QList<T> list(const char *name, T (*one)(FactsReader))
    {
        QList<T> out;
        const QJsonArray entries = value(name, QJsonValue::Array).toArray();
        for (qsizetype i = 0; i < entries.size(); ++i) {
            if (!entries.at(i).isObject())
                wrong(name);
            out.append(one(
                FactsReader(entries.at(i).toObject(), QStringLiteral("%1%2[%3].").arg(m_path, QString::fromLatin1(name)).arg(i), m_wrong)));
        }
        return out;
    }
    FactsReader below(const char *name)
    {
        return {value(name, QJsonValue::Object).toObject(), m_path + QString::fromLatin1(name) + QLatin1Char('.'), m_wrong};
    }

private:
    QJsonValue value(const char *name, QJsonValue::Type type)
    {
        const QJsonValue found = m_object.value(QString::fromLatin1(name));
        if (found.type() == type || found.isUndefined())
            return found;
        wrong(name);
        return QJsonValue(QJsonValue::Undefined);
    }
    void wrong(const char *name)
    {
        if (m_wrong.isEmpty())
            m_wrong = m_path + QString::fromLatin1(name);
    }

    QJsonObject m_object;
    QString m_path;
    QString &m_wrong;
};

}
