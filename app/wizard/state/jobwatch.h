#pragma once
#include "app/wizard/state/speedmeter.h"
#include "core/agent/agentlink.h"
#include "core/agent/clientvalues.h"

#include <QDateTime>
#include <QObject>
#include <QTimer>
#include <functional>
#include <optional>

class QSaveFile;

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
    enum class Action : quint8 { Pause, Resume, Modify, Retry, Cancel };
    Q_ENUM(Action)

    /// One line of the log, as data: log text is made by text() in the language set now.
    struct LogLine
    {
        enum class Kind : quint8 { Phase, Warning, Error, Finished, Offline, Online };
        QDateTime time; ///< UTC, when this end heard of it
        Kind kind = Kind::Phase;
        QJsonObject fields; ///< of the event; empty for Offline and Online
        [[nodiscard]] QString text() const;
    };
    /// What of a running transfer can be changed; what is absent stays.
    struct Change
    {
        std::optional<int> limitMbps; ///< 0: none
        std::optional<int> compression; ///< 0–9, 0: off
        std::optional<bool> checksum;
    };
    struct DiagnosticsEntry
    {
        QString name;
        Bytes bytes;
    };

    /// The link must outlive this.
    explicit JobWatch(AgentLink &link, QObject *parent = nullptr);

    void attach(); ///< follows the newest job, if there is one: attached()
    void follow(const QString &jobId);

    [[nodiscard]] State state() const;
    [[nodiscard]] State lastState() const; ///< the same, but never Offline
    [[nodiscard]] bool can(Action action) const; ///< the table of ux.md 2.10
    [[nodiscard]] bool isBusy() const { return m_busy; } ///< an action was asked for and is not answered, or not carried out, yet
    [[nodiscard]] const QString &jobId() const { return m_jobId; } ///< empty: none
    [[nodiscard]] const JobInfo &job() const { return m_job; }
    [[nodiscard]] const ProgressInfo &progress() const { return m_progress; }
    [[nodiscard]] QDateTime progressTime() const { return m_progressTime; } ///< UTC, when it was told; invalid: never
    [[nodiscard]] bool isStale() const { return state() == State::Offline; } ///< all numbers are of an earlier time
    [[nodiscard]] int offlineSeconds() const; ///< 0: connected
    [[nodiscard]] QString phase() const; ///< running or last; stable name
    [[nodiscard]] double share() const; ///< of the present phase, 0 to 1
    [[nodiscard]] double diskSpeed() const { return m_meter.diskSpeed(); } ///< bytes a second, before compression
    [[nodiscard]] double wireSpeed() const { return m_meter.wireSpeed(); } ///< bytes a second
    [[nodiscard]] double averageSpeed() const { return m_meter.average(); } ///< of this run, as long as it was watched
    [[nodiscard]] std::optional<qint64> remainingSeconds() const; ///< nothing: not steady, or not copying
    [[nodiscard]] std::optional<qint64> elapsedSeconds() const; ///< nothing: not started
    [[nodiscard]] int stalledSeconds() const; ///< no byte for so long while synchronizing; 0: it moves
    [[nodiscard]] bool isSlow() const; ///< below 1 MiB/s for five minutes without a limit that says so
    [[nodiscard]] int linkInterruptions() const; ///< of this run

    [[nodiscard]] const QList<WarningInfo> &warnings() const { return m_warnings; }
    [[nodiscard]] const QList<LogLine> &log() const { return m_log; }
    [[nodiscard]] const std::optional<edgelift::Error> &error() const { return m_error; }
    [[nodiscard]] QString errorPhase() const { return m_errorPhase; }
    [[nodiscard]] QDateTime errorTime() const { return m_errorTime; }
    /// What exists in the cloud and costs; known while Paused, Error, Completed or Cancelled.
    [[nodiscard]] const QList<ResourceInfo> &resources() const { return m_resources; }
    [[nodiscard]] const FinishedInfo &finished() const { return m_finished; } ///< empty until Completed

    // Each ends in stateChanged() or actionFailed().
    void pause();
    void resume(); ///< while a pause is under way: as soon as it is done
    void retry();
    void cancel();
    void clean(); ///< removes what is left in the cloud
    void modify(const Change &change); ///< modified(); while nothing runs it is kept until it goes on
    void listDiagnostics(QObject *context, std::function<void(const Result<QList<DiagnosticsEntry>> &)> done);
    /// Makes the file anew and copies it to `path`. Errors: those of the agent, FileUnwritable.
    void saveDiagnostics(const QString &path, QObject *context, std::function<void(const Result<> &)> done);

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
    bool isRepeated(const QJsonObject &fields);
    void tellProgress();
    void act(const QString &method, const QJsonObject &params, std::function<void()> done);
    void sendKeptChange();
    void readPart(const QString &from, const std::shared_ptr<QSaveFile> &to, QObject *context, std::function<void(const Result<> &)> done);

    AgentLink &m_link;
    QString m_jobId;
    JobInfo m_job;
    ProgressInfo m_progress;
    QDateTime m_progressTime;
    SpeedMeter m_meter;
    QList<WarningInfo> m_warnings;
    QList<LogLine> m_log;
    qsizetype m_runStart = 0; ///< first line of the present run
    qsizetype m_replayAt = -1; ///< the agent repeats what it told before; next line it may repeat; -1: all is new
    qint64 m_agentPid = 0;
    std::optional<edgelift::Error> m_error;
    QString m_errorPhase;
    QDateTime m_errorTime;
    QList<ResourceInfo> m_resources;
    FinishedInfo m_finished;
    std::function<qint64()> m_clock;
    qint64 m_offlineSince = -1;
    qint64 m_lastTold = -1;
    bool m_told = true; ///< false: numbers wait for the second to be over
    bool m_busy = false;
    bool m_attaching = false;
    bool m_resumeWhenPaused = false;
    std::optional<Change> m_keptChange;
    QTimer m_second;
};

}
