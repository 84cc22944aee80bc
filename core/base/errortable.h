#pragma once
#include "core/base/error.h"

#include <span>

namespace edgelift {

/// What is said about one error. In the texts %1, %2, … are Error::args; they are translated in the context "ErrorText".
struct ErrorEntry
{
    ErrorCode code;
    const char *name; ///< as in the code: for logs and programs, never translated
    const char *title; ///< what happened
    const char *message; ///< to what
    const char *remedy; ///< what to do next
};

/// One entry for every code; lives as long as the program.
[[nodiscard]] std::span<const ErrorEntry> errorTable();

}
