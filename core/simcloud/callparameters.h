#pragma once
#include "core/service/registry.h"

#include <QJsonArray>
#include <QStringList>
#include <optional>

namespace edgelift {

/// Reads the flat parameters of an RPC call ("Tag.1.Key", "SystemDisk.Size", InstanceIds=["i-1"]). A value; cheap to copy.
class CallParameters
{
public:
    explicit CallParameters(QMap<QString, QString> values, QString prefix = {});

    [[nodiscard]] QString text(const QString &name, const QString &otherwise = {}) const;
    [[nodiscard]] bool has(const QString &name) const; ///< present and not empty
    [[nodiscard]] bool flag(const QString &name, bool otherwise = false) const;
    /// Nothing when it is absent or no whole number.
    [[nodiscard]] std::optional<qint64> integer(const QString &name) const;
    [[nodiscard]] qint64 integer(const QString &name, qint64 otherwise) const { return integer(name).value_or(otherwise); }
    [[nodiscard]] QStringList list(const QString &name) const; ///< Name.1, Name.2, …
    [[nodiscard]] QList<CallParameters> objects(const QString &name) const; ///< Name.1.X, Name.2.X, …
    [[nodiscard]] CallParameters object(const QString &name) const; ///< Name.X
    /// A JSON array of strings, such as InstanceIds. Nothing when the text is something else; empty when the parameter is absent.
    [[nodiscard]] std::optional<QStringList> jsonList(const QString &name) const;
    [[nodiscard]] QStringList commaList(const QString &name) const;
    /// {"key":"value"} of Tag.N.{Key,Value}, also spelled key and value.
    [[nodiscard]] QJsonObject tags() const;

private:
    QMap<QString, QString> m_values; ///< shared
    QString m_prefix; ///< "DataDisk.1."
};

}
