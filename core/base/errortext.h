#pragma once
#include "core/base/error.h"

namespace edgelift {

/// What a person reads. Three parts, always all three: what happened, to what, and what to do next.
struct ErrorText
{
    QString title;
    QString message;
    QString remedy;
};

/// Text for `error` in the language set now; ask again after a language change instead of keeping it.
[[nodiscard]] ErrorText describe(const Error &error);

/// "EL-0302": the same in every language.
[[nodiscard]] QString displayCode(ErrorCode code);
/// "CloudThrottled": the enumerator's name, for logs and JSON readers. Empty for a number outside the table.
[[nodiscard]] QString codeName(ErrorCode code);
/// Every code there is, in ascending order.
[[nodiscard]] QList<ErrorCode> allErrorCodes();

/// "EL-0101 SourceUnreadable (disk.img): read failed at 4096": one line for the log.
[[nodiscard]] QString logLine(const Error &error);

}
