#pragma once
#include "core/base/error.h"
#include "core/cloud/errorclassifier.h"

namespace edgelift {

/// What one code of the cloud means to us.
struct ErrorRule
{
    const char *pattern; ///< exact, or with a * at its beginning or end
    const char *action; ///< only for this call; nullptr: any
    ErrorCode code;
    Retry retry;
    Repeat repeat;
};

/// The first rule for `cloudCode`; nullptr when it is unknown.
[[nodiscard]] const ErrorRule *findRule(const QString &cloudCode, const QString &action);

}
