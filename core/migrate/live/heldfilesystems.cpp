#include "core/migrate/live/heldfilesystems.h"

#include "core/base/fd.h"

#include <QFile>
#include <fcntl.h>
#include <unistd.h>

namespace edgelift {

namespace {

constexpr std::chrono::milliseconds rehearsalDeadline{10000};

/// What went wrong with one freeze may go right with the next: the filesystems are as they were.
Error mayBeTriedAgain(Error error)
{
    if (error.code == ErrorCode::FreezeFailed || error.code == ErrorCode::FreezeBroken)
        error.retry = Retry::AfterWait;
    return error;
}

}

Result<PointFreezer::Rehearsal> HeldFilesystems::rehearse()
{
    const Result<std::unique_ptr<Freezer>> freezer = m_make(rehearsalDeadline);
    if (!freezer)
        return freezer.error();
    const Result<QList<FreezeTime>> times = (*freezer)->rehearse(m_stop);
    if (!times)
        return times.error();
    Rehearsal sum;
    for (const FreezeTime &one : *times) {
        sum.freeze += one.freeze;
        sum.thaw += one.thaw;
    }
    return sum;
}

void HeldFilesystems::flush()
{
    for (const QString &mountPoint : m_mountPoints) {
        const Fd folder(
            m_stop.stop_requested() ? -1 : ::open(QFile::encodeName(mountPoint).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        if (folder)
            ::syncfs(folder.get());
    }
}

Result<> HeldFilesystems::freeze(std::chrono::milliseconds deadline)
{
    Result<std::unique_ptr<Freezer>> freezer = m_make(deadline);
    if (!freezer)
        return freezer.error();
    m_freezer = freezer.take();
    const Result<> frozen = m_freezer->freeze(m_stop);
    return frozen ? frozen : mayBeTriedAgain(frozen.error());
}

Result<> HeldFilesystems::thaw()
{
    const std::unique_ptr<Freezer> freezer = std::move(m_freezer);
    if (!freezer)
        return ok();
    const Result<FreezeReport> thawed = freezer->thaw();
    if (!thawed)
        return mayBeTriedAgain(thawed.error());
    m_report = *thawed;
    return ok();
}

}
