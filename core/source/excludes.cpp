#include "core/source/excludes.h"

#include <QFile>
#include <fnmatch.h>
#include <optional>

namespace edgelift {

namespace {

bool matches(const QString &pattern, const QString &name)
{
    return ::fnmatch(QFile::encodeName(pattern).constData(), QFile::encodeName(name).constData(), 0) == 0;
}

/// A pattern with a leading slash; nothing: it cannot match inside `mount`, whose folders are `above`.
std::optional<QString> anchored(const QString &pattern, const QStringList &above)
{
    const QStringList parts = pattern.split(QLatin1Char('/'), Qt::SkipEmptyParts);
    for (qsizetype i = 0; i < above.size(); ++i) {
        if (i >= parts.size())
            return QStringLiteral("/*");
        if (parts.at(i).contains(QLatin1String("**"))) // may reach over any number of folders
            return parts.mid(i).join(QLatin1Char('/'));
        if (!matches(parts.at(i), above.at(i)))
            return std::nullopt;
    }
    if (parts.size() == above.size())
        return QStringLiteral("/*");
    const QString folder = pattern.endsWith(QLatin1Char('/')) ? QStringLiteral("/") : QString();
    return QLatin1Char('/') + parts.mid(above.size()).join(QLatin1Char('/')) + folder;
}

}

Result<QStringList> excludePatterns(const QByteArray &content)
{
    if (content.size() > excludesMost || content.contains('\0'))
        return Error{ErrorCode::FileUnreadable, Retry::AfterUserAction, {excludesFile}, QStringLiteral("too large, or no text")};
    QStringList patterns;
    for (QByteArray line : content.split('\n')) {
        if (line.endsWith('\r')) // rsync takes both ends of lines
            line.chop(1);
        if (!line.isEmpty() && line.front() != '#' && line.front() != ';')
            patterns.append(QFile::decodeName(line));
    }
    return patterns;
}

QStringList excludesWithin(const QStringList &patterns, const QString &mount)
{
    const QStringList above = mount.split(QLatin1Char('/'), Qt::SkipEmptyParts);
    QStringList out;
    for (const QString &pattern : patterns) {
        const std::optional<QString> inside = pattern.startsWith(QLatin1Char('/')) ? anchored(pattern, above) : pattern;
        if (inside)
            out.append(*inside);
    }
    out.removeDuplicates();
    return out;
}

}
