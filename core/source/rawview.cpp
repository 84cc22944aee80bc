#include "core/source/rawview.h"

#include "core/base/fd.h"
#include "core/base/files.h"

#include <QFile>
#include <QJsonDocument>
#include <QProcess>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

namespace edgelift {

namespace {

const auto daemonName = QStringLiteral("qemu-storage-daemon");

QString json(const QJsonObject &object) { return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact)); }

QStringList arguments(const QJsonObject &node, const QString &path)
{
    const QJsonObject view{{QStringLiteral("type"), QStringLiteral("fuse")}, {QStringLiteral("id"), QStringLiteral("view")},
        {QStringLiteral("node-name"), QLatin1String(RawView::nodeName)}, {QStringLiteral("mountpoint"), path},
        {QStringLiteral("writable"), false}};
    return {QStringLiteral("--blockdev"), json(node), QStringLiteral("--export"), json(view)};
}

}

RawView::RawView(const QString &workFolder)
    : m_folder(workFolder + QStringLiteral("/view-XXXXXX"))
    , m_path(m_folder.filePath(QStringLiteral("disk.raw")))
{
}

RawView::~RawView()
{
    m_keeper.request_stop();
    if (m_keeper.joinable())
        m_keeper.join();
    ::umount2(QFile::encodeName(m_path).constData(), MNT_DETACH); // only when the daemon was killed before it could
}

/// Runs the daemon. The thread lives as long as the view: the kernel sends the daemon SIGTERM when the thread that started it is gone.
void RawView::keep(const std::stop_token &stop, const QJsonObject &node)
{
    QProcess process;
    process.setChildProcessModifier([] {
        ::setsid(); // Ctrl-C is for us to handle, not for it
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    });
    process.setStandardOutputFile(QProcess::nullDevice());
    process.start(daemonName, arguments(node, m_path));
    const bool started = process.waitForStarted();
    while (started && !stop.stop_requested() && !process.waitForFinished(50) && process.state() != QProcess::NotRunning) { }
    const std::lock_guard lock(m_mutex);
    m_ended = true;
    m_errors = started ? process.readAllStandardError() : QByteArray();
    if (process.state() != QProcess::NotRunning) {
        process.terminate();
        if (!process.waitForFinished(10000)) {
            process.kill();
            process.waitForFinished(5000);
        }
    }
}

Result<> RawView::waitForFile(Bytes size)
{
    constexpr auto patience = std::chrono::seconds(30);
    const auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < patience) {
        {
            const std::lock_guard lock(m_mutex);
            const bool busy = m_errors.contains(" lock");
            if (m_ended && m_errors.isEmpty())
                return Error{ErrorCode::ToolMissing, Retry::AfterUserAction, {daemonName}, {}};
            if (m_ended)
                return Error{busy ? ErrorCode::SourceBusy : ErrorCode::ToolFailed, Retry::AfterUserAction, {daemonName},
                    QString::fromLocal8Bit(m_errors.right(2000)).trimmed()};
        }
        struct stat file
        {
        };
        struct stat folder
        {
        };
        if (::stat(QFile::encodeName(m_path).constData(), &file) == 0
            && ::stat(QFile::encodeName(m_folder.path()).constData(), &folder) == 0 && file.st_dev != folder.st_dev
            && quint64(file.st_size) == size.count)
            return ok();
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return Error{ErrorCode::ToolTimedOut, Retry::AfterUserAction, {daemonName}, QStringLiteral("the view did not appear")};
}

Result<std::unique_ptr<RawView>> RawView::open(const QJsonObject &node, Bytes size, const QString &workFolder)
{
    if (const Result<> made = makeFolder(workFolder); !made)
        return made.error();
    std::unique_ptr<RawView> view(new RawView(workFolder));
    const Fd point(::open(QFile::encodeName(view->m_path).constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!point)
        return errnoError(errno, ErrorCode::FileUnwritable, view->m_path);
    view->m_keeper = std::jthread([self = view.get(), node](const std::stop_token &stop) { self->keep(stop, node); });
    if (const Result<> ready = view->waitForFile(size); !ready)
        return ready.error();
    return view;
}

}
