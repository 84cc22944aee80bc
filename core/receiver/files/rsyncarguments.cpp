#include "core/receiver/files/rsyncarguments.h"

#include <QRegularExpression>

namespace edgelift::files {

namespace {

/// Long options of the rsyncs that distributions have, as a receiving server gets them for what we ask.
bool isAllowed(const QString &word)
{
    static const QRegularExpression letters(QStringLiteral("\\A-[A-Za-z]+(\\.[A-Za-z0-9.]*)?\\z"));
    static const QRegularExpression longOnes(QStringLiteral(
        "\\A--(numeric-ids|delete|delete-during|delete-before|delete-after|delete-delay|delete-excluded|force|partial|inplace|"
        "sparse|no-sparse|whole-file|no-whole-file|timeout=[0-9]+|modify-window=-?[0-9]+|no-inc-recursive|"
        "new-compress|old-compress|no-r|no-implied-dirs|log-format=[%iIoX]*|out-format=[%iIoX]*|ignore-errors|stats|"
        "no-i-r|open-noatime|fake-super|super|debug=[A-Za-z0-9,]*|info=[A-Za-z0-9,]*|msgs2stderr|no-msgs2stderr|fsync)\\z"));
    const bool nanoseconds = word == QLatin1String("-@-1"); // --modify-window=-1, as rsync passes it on
    return nanoseconds || letters.match(word).hasMatch() || longOnes.match(word).hasMatch();
}

Error refused(const QString &word) { return {ErrorCode::RequestMalformed, Retry::Never, {word}, QStringLiteral("rsync: ") + word}; }

}

Result<QStringList> serverArguments(const QStringList &wanted, const QString &target)
{
    // rsync --server [options] . path
    if (wanted.size() < 4 || wanted.at(0) != QLatin1String("rsync") || wanted.at(1) != QLatin1String("--server"))
        return refused(wanted.mid(0, 2).join(QLatin1Char(' ')));
    const qsizetype dot = wanted.size() - 2;
    if (wanted.at(dot) != QLatin1String("."))
        return refused(wanted.at(dot));
    QStringList out{QStringLiteral("--server")};
    for (const QString &word : wanted.mid(2, dot - 2)) {
        if (!isAllowed(word))
            return refused(word);
        out.append(word);
    }
    return out << QStringLiteral(".") << target + QLatin1Char('/');
}

}
