#include "core/source/tracking/processfreezer.h"

#include "core/base/files.h"
#include "core/source/tracking/freezehooks.h"
#include "core/source/tracking/freezemarker.h"
#include "core/source/tracking/freezerprocess.h"

#include <QFile>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace edgelift {

namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

constexpr auto answerLimit = 5s; ///< for what needs no disk
constexpr auto quickSync = 100ms;

Error broken(const QString &why) { return {ErrorCode::FreezeBroken, Retry::AfterWait, {why}, why}; }

Error refused(const QString &what, const QString &why) { return {ErrorCode::FreezeFailed, Retry::AfterUserAction, {what, why}, why}; }

class ProcessFreezer final : public Freezer
{
public:
    explicit ProcessFreezer(FreezerOptions options)
        : m_options(std::move(options))
    {
        for (const MountedFilesystem &one : m_options.filesystems)
            m_mountPoints.append(one.mountPoint);
    }
    ~ProcessFreezer() override
    {
        if (m_process)
            (void)thaw();
    }
    Result<QList<FreezeTime>> rehearse(const std::stop_token &stop) override;
    Result<> freeze(const std::stop_token &stop) override;
    Result<FreezeReport> thaw() override;

private:
    [[nodiscard]] Result<> checkMounts() const;
    [[nodiscard]] Result<> freezeAll(const QStringList &mountPoints, const QString &hooks);
    [[nodiscard]] Result<FreezeReport> thawAll();
    [[nodiscard]] Error reasonOf(const FreezerMessage &done) const;
    [[nodiscard]] QString nameOf(int index) const { return m_frozen.value(index, QStringLiteral("-")); }
    void note(const FreezerMessage &message);
    void letGo(bool done);
    void syncAll(const std::stop_token &stop) const;
    void giveNotice() const;

    const FreezerOptions m_options;
    QStringList m_mountPoints;
    QStringList m_frozen; ///< what the process was started with
    std::optional<FreezerProcess> m_process; ///< there while something may be frozen
    FreezeReport m_report;
};

/// What cannot be understood in the middle of a freeze.
QString unexpected() { return QStringLiteral("the freezer ended without a word"); }

Result<> ProcessFreezer::checkMounts() const
{
    QFile file(QStringLiteral("/proc/self/mountinfo"));
    if (!file.open(QIODevice::ReadOnly))
        return errnoError(errno, ErrorCode::FileUnreadable, file.fileName());
    const QList<MountedFilesystem> now = mountedFilesystems(file.readAll());
    for (const MountedFilesystem &wanted : m_options.filesystems) {
        if (std::none_of(now.begin(), now.end(), [&wanted](const MountedFilesystem &one) { return one.superblock == wanted.superblock; }))
            return refused(wanted.mountPoint, QStringLiteral("it is not mounted any more"));
    }
    return ok();
}

