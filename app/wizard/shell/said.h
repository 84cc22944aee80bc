#pragma once
#include "core/agent/clientvalues.h"
#include "core/base/errortext.h"
#include "core/layout/arrange.h"
#include "core/layout/layoutedit.h"

/// What core says about names that come from a server, a cloud or a file: describe() with every name made harmless before it goes into
/// the sentence (format::name). Never the other way round: a translation has marks of direction of its own, and they must act.
namespace edgelift::wizard::said {

[[nodiscard]] ErrorText of(const Error &error);
[[nodiscard]] CheckText of(CheckInfo check);
[[nodiscard]] QString of(Problem problem);
[[nodiscard]] QString of(DropVerdict verdict);
[[nodiscard]] QString of(ArrangeStep step);
/// "message remedy [code]": an error in one paragraph.
[[nodiscard]] QString paragraph(const Error &error);

}
