#include "app/ctl/arguments.h"

#include "core/base/strictjson.h"

#include <algorithm>

namespace edgelift::ctl {

namespace {

Error usage(const QString &what) { return {ErrorCode::UsageWrong, Retry::AfterUserAction, {what}, {}}; }

const CommandSpec *findCommand(const QString &name)
{
    const auto it =
        std::find_if(commands().begin(), commands().end(), [&name](const CommandSpec &each) { return name == QLatin1String(each.name); });
    return it == commands().end() ? nullptr : &*it;
}

bool isGroup(const QString &word)
{
    return std::any_of(commands().begin(), commands().end(),
        [&word](const CommandSpec &each) { return QString::fromLatin1(each.name).startsWith(word + QLatin1Char(' ')); });
}

QString nearestOf(const QString &word, const QStringList &known, const QString &dashes)
{
    const QString near = nearest(word, known);
    return near.isEmpty() ? QString() : QStringLiteral(" Did you mean “%1%2”?").arg(dashes, near);
}

QStringList commandNames()
{
    QStringList names;
    for (const CommandSpec &each : commands())
        names.append(QString::fromLatin1(each.name));
    return names;
}

Error unknownCommand(const QString &word)
{
    return usage(QStringLiteral("There is no command “%1”.").arg(word) + nearestOf(word, commandNames(), QStringLiteral("edgeliftctl ")));
}

/// Takes a command line apart, word by word.
class Parser
{
public:
    explicit Parser(const QStringList &words)
        : m_words(words)
    {
    }
    Result<Arguments> run()
    {
        if (const Result<> found = findTheCommand(); !found)
            return found.error();
        for (m_at = 0; m_at < m_words.size(); ++m_at) {
            if (const Result<> taken = take(m_words.at(m_at)); !taken)
                return taken.error();
        }
        if (m_out.help || m_out.version)
            return m_out;
        if (!m_spec)
            return usage(QStringLiteral("Say what to do. Commands: %1.").arg(commandNames().join(QLatin1String(", "))));
        if (m_spec->positionalNeeded && m_out.positional.isEmpty())
            return usage(QStringLiteral("“%1” needs %2.").arg(m_out.command, QString::fromLatin1(m_spec->positional)));
        return m_out;
    }

private:
    static const OptionSpec *find(const QList<OptionSpec> &options, const QString &name)
    {
        const auto it =
            std::find_if(options.begin(), options.end(), [&name](const OptionSpec &each) { return name == QLatin1String(each.name); });
        return it == options.end() ? nullptr : &*it;
    }
    const OptionSpec *option(const QString &name) const
    {
        const OptionSpec *own = m_spec ? find(m_spec->options, name) : nullptr;
        return own ? own : find(globalOptions(), name);
    }

    /// The first word that is neither an option nor the value of a global one, and the next one for commands of two words.
    Result<> findTheCommand()
    {
        for (qsizetype i = 0; i < m_words.size(); ++i) {
            const QString word = m_words.at(i);
            if (word.startsWith(QLatin1Char('-'))) {
                const OptionSpec *global = find(globalOptions(), word.mid(2));
                i += global && global->value ? 1 : 0;
                continue;
            }
            m_commandAt = i;
            m_out.command = word;
            m_commandWords = 1;
            if (isGroup(word) && i + 1 < m_words.size() && !m_words.at(i + 1).startsWith(QLatin1Char('-'))) {
                m_out.command += QLatin1Char(' ') + m_words.at(i + 1);
                m_commandWords = 2;
            }
            m_spec = findCommand(m_out.command);
            if (m_spec || (isGroup(m_out.command) && asksForHelp()))
                return ok();
            if (isGroup(m_out.command))
                return usage(QStringLiteral("“%1” is not complete.").arg(word) + nearestOf(word + QLatin1Char(' '), commandNames(), {}));
            return unknownCommand(m_out.command);
        }
        return ok();
    }
    bool asksForHelp() const { return m_words.contains(QLatin1String("--help")) || m_words.contains(QLatin1String("-h")); }

