#pragma once
#include "core/base/secret.h"

#include <QDateTime>
#include <QString>

namespace edgelift {

/// An AccessKey pair, or temporary credentials from STS when securityToken is not empty.
struct Credentials
{
    QString accessKeyId;
    Secret accessKeySecret;
    QString securityToken; ///< empty for a plain pair
    QDateTime expires; ///< UTC; invalid: never
};

}
