#pragma once
#include "app/ctl/arguments.h"
#include "core/credential/credentials.h"

#include <QJsonObject>

namespace edgelift::ctl {

/// The AccessKey of the environment; both variables must be set and not empty.
[[nodiscard]] std::optional<Credentials> environmentKeys();

/// "code" or "accessKey", and "endpoint", as the agent's methods take them: the code of --code-file ("-": standard input), else
/// the AccessKey of the environment, else a code from standard input unless that is a terminal.
/// Errors: CodeMissing, FileUnreadable.
[[nodiscard]] Result<QJsonObject> authorizationParams(const Arguments &arguments);

}
