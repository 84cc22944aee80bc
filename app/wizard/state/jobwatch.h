#pragma once
#include "app/wizard/state/joblog.h"
#include "app/wizard/state/speedmeter.h"
#include "core/agent/agentlink.h"
#include "core/agent/bootcheckinfo.h"
#include "core/agent/clientvalues.h"
#include "core/layout/plan.h"

#include <QEventLoopLocker>
#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>
#include <optional>

namespace edgelift::wizard {

/// One migration as the wizard sees it: what the agent told last, since when, and what may be done now. Survives agents that go and
/// come back. Nothing here blocks; lives on one thread. Shows nothing of its own: texts are made from its data by the pages.
class JobWatch final : public QObject
{
    Q_OBJECT
public:
    /// What is shown (ux.md 2.10). None: no job is followed. Offline wins over what was known: it may have changed since.
    enum class State : quint8 { None, Preparing, Synchronizing, Paused, Processing, Error, Completed, Cancelling, Cancelled, Offline };
    Q_ENUM(State)
    enum class Action : quint8 { Pause, Resume, Modify, Retry, Cancel, CutOver };
    Q_ENUM(Action)

    /// What of a transfer can be changed; what is absent stays.
    struct Change
    {
        std::optional<int> limitMbps; ///< 0: none
        std::optional<int> compression; ///< 0–10, 0: off
        std::optional<bool> checksum;
        std::optional<int> freezeSeconds; ///< 1–60
        [[nodiscard]] bool isEmpty() const { return !limitMbps && !compression && !checksum && !freezeSeconds; }
    };

    /// The link must outlive this.
    explicit JobWatch(AgentLink &link, QObject *parent = nullptr);

    void attach(); ///< follows the newest job, if there is one: attached()
    void follow(const QString &jobId);

    [[nodiscard]] State state() const;
    [[nodiscard]] State lastState() const; ///< the same, but never Offline
    [[nodiscard]] bool can(Action action) const; ///< the table of ux.md 2.10
    [[nodiscard]] bool isBusy() const { return m_busy; } ///< an action was asked for and is not answered, or not carried out, yet
    [[nodiscard]] bool isGoingOn() const { return m_goingOn || m_resumeWhenPaused; } ///< resume or retry is under way
    /// It failed while it was being removed: what is left can only be removed, not gone on with.
    [[nodiscard]] bool isCancelFailed() const { return lastState() == State::Error && m_job.cancelling; }
    [[nodiscard]] AgentLink &link() const { return m_link; }
    [[nodiscard]] const QString &jobId() const { return m_jobId; } ///< empty: none
    [[nodiscard]] const JobInfo &job() const { return m_job; }
    [[nodiscard]] const ProgressInfo &progress() const { return m_progress; }
    [[nodiscard]] QDateTime progressTime() const { return m_progressTime; } ///< UTC, when it was told; invalid: never
    [[nodiscard]] bool isStale() const { return state() == State::Offline; } ///< all numbers are of an earlier time
    [[nodiscard]] int offlineSeconds() const; ///< 0: connected
    [[nodiscard]] QString phase() const; ///< running or last; stable name
    [[nodiscard]] std::optional<double> share() const; ///< of the present phase, 0 to 1; nothing: nobody knows
    [[nodiscard]] double diskSpeed() const; ///< bytes a second, before compression; 0: nothing moves
    [[nodiscard]] double wireSpeed() const; ///< bytes a second
    [[nodiscard]] double averageSpeed() const { return m_meter.average(); } ///< of this run, as long as it was watched
    [[nodiscard]] std::optional<qint64> remainingSeconds() const; ///< nothing: not steady, or nothing moves
    [[nodiscard]] std::optional<qint64> elapsedSeconds() const; ///< nothing: not started
    [[nodiscard]] int stalledSeconds() const; ///< no byte for so long while synchronizing; 0: it moves
    [[nodiscard]] bool isSlow() const; ///< below 1 MiB/s for five minutes without a limit that says so
    [[nodiscard]] int linkInterruptions() const { return m_log.interruptions(); } ///< of this run

