#include "core/source/excludes.h"

#include "core/base/files.h"

#include <QFile>
#include <QFileInfo>
#include <fnmatch.h>
#include <optional>

namespace edgelift {

namespace {

constexpr qint64 largestFile = 1 << 20;

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

Result<QStringList> readExcludes(const QString &file)
{
    if (!QFileInfo::exists(file))
        return QStringList();
    const Result<QByteArray> content = readFile(file, largestFile);
    if (!content)
        return content.error();
    if (content->contains('\0'))
        return Error{ErrorCode::FileUnreadable, Retry::AfterUserAction, {file}, QStringLiteral("a zero byte in it")};
    QStringList patterns;
    for (QByteArray line : content->split('\n')) {
        if (line.endsWith('\r')) // rsync takes both ends of lines
            line.chop(1);
        if (!line.isEmpty() && line.front() != '#' && line.front() != ';')
            patterns.append(QFile::decodeName(line));
    }
    return patterns;
}

QStringList mergedExcludes(const QStringList &ofServer, const QStringList &ofPlan)
{
    QStringList all = ofServer + ofPlan;
    all.removeDuplicates();
    return all;
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
