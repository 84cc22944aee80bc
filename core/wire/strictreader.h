#pragma once
#include "core/wire/frame.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QStringList>
#include <optional>

namespace edgelift::wire {

/// Takes typed, bounded values out of a JSON object that came over the wire and remembers the first thing that was wrong: read
/// everything, then finish(). Unknown keys are ignored, so that a later version may add some.
class StrictReader
{
public:
    static constexpr qint64 maxNumber = (qint64(1) << 53) - 1; ///< whole numbers up to here survive JSON's doubles

    explicit StrictReader(const QJsonObject &object)
        : m_object(object)
    {
    }
    qint64 number(const char *key, qint64 least, qint64 most); ///< whole; `least` when wrong
    quint64 decimal(const char *key); ///< a string of 1–20 digits; 0 when wrong
    QString text(const char *key, qsizetype least, qsizetype most); ///< its length in characters
    QStringList texts(const char *key, qsizetype mostEntries, qsizetype mostLength);
    bool boolean(const char *key, std::optional<bool> otherwise = {}); ///< `otherwise` when absent; without it the key is required
    QJsonObject object(const char *key);
    QJsonArray array(const char *key, qsizetype least, qsizetype most);
    void expect(bool holds, const char *key)
    {
        if (!holds)
            wrong(key);
    }
    [[nodiscard]] bool isGood() const { return m_problem.isEmpty(); }

    /// `value` when all was well, else FrameMalformed with the first bad key.
    template <class T>
    [[nodiscard]] Result<T> finish(T value) const
    {
        if (!isGood())
            return malformed(QLatin1String("bad or missing “") + m_problem + QStringLiteral("”"));
        return value;
    }

private:
    void wrong(const char *key)
    {
        if (m_problem.isEmpty())
            m_problem = QString::fromLatin1(key);
    }
    QJsonObject m_object;
    QString m_problem;
};

}
