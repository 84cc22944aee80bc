#pragma once
#include "core/base/result.h"

#include <QMap>
#include <QStringList>
#include <optional>

namespace edgelift::ctl {

/// One option of a command, or of all of them.
struct OptionSpec
{
    const char *name; ///< without dashes
    const char *value = nullptr; ///< what to call its value in the help; null: a switch
    const char *help = "";
    bool repeatable = false;
    int least = 0; ///< least < most: the value is a whole number in between
    int most = 0;
};

struct CommandSpec
{
    const char *name; ///< "plan new"
    const char *summary; ///< one line
    const char *positional = nullptr; ///< name of the one argument without dashes it takes; null: none
    bool positionalNeeded = false;
    QList<OptionSpec> options;
    const char *more = ""; ///< paragraphs of its help text
};

[[nodiscard]] const QList<CommandSpec> &commands();
[[nodiscard]] const QList<OptionSpec> &globalOptions();

/// A command line that was understood.
struct Arguments
{
    QString command; ///< "plan new"; empty with help or version alone
    bool help = false;
    bool version = false;
    QString positional;
    QMap<QString, QStringList> values; ///< by option name; a switch has one empty value

    [[nodiscard]] bool has(const char *option) const { return values.contains(QString::fromLatin1(option)); }
    [[nodiscard]] QString value(const char *option) const { return values.value(QString::fromLatin1(option)).value(0); }
    [[nodiscard]] QStringList all(const char *option) const { return values.value(QString::fromLatin1(option)); }
    [[nodiscard]] std::optional<int> number(const char *option) const;
};

/// `words`: the command line without the program's name. Global options may stand before or after the command; "--name value" and
/// "--name=value" are the same; "--" ends the options. Error: UsageWrong, which names the nearest command or option.
[[nodiscard]] Result<Arguments> parseArguments(const QStringList &words);

/// Of the program when `command` is empty.
[[nodiscard]] QString helpText(const QString &command);

}
