#include "core/guest/fatfolder.h"

#include "core/base/files.h"
#include "core/base/process.h"

#include <QCryptographicHash>
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <algorithm>

namespace edgelift {

namespace {

using namespace std::chrono_literals;

constexpr int programMissing = 127; // of env(1)

QString onFat(const QString &path) { return QStringLiteral("::/") + path; }

QByteArray hashOf(const QString &path)
{
    QFile file(path);
    QCryptographicHash hash(QCryptographicHash::Sha256);
    return file.open(QIODevice::ReadOnly) && hash.addData(&file) ? hash.result() : QByteArray();
}

}

FatFolder::FatFolder(FatFolder &&other) noexcept
    : m_device(std::move(other.m_device))
    , m_folder(std::exchange(other.m_folder, {}))
    , m_name(std::move(other.m_name))
    , m_there(std::move(other.m_there))
{
}

FatFolder::~FatFolder()
{
    if (!m_folder.isEmpty())
        QDir(m_folder).removeRecursively();
}

Result<> FatFolder::mtool(const char *command, const QStringList &arguments, const std::stop_token &stop) const
{
    Command tool;
    tool.program = QStringLiteral("env");
    // A partition has no tracks and heads that could fit; its times are in no known zone, and kernels take them for UTC.
    tool.arguments = QStringList{QStringLiteral("MTOOLS_SKIP_CHECK=1"), QStringLiteral("TZ=UTC"), QStringLiteral("mtools"),
                         QStringLiteral("-c"), QString::fromLatin1(command), QStringLiteral("-i"), m_device}
        + arguments;
    tool.timeout = 5min;
    const Result<CommandOutput> done = run(tool, stop);
    if (!done)
        return done.error();
    if (done->exitCode == programMissing)
        return Error{ErrorCode::ToolMissing, Retry::AfterUserAction, {QStringLiteral("mtools")}, {}};
    const QString said = QString::fromLocal8Bit(done->errors.right(500)).trimmed();
    if (done->exitCode == 0)
        return ok();
    if (said.contains(QLatin1String("isk full")))
        return Error{ErrorCode::NoSpace, Retry::AfterUserAction, {m_name}, said};
    return Error{ErrorCode::ToolFailed, Retry::AfterUserAction, {QString::fromLatin1(command)}, said};
}

FatFolder::Content FatFolder::contentOf(const QString &folder)
{
    Content content;
    const QDir top(folder);
    QDirIterator all(
        folder, QDir::Files | QDir::Dirs | QDir::Hidden | QDir::NoSymLinks | QDir::NoDotAndDotDot, QDirIterator::Subdirectories);
    while (all.hasNext()) {
        const QString path = all.next();
        if (all.fileInfo().isDir())
            content.folders.append(top.relativeFilePath(path));
        else
            content.files.insert(top.relativeFilePath(path), hashOf(path));
    }
    std::sort(content.folders.begin(), content.folders.end()); // a folder's name begins the names in it
    return content;
}

Result<FatFolder> FatFolder::open(const QString &device, const QString &folder, const QString &name, const std::stop_token &stop)
{
    if (const Result<> made = makeFolder(folder); !made)
        return made.error();
    FatFolder fat(device, folder, name);
    const Result<> read = fat.mtool("mcopy",
        {QStringLiteral("-s"), QStringLiteral("-n"), QStringLiteral("-m"), QStringLiteral("-p"), QStringLiteral("::"), folder}, stop);
    if (!read && read.error().code == ErrorCode::ToolFailed && !stop.stop_requested())
        return Error{ErrorCode::FilesystemDamaged, Retry::AfterUserAction, {name, read.error().detail}, {}};
    if (!read)
        return read.error();
    fat.m_there = contentOf(folder);
    return fat;
}

Result<> FatFolder::put(const QString &file, const QByteArray &hash, const std::stop_token &stop) const
{
    const QString path = m_folder + QLatin1Char('/') + file;
    const QString again = m_folder + QStringLiteral("/.edgelift-again");
    QFile::remove(again); // nobody's file: mcopy would ask
    if (const Result<> written = mtool("mcopy", {QStringLiteral("-o"), QStringLiteral("-m"), path, onFat(file)}, stop); !written)
        return written;
    if (const Result<> read = mtool("mcopy", {QStringLiteral("-n"), onFat(file), again}, stop); !read)
        return read;
    const bool same = !hash.isEmpty() && hashOf(again) == hash;
    QFile::remove(again);
    return same ? ok() : Result<>(Error{ErrorCode::TargetWriteFailed, Retry::AfterUserAction, {m_name}, file});
}

Result<> FatFolder::writeBack(const std::stop_token &stop)
{
    const Content wanted = contentOf(m_folder);
    for (auto file = m_there.files.constBegin(); file != m_there.files.constEnd(); ++file) { // first: they make room
        const Result<> removed = wanted.files.contains(file.key()) ? ok() : mtool("mdel", {onFat(file.key())}, stop);
        if (!removed)
            return removed;
    }
    for (auto folder = m_there.folders.crbegin(); folder != m_there.folders.crend(); ++folder) {
        const Result<> removed = wanted.folders.contains(*folder) ? ok() : mtool("mrd", {onFat(*folder)}, stop);
        if (!removed)
            return removed;
    }
    for (const QString &folder : wanted.folders) {
        const Result<> made = m_there.folders.contains(folder) ? ok() : mtool("mmd", {onFat(folder)}, stop);
        if (!made)
            return made;
    }
    for (auto file = wanted.files.constBegin(); file != wanted.files.constEnd(); ++file) {
        const Result<> written = m_there.files.value(file.key()) == *file ? ok() : put(file.key(), *file, stop);
        if (!written)
            return written;
    }
    m_there = wanted;
    return ok();
}

}
