#pragma once
#include "core/base/result.h"

#include <QUrl>

/// Activation codes for clients that enter them: offline, without keeping anything.
namespace edgelift {

/// The code in what was typed or pasted, as it is printed ("EL1-…"): without spaces, line breaks, quotes and a command around it. What
/// holds no code comes back without spaces at its ends, so that checkCode() can say what is wrong.
[[nodiscard]] QString normalizedCode(const QString &text);
/// The address of the service that the code names. Error: CodeMistyped, args: which character or what is missing, in the language set now.
[[nodiscard]] Result<QUrl> checkCode(const QString &text);

}
