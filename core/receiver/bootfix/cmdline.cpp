#include "core/receiver/bootfix/cmdline.h"

#include <QRegularExpression>

namespace edgelift::bootfix {

namespace {

using Edit = std::function<void(CommandLine &)>;

constexpr qsizetype grubEnvSize = 1024; // a block of fixed size, filled up with '#'

/// The parts of a line: what stands before the tokens, the tokens, and what follows them.
struct Parts
{
    QString before, middle, after;
    CommandLine::Kind kind = CommandLine::Kind::Boots;
};

std::optional<Parts> grubConfigParts(const QString &line)
{
    static const QRegularExpression linux(QStringLiteral("^(\\s*(?:linux|linux16|linuxefi|module2?)\\s+\\S+\\s+)(.*?)(\\s*)$"));
    static const QRegularExpression variable(QStringLiteral("^(\\s*set\\s+(?:default_)?kernelopts=\")([^\"]*)(\"\\s*)$"));
    for (const QRegularExpression &pattern : {linux, variable}) {
        const QRegularExpressionMatch match = pattern.match(line);
        // memtest and the like have no root, and their arguments are none of ours.
        if (match.hasMatch() && QStringView(match.capturedView(2)).contains(QLatin1String("root=")))
            return Parts{match.captured(1), match.captured(2), match.captured(3), CommandLine::Kind::Boots};
    }
    return std::nullopt;
}

std::optional<Parts> entryParts(const QString &line)
{
    static const QRegularExpression options(QStringLiteral("^(options\\s+)(.*?)(\\s*)$"));
    const QRegularExpressionMatch match = options.match(line);
    if (!match.hasMatch())
        return std::nullopt;
    const bool elsewhere = match.capturedView(2).contains(QLatin1String("$kernelopts"));
    return Parts{
        match.captured(1), match.captured(2), match.captured(3), elsewhere ? CommandLine::Kind::Partial : CommandLine::Kind::Boots};
}

std::optional<Parts> environmentParts(const QString &line)
{
    const QString key = QStringLiteral("kernelopts=");
    if (!line.startsWith(key))
        return std::nullopt;
    return Parts{key, line.mid(key.size()), {}, CommandLine::Kind::Boots};
}

std::optional<Parts> defaultsParts(const QString &line)
{
    static const QRegularExpression assignment(QStringLiteral(
        "^(\\s*(?:export\\s+)?GRUB_CMDLINE_(LINUX|LINUX_DEFAULT|LINUX_RECOVERY|LINUX_XEN_REPLACE\\w*)=([\"']?))(.*?)(\\3\\s*(?:#.*)?)$"));
    const QRegularExpressionMatch match = assignment.match(line);
    if (!match.hasMatch() || line.endsWith(QLatin1Char('\\')))
        return std::nullopt;
    const bool main = match.captured(2) == QLatin1String("LINUX") && !match.capturedView(4).contains(QLatin1String("$GRUB_CMDLINE_LINUX"));
    return Parts{match.captured(1), match.captured(4), match.captured(5), main ? CommandLine::Kind::Generates : CommandLine::Kind::Partial};
}

std::optional<Parts> wholeLineParts(const QString &line)
{
    if (line.trimmed().isEmpty() || line.startsWith(QLatin1Char('#')))
        return std::nullopt;
    return Parts{{}, line, {}, CommandLine::Kind::Boots};
}

using Splitter = std::optional<Parts> (*)(const QString &);

QByteArray editText(const QString &path, const QByteArray &content, Splitter split, const Edit &edit)
{
    QList<QByteArray> lines = content.split('\n');
    for (QByteArray &raw : lines) {
        const QString line = QString::fromUtf8(raw);
        const std::optional<Parts> parts = split(line);
        if (!parts || line.toUtf8() != raw)
            continue;
        CommandLine command{parts->kind, path, parts->middle.split(QLatin1Char(' '), Qt::SkipEmptyParts)};
        const QStringList before = command.tokens;
        edit(command);
        if (command.tokens != before)
            raw = (parts->before + command.tokens.join(QLatin1Char(' ')) + parts->after).toUtf8();
    }
    return lines.join('\n');
}

QByteArray editEnvironment(Guest &guest, const QString &path, const QByteArray &content, const Edit &edit)
{
    qsizetype end = content.size();
    while (end > 0 && content.at(end - 1) == '#')
        --end;
    QByteArray changed = editText(path, content.left(end), environmentParts, edit);
    if (changed == content.left(end))
        return content;
    if (changed.size() > grubEnvSize) {
        guest.note(NoteId::GrubEnvironmentFull, {path});
        return content;
    }
    return changed.leftJustified(grubEnvSize, '#');
}

QStringList withoutRepeats(const Guest &guest, const QStringList &paths)
{
    QStringList seen;
    QStringList unique;
    for (const QString &path : paths) {
        const QString canonical = guest.root().tree().canonical(path);
        if (!guest.isFile(path) || seen.contains(canonical))
            continue;
        seen.append(canonical);
        unique.append(path);
    }
    return unique;
}

QStringList entryFiles(const Guest &guest)
{
    QStringList paths;
    for (const char *folder : {"/boot/loader/entries", "/boot/efi/loader/entries", "/efi/loader/entries"})
        paths += guest.files(QLatin1String(folder), QStringLiteral(".conf"));
    return withoutRepeats(guest, paths);
}

/// Not another system's on the same disks.
bool isOurs(const Guest &guest, const CommandLine &line)
{
    const QString spec = tokenValue(line.tokens, QStringLiteral("root"));
    return spec.isEmpty() || guest.layout().resolve(spec) == guest.layout().root();
}

void editFiles(Guest &guest, const QStringList &paths, Splitter split, const Edit &edit)
{
    for (const QString &path : paths) {
        if (const std::optional<QByteArray> content = guest.read(path))
            guest.write(path, editText(path, *content, split, edit));
    }
}

}

QStringList grubConfigs(const Guest &guest)
{
    QStringList paths{QStringLiteral("/boot/grub/grub.cfg"), QStringLiteral("/boot/grub2/grub.cfg")};
    for (const char *esp : {"/boot/efi/EFI", "/efi/EFI"}) {
        for (const QString &vendor : guest.names(QLatin1String(esp)))
            paths.append(QStringLiteral("%1/%2/grub.cfg").arg(QLatin1String(esp), vendor));
    }
    return withoutRepeats(guest, paths);
}

void editCommandLines(Guest &guest, const Edit &edit)
{
    editFiles(guest, grubConfigs(guest), grubConfigParts, edit);
    editFiles(guest, entryFiles(guest), entryParts, edit);
    for (const QString &path : withoutRepeats(guest, {QStringLiteral("/boot/grub2/grubenv"), QStringLiteral("/boot/grub/grubenv")})) {
        if (const std::optional<QByteArray> content = guest.read(path))
            guest.write(path, editEnvironment(guest, path, *content, edit));
    }
    QStringList defaults{QStringLiteral("/etc/default/grub")};
    defaults += guest.files(QStringLiteral("/etc/default/grub.d"), QStringLiteral(".cfg"));
    editFiles(guest, withoutRepeats(guest, defaults), defaultsParts, edit);
    editFiles(guest, withoutRepeats(guest, {QStringLiteral("/etc/kernel/cmdline")}), wholeLineParts, edit);
}

void addArguments(Guest &guest, const std::function<QStringList(const QStringList &)> &missing)
{
    const auto defaults = QStringLiteral("/etc/default/grub");
    QStringList together;
    for (const CommandLine &line : commandLines(guest))
        together += line.path.startsWith(defaults) ? line.tokens : QStringList();
    const QStringList wanted = missing(together);
    bool placed = wanted.isEmpty();
    editCommandLines(guest, [&](CommandLine &line) {
        if (line.kind == CommandLine::Kind::Boots && isOurs(guest, line))
            line.tokens += missing(line.tokens);
        else if (line.kind == CommandLine::Kind::Generates)
            line.tokens += wanted;
        placed = placed || line.kind == CommandLine::Kind::Generates;
    });
    const std::optional<QByteArray> content = placed ? std::nullopt : guest.read(defaults);
    if (content)
        guest.write(defaults,
            *content + (content->isEmpty() || content->endsWith('\n') ? "" : "\n") + "GRUB_CMDLINE_LINUX=\""
                + wanted.join(QLatin1Char(' ')).toUtf8() + "\"\n");
}

QList<CommandLine> commandLines(Guest &guest)
{
    QList<CommandLine> lines;
    editCommandLines(guest, [&lines](CommandLine &line) { lines.append(line); });
    return lines;
}

QString tokenValue(const QStringList &tokens, const QString &key)
{
    for (const QString &token : tokens) {
        if (token.startsWith(key + QLatin1Char('=')))
            return token.mid(key.size() + 1);
    }
    return {};
}

}
