#pragma once
#include "core/base/secret.h"

#include <QJsonObject>
#include <QString>

namespace edgelift::wizard {

/// Who pays, as it was entered. Kept in memory only: never in the draft, a log or an argument.
struct Credential
{
    enum class Method : quint8 { Code, AccessKey };
    Method method = Method::Code;
    Secret code; ///< the activation code
    QString keyId;
    Secret keySecret;
    QString endpoint; ///< of the cloud, as a URL; empty: what the code says, else Alibaba Cloud's own

    [[nodiscard]] bool isComplete() const { return method == Method::Code ? !code.isEmpty() : !keyId.isEmpty() && !keySecret.isEmpty(); }
    /// As the agent's methods take it, and nothing else.
    [[nodiscard]] QJsonObject parameters() const;
    /// What of it says where the service and the cloud are, as `check.cloud` takes it: without a key.
    [[nodiscard]] QJsonObject place() const;
};

}