    Result<> take(const QString &word)
    {
        if (m_at >= m_commandAt && m_at < m_commandAt + m_commandWords)
            return ok();
        if (!m_optionsEnded && word == QLatin1String("--")) {
            m_optionsEnded = true;
            return ok();
        }
        if (!m_optionsEnded && word.startsWith(QLatin1Char('-')) && word.size() > 1)
            return takeOption(word);
        if (!m_spec || !m_spec->positional || !m_out.positional.isEmpty())
            return usage(QStringLiteral("“%1” is one word too many.").arg(word));
        m_out.positional = word;
        return ok();
    }
    Result<> takeOption(const QString &word)
    {
        if (word == QLatin1String("--help") || word == QLatin1String("-h")) {
            m_out.help = true;
            return ok();
        }
        if (word == QLatin1String("--version")) {
            m_out.version = true;
            return ok();
        }
        const qsizetype equals = word.indexOf(QLatin1Char('='));
        const QString name = word.mid(2, equals < 0 ? -1 : equals - 2);
        const OptionSpec *spec = word.startsWith(QLatin1String("--")) ? option(name) : nullptr;
        if (!spec)
            return usage(QStringLiteral("There is no option “%1”.").arg(word) + nearestOf(name, optionNames(), QStringLiteral("--")));
        if (m_out.values.contains(name) && !spec->repeatable)
            return usage(QStringLiteral("“--%1” stands there twice.").arg(name));
        if (!spec->value && equals >= 0)
            return usage(QStringLiteral("“--%1” takes no value.").arg(name));
        if (!spec->value)
            return keep(*spec, {});
        if (equals >= 0)
            return keep(*spec, word.mid(equals + 1));
        if (m_at + 1 >= m_words.size())
            return usage(QStringLiteral("“--%1” needs a value: %2.").arg(name, QString::fromLatin1(spec->value)));
        return keep(*spec, m_words.at(++m_at));
    }
    Result<> keep(const OptionSpec &spec, const QString &value)
    {
        const QString name = QString::fromLatin1(spec.name);
        if (spec.least < spec.most) {
            bool number = false;
            const int count = value.toInt(&number);
            if (!number || count < spec.least || count > spec.most)
                return usage(QStringLiteral("“--%1” takes a whole number from %2 to %3, not “%4”.")
                                 .arg(name)
                                 .arg(spec.least)
                                 .arg(spec.most)
                                 .arg(value));
        }
        m_out.values[name].append(value);
        return ok();
    }
    QStringList optionNames() const
    {
        QStringList names;
        for (const OptionSpec &each : globalOptions() + (m_spec ? m_spec->options : QList<OptionSpec>()))
            names.append(QString::fromLatin1(each.name));
        return names;
    }

    const QStringList m_words;
    qsizetype m_at = 0;
    qsizetype m_commandAt = 0;
    int m_commandWords = 0;
    bool m_optionsEnded = false;
    const CommandSpec *m_spec = nullptr;
    Arguments m_out;
};

QString optionLines(const QList<OptionSpec> &options)
{
    QString out;
    for (const OptionSpec &option : options) {
        QString left = QStringLiteral("  --") + QString::fromLatin1(option.name);
        if (option.value)
            left += QLatin1Char(' ') + QString::fromUtf8(option.value);
        out += left.leftJustified(26) + QLatin1Char(' ') + QString::fromUtf8(option.help) + QLatin1Char('\n');
    }
    return out;
}

QString programHelp()
{
    QString out = QStringLiteral("Migrates a Linux server into an ENS image.\n\n"
                                 "usage: edgeliftctl [options] <command> [options]\n\nCommands:\n");
    for (const CommandSpec &each : commands())
        out +=
            QStringLiteral("  ") + QString::fromLatin1(each.name).leftJustified(16) + QString::fromUtf8(each.summary) + QLatin1Char('\n');
    out += QStringLiteral("\nOptions of every command:\n") + optionLines(globalOptions());
    out += QStringLiteral(
        "\nThe AccessKey is taken from ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.\n"
        "Exit codes: 0 done, 1 internal error, 2 wrong usage, 3 refused by a check before anything moved, 4 failed and may be\n"
        "retried, 5 failed for good, 6 stopped by you, 7 no agent or no permission.\n"
        "“edgeliftctl <command> --help” tells more.\n");
    return out;
}

}

std::optional<int> Arguments::number(const char *option) const
{
    return has(option) ? std::optional(value(option).toInt()) : std::nullopt; // its range was checked when it was read
}

Result<Arguments> parseArguments(const QStringList &words) { return Parser(words).run(); }

QString helpText(const QString &command)
{
    const CommandSpec *spec = findCommand(command);
    if (!spec)
        return programHelp();
    QString usageLine = QStringLiteral("usage: edgeliftctl ") + command;
    if (!spec->options.isEmpty())
        usageLine += QLatin1String(" [options]");
    if (spec->positional)
        usageLine +=
            (spec->positionalNeeded ? QStringLiteral(" <%1>") : QStringLiteral(" [<%1>]")).arg(QString::fromLatin1(spec->positional));
    QString out = QString::fromUtf8(spec->summary) + QLatin1String("\n\n") + usageLine + QLatin1Char('\n');
    if (*spec->more)
        out += QLatin1Char('\n') + QString::fromUtf8(spec->more) + QLatin1Char('\n');
    if (!spec->options.isEmpty())
        out += QLatin1String("\nOptions:\n") + optionLines(spec->options);
    return out + QLatin1String("\nOptions of every command:\n") + optionLines(globalOptions());
}

}
