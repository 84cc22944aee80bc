#pragma once
#include "core/base/error.h"

#include <QList>
#include <QString>
#include <functional>
#include <optional>

namespace edgelift::wizard {

/// A button of a message.
struct MessageAction
{
    std::function<QString()> text; ///< asked again after a language change
    std::function<void()> run;
};

/// What the shell tells above a page. Texts are functions, because they must follow the language.
struct Message
{
    enum class Severity : quint8 { Information, Warning, Error };
    Severity severity = Severity::Information;
    std::function<QString()> text; ///< one or two sentences; not asked when there is an error
    std::optional<Error> error; ///< title, message, remedy and code come from it
    QList<MessageAction> actions;
};

[[nodiscard]] inline Message errorMessage(const Error &error, const QList<MessageAction> &actions = {})
{
    return {Message::Severity::Error, {}, error, actions};
}

}
