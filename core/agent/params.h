#pragma once
#include "core/base/strictjson.h"
#include "core/layout/limitwindow.h"
#include "core/migrate/authorization.h"

namespace edgelift {

/// The parameters of one request: every key must be known and have the right type. Read all, then ask problem().
class Params
{
public:
    explicit Params(const QJsonObject &params)
        : m_object(params, {}, m_problems)
        , m_params(params)
    {
    }
    Params(const Params &) = delete;
    Params &operator=(const Params &) = delete;

    StrictObject &object() { return m_object; }
    [[nodiscard]] QString job() { return m_object.string(QStringLiteral("job")); } ///< empty: the one that is meant
    /// The value when the key is there; a wrong one is reported.
    [[nodiscard]] std::optional<int> optionalInteger(const QString &key, int least, int most);
    [[nodiscard]] std::optional<bool> optionalBoolean(const QString &key);
    [[nodiscard]] std::optional<QList<LimitWindow>> optionalSchedule(const QString &key); ///< as Plan::Transfer::schedule
    /// Keys "code" or "accessKey" {id, secret, securityToken}, and "endpoint". Secrets are hidden from the log at once.
    /// Errors: CodeMissing, CodeMistyped, RequestMalformed (an endpoint that is none).
    [[nodiscard]] Result<Authorization> authorization();
    /// The same, but there may be neither code nor key.
    [[nodiscard]] Result<Authorization> optionalAuthorization();
    /// What is wrong, as RequestMalformed; nothing when all is well.
    [[nodiscard]] std::optional<Error> problem();

private:
    QList<Error> m_problems;
    StrictObject m_object;
    const QJsonObject m_params;
};

}
