#pragma once
#include "core/credential/activationcode.h"
#include "core/credential/credentials.h"

#include <QUrl>
#include <optional>

namespace edgelift {

/// Who pays. Exactly one of `code` and `keys` is set; otherwise Migration::create() says CodeMissing.
struct Authorization
{
    std::optional<ActivationCode> code;
    std::optional<Credentials> keys;
    QUrl endpoint; ///< of all cloud products; empty: what the service says, else Alibaba Cloud's own
};

}