    [[nodiscard]] const QList<WarningInfo> &warnings() const { return m_warnings; }
    [[nodiscard]] const JobLog &log() const { return m_log; }
    [[nodiscard]] const std::optional<edgelift::Error> &error() const { return m_error; }
    [[nodiscard]] QString errorPhase() const { return m_errorPhase; }
    [[nodiscard]] QDateTime errorTime() const { return m_errorTime; }
    [[nodiscard]] QDateTime retriedAt() const { return m_retriedAt; } ///< UTC, the retry that error() is the end of; invalid: none
    [[nodiscard]] bool isSameErrorAgain() const; ///< as before that retry
    /// What exists in the cloud and costs; known while Paused, Error, Completed or Cancelled.
    [[nodiscard]] const QList<ResourceInfo> &resources() const { return m_resources; }
    [[nodiscard]] const FinishedInfo &finished() const { return m_finished; } ///< empty until Completed
    [[nodiscard]] const BootCheckInfo &bootCheck() const { return m_bootCheck; } ///< of the image, when it lies on the agent's machine

    // Each ends in stateChanged() or actionFailed().
    void pause();
    void resume(); ///< while a pause is under way: as soon as it is done
    void retry();
    void cancel();
    void clean(); ///< removes what is left in the cloud
    void cutOver(); ///< a copy that is kept in sync takes its final point
    void modify(const Change &change); ///< modified(); the agent keeps it for all runs to come
    /// The job's own plan, with the limits of now. Not kept here: others may change it.
    void askPlan(QObject *context, std::function<void(const Result<Plan> &)> done);
    /// The window was closed: what was asked for gets ten seconds more to reach the agent before the program ends.
    void leaveSoon() { m_patience.start(); }

    /// Not part of the product's interface: another clock (milliseconds that only grow), and look at it.
    void setClock(std::function<qint64()> clock) { m_clock = std::move(clock); }
    void tick();

Q_SIGNALS:
    void attached(bool found);
    void stateChanged(); ///< state, phase, what can be done, error, resources or warnings
    void progressed(); ///< numbers, at most once a second
    void logged(); ///< a line was added
    void modified(bool later); ///< later: it counts when the migration goes on
    void actionFailed(const edgelift::Error &error);

private:
    void refresh();
    void takeStatus(const QJsonObject &reply);
    void setJob(const JobInfo &job);
    void askResources();
    void askReport();
    void heard(const QJsonObject &event);
    void heardProgress(const QJsonObject &event);
    void heardPhase(const QJsonObject &event);
    void heardError(const QJsonObject &event);
    void ended(const QString &end);
    void beginRun();
    void linkChanged(bool open);
    void write(LogLine::Kind kind, const QJsonObject &fields);
    void tellProgress();
    [[nodiscard]] bool isMoving() const;
    void setBusy(bool busy);
    void act(const QString &method, const QJsonObject &params, std::function<void()> done);
    void goOn(const QString &method);

    AgentLink &m_link;
    QString m_jobId;
    JobInfo m_job;
    ProgressInfo m_progress;
    QDateTime m_progressTime;
    SpeedMeter m_meter;
    QList<WarningInfo> m_warnings;
    JobLog m_log;
    qint64 m_agentPid = 0;
    std::optional<edgelift::Error> m_error, m_errorBefore; ///< before the retry
    QString m_errorPhase;
    QDateTime m_errorTime, m_retriedAt;
    QList<ResourceInfo> m_resources;
    FinishedInfo m_finished;
    BootCheckInfo m_bootCheck;
    std::function<qint64()> m_clock;
    qint64 m_offlineSince = -1;
    qint64 m_lastTold = -1;
    bool m_told = true; ///< false: numbers wait for the second to be over
    bool m_busy = false;
    bool m_attaching = false;
    bool m_resumeWhenPaused = false;
    bool m_goingOn = false;
    std::unique_ptr<QEventLoopLocker> m_stay; ///< while busy: a closed window ends the program only then
    QTimer m_patience; ///< with that, once the window is closed
    QTimer m_second;
};

}
