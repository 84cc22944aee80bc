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

/// What is said instead when the error knows its cause: a stable word, the second of Error::args. The title stays.
struct ErrorCause
{
    ErrorCode code;
    const char *word; ///< "refused": as in the code
    const char *message;
    const char *remedy;
};

/// One entry for every code; lives as long as the program.
[[nodiscard]] std::span<const ErrorEntry> errorTable();
/// Those of some codes; lives as long as the program.
[[nodiscard]] std::span<const ErrorCause> errorCauses();
/// The one this error names. Null: none; then its second fact, if there is one, is no such word.
[[nodiscard]] const ErrorCause *causeOf(const Error &error);

}