/// While little is dirty a freeze is short. A few rounds are enough; a disk that never gets there is frozen all the same.
void ProcessFreezer::syncAll(const std::stop_token &stop) const
{
    for (int round = 0; round < 3 && !stop.stop_requested(); ++round) {
        const auto start = std::chrono::steady_clock::now();
        for (const QString &mountPoint : m_mountPoints) {
            const Fd folder(::open(QFile::encodeName(mountPoint).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
            if (folder)
                ::syncfs(folder.get());
        }
        if (std::chrono::steady_clock::now() - start < quickSync)
            return;
    }
}

void ProcessFreezer::giveNotice() const
{
    const Fd file(
        ::open(QFile::encodeName(m_options.notice).constData(), O_WRONLY | O_APPEND | O_CLOEXEC)); // QFile seeks, /dev/kmsg cannot
    const QByteArray line =
        QStringLiteral("edgelift: writing to %1 filesystems is stopped for at most %2 s; should it not go on: Alt+SysRq+J\n")
            .arg(m_mountPoints.size())
            .arg(double(m_options.deadline.count()) / 1000)
            .toUtf8();
    if (file)
        (void)!::write(file.get(), line.constData(), size_t(line.size()));
}

void ProcessFreezer::note(const FreezerMessage &message)
{
    const microseconds time(message.microseconds);
    if (message.kind == FreezerFroze)
        m_report.times.append({nameOf(message.index), time, {}});
    if (message.kind == FreezerThawed && message.index >= 0 && message.index < m_report.times.size())
        m_report.times[message.index].thaw = time;
    if (message.kind == FreezerDone)
        m_report.frozen = time;
}

Error ProcessFreezer::reasonOf(const FreezerMessage &done) const
{
    switch (done.reason) {
    case FreezerRefused:
        return refused(nameOf(done.index), QString::fromLocal8Bit(std::strerror(done.error)));
    case FreezerNotArmed:
        return {ErrorCode::ToolFailed, Retry::AfterWait, {m_options.program}, QString::fromLocal8Bit(std::strerror(done.error))};
    case FreezerDeadline:
        return broken(QStringLiteral("the limit of %1 s was reached").arg(double(m_options.deadline.count()) / 1000));
    case FreezerThawedByOther:
        return broken(QStringLiteral("somebody else let %1 go on").arg(nameOf(done.index)));
    case FreezerWatchdogDied:
        return broken(QStringLiteral("the watchdog ended"));
    case FreezerFreezerDied:
        return broken(QStringLiteral("the freezer was killed"));
    default:
        return broken(QStringLiteral("the freeze ended early"));
    }
}

/// When this returns, nothing is frozen by us. `done`: the freezer said so itself; else both processes were killed or hang, and what it
/// has frozen, and was about to, is thawed here.
void ProcessFreezer::letGo(bool done)
{
    m_process.reset();
    for (qsizetype i = std::min(m_report.times.size(), m_frozen.size() - 1); i >= 0 && !done; --i)
        thawFilesystem(m_frozen.at(i));
    removeFreezeMarker(m_options.marker);
}

Result<> ProcessFreezer::freezeAll(const QStringList &mountPoints, const QString &hooks)
{
    m_frozen = mountPoints;
    m_report = {};
    if (const Result<> marked = writeFreezeMarker(m_options.marker, mountPoints, hooks); !marked)
        return marked;
    Result<FreezerProcess> process = FreezerProcess::start(m_options.program, m_options.deadline, mountPoints);
    if (!process) {
        removeFreezeMarker(m_options.marker);
        return process.error();
    }
    m_process.emplace(process.take());
    std::optional<FreezerMessage> message = m_process->next(answerLimit);
    if (message && message->kind == FreezerReady) {
        m_process->order('F');
        message = m_process->next(m_options.deadline + answerLimit);
    }
    for (; message && message->kind == FreezerFroze; message = m_process->next(m_options.deadline + answerLimit))
        note(*message);
    if (message && message->kind == FreezerAllFrozen)
        return ok();
    while (message && message->kind != FreezerDone)
        message = m_process->next(answerLimit);
    letGo(message.has_value());
    return message ? reasonOf(*message) : broken(unexpected());
}

Result<FreezeReport> ProcessFreezer::thawAll()
{
    if (!m_process)
        return broken(QStringLiteral("nothing was frozen"));
    m_process->order('T');
    std::optional<FreezerMessage> message = m_process->next(answerLimit);
    for (; message && message->kind != FreezerDone; message = m_process->next(answerLimit))
        note(*message);
    if (message)
        note(*message);
    letGo(message.has_value());
    if (!message)
        return broken(unexpected());
    return message->reason == FreezerAsked ? Result<FreezeReport>(m_report) : Result<FreezeReport>(reasonOf(*message));
}

Result<QList<FreezeTime>> ProcessFreezer::rehearse(const std::stop_token &stop)
{
    if (const Result<> there = checkMounts(); !there)
        return there.error();
    QList<FreezeTime> times;
    for (const QString &mountPoint : m_mountPoints) {
        if (stop.stop_requested())
            return broken(QStringLiteral("it was stopped"));
        if (const Result<> frozen = freezeAll({mountPoint}, {}); !frozen)
            return frozen.error();
        const Result<FreezeReport> report = thawAll();
        if (!report)
            return report.error();
        times += report->times;
    }
    return times;
}

Result<> ProcessFreezer::freeze(const std::stop_token &stop)
{
    if (m_process)
        return broken(QStringLiteral("it is frozen already"));
    Result<> outcome = checkMounts();
    if (!outcome)
        return outcome;
    outcome = runFreezeHooks(m_options.hooks, QStringLiteral("pre-freeze"), m_options.hookLimit, stop);
    if (outcome) {
        syncAll(stop);
        giveNotice();
        outcome = freezeAll(m_mountPoints, m_options.hooks);
    }
    if (!outcome)
        (void)runFreezeHooks(m_options.hooks, QStringLiteral("post-freeze"), m_options.hookLimit);
    return outcome;
}

Result<FreezeReport> ProcessFreezer::thaw()
{
    const bool wasFrozen = m_process.has_value();
    Result<FreezeReport> report = thawAll();
    const Result<> hooks = wasFrozen ? runFreezeHooks(m_options.hooks, QStringLiteral("post-freeze"), m_options.hookLimit) : ok();
    if (report && !hooks)
        report->hookProblem = hooks.error();
    return report;
}

}

Result<std::unique_ptr<Freezer>> makeFreezer(const FreezerOptions &options)
{
    if (options.deadline < 1ms || options.deadline > std::chrono::milliseconds(FREEZER_LONGEST_DEADLINE_MS))
        return Error{ErrorCode::RequestMalformed, Retry::Never, {QStringLiteral("a freeze of %1 ms").arg(options.deadline.count())}, {}};
    return std::unique_ptr<Freezer>(std::make_unique<ProcessFreezer>(options));
}

}
