#pragma once
#include "core/base/result.h"

#include <QJsonObject>
#include <QMap>
#include <QString>
#include <optional>

namespace edgelift {

/// A parameter the API would not take, in the cloud's words.
struct ParameterProblem
{
    QString code; ///< "MissingParameter.RegionId", "InvalidParameter.Amount"
    QString message;
};

/// The parameters each action takes: names, types, limits, how lists are written (api-shapes.json). Read-only; safe in any thread.
class ApiShapes
{
public:
    explicit ApiShapes(QJsonObject shapes);
    /// Those compiled into the program. Errors: Internal (not readable: a broken build).
    [[nodiscard]] static Result<ApiShapes> builtIn();

    [[nodiscard]] QString productOf(const QString &version) const; ///< "2014-05-26" → "ecs"; empty: unknown
    [[nodiscard]] bool knows(const QString &product, const QString &action) const;
    [[nodiscard]] bool takesMethod(const QString &product, const QString &action, const QByteArray &method) const;
    /// The first thing wrong with `parameters` (names as on the wire: "Tag.1.Key"), or nothing. Unknown names are wrong; RegionId is
    /// common to all actions.
    [[nodiscard]] std::optional<ParameterProblem> check(
        const QString &product, const QString &action, const QMap<QString, QString> &parameters) const;

private:
    [[nodiscard]] QJsonObject action(const QString &product, const QString &action) const;

    QJsonObject m_shapes;
};

}
