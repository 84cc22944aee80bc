#pragma once
#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/source/readiness.h"

#include <QDateTime>
#include <QJsonObject>
#include <QList>
#include <QMap>
#include <optional>

/// What the agent tells, as values for its clients. Each is read from JSON of any shape: what is missing or has a wrong type is empty,
/// what is out of range is brought into it. Texts are made here, in the client's language set now: ask again after a language change.
namespace edgelift {

/// One line of `check`.
struct CheckInfo
{
    QString id; ///< "readiness.virtio"; may occur several times
    Check::Severity severity = Check::Severity::Ok;
    QStringList args;
    QString fix; ///< the prompt whose “yes” mends it; empty: only a person can
    std::optional<Error> error; ///< why it stops a migration (Blocker), or what it has found (Warning, of some)
    [[nodiscard]] CheckText text() const;
    bool operator==(const CheckInfo &other) const;
};

/// One question of `check`, to be answered by `fix` {id, choice}.
struct PromptInfo
{
    QString id; ///< "snapshot-driver", "rsync", "selinux"
    bool needed = false; ///< false: nothing to ask, `reason` says why
    QString state; ///< "not-needed", "missing", "installed", "enforcing", "permissive", "disabled"
    QString reason; ///< stable id of why it is or is not needed
    QStringList choices; ///< of `fix`: "yes", "no" or "leave", "permissive", "disable"
    QString recommended; ///< one of them
    QString command; ///< what "yes" (or the strongest choice) runs, for show; empty: nothing
    [[nodiscard]] QString title() const; ///< "Install rsync?"
    [[nodiscard]] QString reasonText() const;
    [[nodiscard]] QString choiceText(const QString &choice) const; ///< "Yes"
    [[nodiscard]] QString consequenceText(const QString &choice) const; ///< "files are copied instead"
    bool operator==(const PromptInfo &) const = default;
};

/// One line of `resources`, or of "kept" in an error event.
struct ResourceInfo
{
    QString kind; ///< "instance": stable
    QString id; ///< the cloud's; empty: asked for, never confirmed
    QString name;
    QString region;
    QDateTime created; ///< UTC
    std::optional<double> pricePerDay; ///< in `currency`; nothing: nobody knows; 0: free
    QString currency; ///< "CNY"
    bool kept = false; ///< stays on purpose
    [[nodiscard]] QString kindText() const; ///< "transit instance"
    bool operator==(const ResourceInfo &) const = default;
};

/// One line of `status`.
struct JobInfo
{
    struct PhaseTime
    {
        QString phase;
        QDateTime started; ///< UTC
        QDateTime ended; ///< UTC; invalid: not yet
        bool operator==(const PhaseTime &) const = default;
    };
    QString id;
    QString state; ///< Ready, Running, Stopped, InError, Finished, Cancelled
    QString phase; ///< the one running or the last one
    QDateTime created; ///< UTC, as all times here
    QDateTime started; ///< invalid: never
    QDateTime ended; ///< invalid: not at an end
    QString name;
    QString description;
    QMap<QString, QString> tags;
    QString sourceName;
    QString sourceId; ///< "s-…"
    QString region; ///< of the ENS image
    QString transitRegion;
    QString bucket;
    QString instanceId; ///< of the transit instance
    QString imageId; ///< of the ENS image
    QString imageName;
    Bytes bytesDone; ///< of the copy, when the last run ended; what runs now tells by progress
    Bytes bytesTotal;
    Bytes wireBytes;
    QList<PhaseTime> phases; ///< those that began, in order
    std::optional<Error> error; ///< with state InError
    bool interrupted = false; ///< nobody stopped it: the agent that ran it died
    bool cancelling = false; ///< what was (or is) under way is its removal
    bool live = false; ///< its source is a machine that runs
    /// Whether resume/retry may go on with it, and whether it can be cancelled.
    [[nodiscard]] bool isResumable() const;
    [[nodiscard]] bool isCancellable() const;
    [[nodiscard]] QString stateText() const;
    bool operator==(const JobInfo &) const;
};

/// A "progress" event.
struct ProgressInfo
{
    struct Limits
    {
        int limitMbps = 0; ///< 0: none
        int diskMBps = 0; ///< 0: none
        int niceness = 0;
        QString window; ///< of the time plan that is in force, in words; empty: none
        double backOffMBps = 0; ///< 0: not active
        bool operator==(const Limits &) const = default;
    };
    struct Disk
    {
        QString id; ///< DiskFacts::id
        QString name;
        Bytes done;
        Bytes total;
        bool operator==(const Disk &) const = default;
    };
    /// How the copy of a server that runs stands.
    struct Live
    {
        QString state; ///< "first-pass", "comparing", "round", "in-sync", "freezing", "sending-point", "rechecking", "reading-back",
                       ///< "committed", "files", "changed-files", "waiting"
        int round = 0;
        Bytes dirty; ///< written since its last copy
        double writeRate = 0; ///< bytes a second; 0: not known yet
        double linkRate = 0; ///< bytes a second; 0: not known yet
        qint64 freezeMs = 0; ///< how long the final point would hold the filesystems now; 0: not known yet
        bool operator==(const Live &) const = default;
    };
    QString phase;
    Bytes bytesDone; ///< uncompressed
    Bytes bytesTotal; ///< 0: not known yet, or nothing to copy
    Bytes wireBytes; ///< sent, resends included
    double speed = 0; ///< bytes a second, of bytesDone
    std::optional<qint64> remainingSeconds; ///< nothing: the speed is not steady
    std::optional<int> percent; ///< 0–100, of a phase without bytes
    Limits limits;
    QList<Disk> disks; ///< of the copy, the system disk first; empty before it began
    std::optional<Live> live; ///< nothing: the source does not run
    /// Of the phase, 0 to 1, never more than is certain; nothing: not known.
    [[nodiscard]] std::optional<double> share() const;
    bool operator==(const ProgressInfo &) const = default;
};

/// A "warning" event.
struct WarningInfo
{
    QString id; ///< "link-interrupted"; empty from an agent that does not say
    QStringList args;
    QString message; ///< the agent's own words, English
    [[nodiscard]] QString text() const; ///< in the client's language, else `message`
    bool operator==(const WarningInfo &) const = default;
};

/// A "finished" event.
struct FinishedInfo
{
    QString sourceId;
    QString jobId;
    QString imageId;
    QString reportPath; ///< of report.html on the agent's machine
    QString imagePath; ///< of image.json, where the cloud is a simulated one on this machine; else empty
    bool operator==(const FinishedInfo &) const = default;
};

[[nodiscard]] CheckInfo checkInfo(const QJsonObject &check);
[[nodiscard]] PromptInfo promptInfo(const QJsonObject &prompt);
[[nodiscard]] ResourceInfo resourceInfo(const QJsonObject &resource);
[[nodiscard]] JobInfo jobInfo(const QJsonObject &job);
[[nodiscard]] ProgressInfo progressInfo(const QJsonObject &event);
[[nodiscard]] WarningInfo warningInfo(const QJsonObject &event);
[[nodiscard]] FinishedInfo finishedInfo(const QJsonObject &event);
/// Of a refusal, a job, or an "error" event (where `code` is "EL-0312" and `number` the number). Internal when it is none.
[[nodiscard]] Error errorInfo(const QJsonObject &error);

/// Every object of the array below `name`, read by one of the functions above: listOf(reply, "checks", checkInfo).
template <class T>
QList<T> listOf(const QJsonObject &reply, const char *name, T (*read)(const QJsonObject &));

/// What a phase does, as a title: "Copying the disks". The name itself for one this version does not know.
[[nodiscard]] QString phaseTitle(const QString &phase);
/// All phases, in their order.
[[nodiscard]] QStringList phaseNames();
/// "Paused" for Stopped: the service's words. The state itself for one this version does not know.
[[nodiscard]] QString stateTitle(const QString &state);

}

#include <QJsonArray>

template <class T>
QList<T> edgelift::listOf(const QJsonObject &reply, const char *name, T (*read)(const QJsonObject &))
{
    QList<T> out;
    for (const QJsonValue &value : reply.value(QLatin1String(name)).toArray()) {
        if (value.isObject())
            out.append(read(value.toObject()));
    }
    return out;
}
