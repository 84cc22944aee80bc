#include "core/stream/files/rsyncclient.h"

namespace edgelift {

namespace {

constexpr int vanishedSome = 24; // rsync(1), exit values
constexpr qsizetype wordsMost = 300;

/// The first line is what it is about; the last ones repeat the exit code.
QString firstLine(const QByteArray &words) { return QString::fromLocal8Bit(words.left(words.indexOf('\n')).trimmed()).left(wordsMost); }

}

QStringList rsyncArguments(const FileVolume &volume, const QString &folder, const QString &tunnel)
{
    QStringList arguments;
    if (volume.plainNames)
        arguments << QStringLiteral("-rt") << QStringLiteral("--modify-window=2");
    else
        arguments << QStringLiteral("-aHAXS") << QStringLiteral("--numeric-ids");
    arguments << QStringLiteral("--delete") << QStringLiteral("--partial");
    if (volume.compare)
        arguments << QStringLiteral("--checksum");
    for (const QString &pattern : volume.excludes)
        arguments << QStringLiteral("--exclude=") + pattern;
    return arguments << QStringLiteral("-e") << QLatin1Char('\'') + tunnel + QLatin1Char('\'') << folder + QLatin1Char('/')
                     << QStringLiteral("edgelift:/");
}

Result<FileCopyEnd> rsyncEnd(const FileVolume &volume, int exitCode, const QByteArray &words)
{
    const QString said = firstLine(words);
    if (exitCode == 0 || exitCode == vanishedSome)
        return FileCopyEnd{0, exitCode == vanishedSome, said, {}};
    return Error{ErrorCode::FileCopyFailed, Retry::AfterUserAction,
        {volume.name, said.isEmpty() ? QStringLiteral("rsync, %1").arg(exitCode) : said},
        QStringLiteral("exit code %1: %2").arg(exitCode).arg(QString::fromLocal8Bit(words))};
}

}
