#include "tests/unit/tracking/mountedloop.h"

#include <QFile>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdexcept>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

namespace edgelift::test {

namespace {

void must(bool well, const std::string &what)
{
    if (!well)
        throw std::runtime_error(what + ": " + std::strerror(errno));
}

qint64 nowMs()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

bool thawAt(const QString &mountPoint)
{
    const Fd folder(::open(QFile::encodeName(mountPoint).constData(), O_RDONLY | O_CLOEXEC));
    return folder && ::ioctl(folder.get(), FITHAW, 0) == 0;
}

std::unique_ptr<LoopDisk> imageIn(const QString &folder, quint64 bytes)
{
    if (folder.isEmpty())
        return std::make_unique<LoopDisk>(bytes);
    Fd file(::open(QFile::encodeName(folder + QLatin1String("/image")).constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    must(::ftruncate(file.get(), off_t(bytes)) == 0, "ftruncate");
    return std::make_unique<LoopDisk>(std::move(file), false);
}

}

MountedLoop::MountedLoop(const QByteArray &type, quint64 bytes, const QString &imageFolder)
    : MountedLoop(type, imageIn(imageFolder, bytes))
{
}

MountedLoop::MountedLoop(const QByteArray &type, std::unique_ptr<LoopDisk> disk)
    : m_disk(std::move(disk))
{
    const QByteArray options = type == "xfs" || type == "btrfs" ? "-q -f" : "-q -F";
    const QByteArray command = "mkfs." + type + ' ' + options + ' ' + m_disk->path().toUtf8() + " 2>&1 >/dev/null";
    must(std::system(command.constData()) == 0, command.toStdString()); // NOLINT(concurrency-mt-unsafe)
    must(::mount(m_disk->path().toUtf8().constData(), QFile::encodeName(path()).constData(), type.constData(), MS_NOATIME, nullptr) == 0,
        "mount");
}

MountedLoop::~MountedLoop()
{
    thaw();
    if (::umount(QFile::encodeName(path()).constData()) != 0)
        ::umount2(QFile::encodeName(path()).constData(), MNT_DETACH);
}

bool MountedLoop::thaw() const { return thawAt(path()); }

Rescue::Rescue(const QStringList &mountPoints, int seconds)
    : m_pid(::fork())
{
    if (m_pid != 0)
        return;
    for (const int ending : {SIGTERM, SIGINT, SIGSEGV, SIGABRT})
        ::signal(ending, SIG_DFL); // not those of the test
    ::close_range(3, ~0U, 0); // holding nothing that the test's end should free
    ::sleep(unsigned(seconds));
    for (const QString &mountPoint : mountPoints)
        thawAt(mountPoint);
    ::_exit(0);
}

Rescue::~Rescue()
{
    ::kill(m_pid, SIGKILL);
    ::waitpid(m_pid, nullptr, 0);
}

SteadyWriter::SteadyWriter(const QString &folder)
    : m_last(nowMs())
{
    m_thread = std::jthread([this, path = QFile::encodeName(folder) + "/steady"](const std::stop_token &stop) {
        const Fd file(::open(path.constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        while (!stop.stop_requested()) {
            must(::pwrite(file.get(), "steady", 6, 0) == 6, "pwrite");
            const qint64 now = nowMs();
            m_longest = std::max(m_longest.load(), int(now - m_last));
            m_last = now;
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    });
}

int SteadyWriter::standsForMs() const { return int(nowMs() - m_last); }

}
