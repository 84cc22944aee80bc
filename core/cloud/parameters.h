#pragma once
#include <QHash>
#include <QList>
#include <QMap>
#include <QPair>
#include <QStringList>
#include <optional>

namespace edgelift {

/// Parameters of an RPC call, flattened as the cloud wants them: repeatList `Tag.1.Key`, flat `SystemDisk.Size`, json `["a","b"]`.
/// Empty texts, empty lists and absent numbers are left out, as the cloud's own SDKs do. A value.
class Parameters
{
public:
    Parameters &text(const QString &name, const QString &value);
    Parameters &number(const QString &name, std::optional<qint64> value);
    Parameters &flag(const QString &name, bool value); ///< "true" or "false", always sent
    Parameters &list(const QString &name, const QStringList &values); ///< Name.1, Name.2, …
    Parameters &jsonList(const QString &name, const QStringList &values); ///< Name=["a","b"]
    Parameters &tags(const QMap<QString, QString> &tags); ///< Tag.1.Key, Tag.1.Value, …

    [[nodiscard]] const QList<QPair<QString, QString>> &pairs() const { return m_pairs; }
    [[nodiscard]] QHash<QString, QString> hash() const;

private:
    QList<QPair<QString, QString>> m_pairs;
};

using Tags = QMap<QString, QString>;

}
