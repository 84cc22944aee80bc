#include "core/stream/files/rsyncclient.h"

#include <QRegularExpression>

namespace edgelift {

namespace {

constexpr int vanishedSome = 24; // rsync(1), exit values
constexpr qsizetype wordsMost = 300;

/// The first line is what it is about; the last ones repeat the exit code.
QString firstLine(const QByteArray &words) { return QString::fromLocal8Bit(words.left(words.indexOf('\n')).trimmed()).left(wordsMost); }

/// A number of what --stats prints, "Number of deleted files: 1,234 (reg: 1,200, dir: 34)". 0: it does not say.
quint64 counted(const QString &words, const char *what)
{
    const QRegularExpression line(QStringLiteral("^%1: ([0-9,.]+)").arg(QLatin1String(what)), QRegularExpression::MultilineOption);
    return line.match(words).captured(1).remove(QRegularExpression(QStringLiteral("[,.]"))).toULongLong();
}

/// What it complained about comes before the numbers.
QByteArray complaints(const QByteArray &words)
{
    const qsizetype numbers = words.indexOf("\nNumber of files:");
    return numbers < 0 ? words : words.left(numbers);
}

}

QStringList rsyncArguments(const FileVolume &volume, const QString &folder, const QString &tunnel)
{
    QStringList arguments;
    if (volume.plainNames)
        arguments << QStringLiteral("-rt") << QStringLiteral("--modify-window=2");
    else
        // To the nanosecond: what changed within the second of the pass before, and kept its size, has changed all the same.
        arguments << QStringLiteral("-aHAXS") << QStringLiteral("--numeric-ids") << QStringLiteral("--modify-window=-1");
    arguments << QStringLiteral("--delete") << QStringLiteral("--partial") << QStringLiteral("--stats");
    if (volume.compare)
        arguments << QStringLiteral("--checksum");
    for (const QString &pattern : volume.excludes)
        arguments << QStringLiteral("--exclude=") + pattern;
    return arguments << QStringLiteral("-e") << QLatin1Char('\'') + tunnel + QLatin1Char('\'') << folder + QLatin1Char('/')
                     << QStringLiteral("edgelift:/");
}

Result<FileCopyEnd> rsyncEnd(const FileVolume &volume, int exitCode, const QByteArray &words)
{
    const QByteArray complained = complaints(words);
    const QString said = firstLine(complained);
    if (exitCode == 0 || exitCode == vanishedSome) {
        const QString all = QString::fromLatin1(words);
        FileCopyEnd end;
        end.vanished = exitCode == vanishedSome;
        end.words = said;
        end.changed = counted(all, "Number of (?:regular )?files transferred") + counted(all, "Number of deleted files");
        end.changedBytes = counted(all, "Total transferred file size");
        end.gone = quint64(complained.count("has vanished: "));
        return end;
    }
    return Error{ErrorCode::FileCopyFailed, Retry::AfterUserAction,
        {volume.name, said.isEmpty() ? QStringLiteral("rsync, %1").arg(exitCode) : said},
        QStringLiteral("exit code %1: %2").arg(exitCode).arg(QString::fromLocal8Bit(complained))};
}

}
