#pragma once
#include <QDateTime>
#include <QJsonObject>
#include <QList>

namespace edgelift::wizard {

/// One line of a job's log, as data: text() makes the words in the language set now.
struct LogLine
{
    enum class Kind : quint8 { Phase, Warning, Error, Finished, Offline, Online };
    QDateTime time; ///< UTC, when this end heard of it
    Kind kind = Kind::Phase;
    QJsonObject fields; ///< of the event; empty for Offline and Online
    [[nodiscard]] QString text() const;
    [[nodiscard]] QString lineText() const; ///< with the time before it
};

/// What happened to one job, the oldest first, and which of it an agent that comes back only repeats. The last `limit` lines are kept.
class JobLog
{
public:
    static constexpr qsizetype limit = 2000;

    void clear() { *this = {}; } ///< another job
    void append(LogLine::Kind kind, const QJsonObject &fields = {});
    void beginRun(); ///< what follows belongs to another run of the job
    /// An agent tells a new listener all of the run again. With `same` it is the one that told it before: what is known is left out.
    void expectReplay(bool same) { m_replayAt = same ? m_runStart : -1; }
    void endReplay() { m_replayAt = -1; }
    /// Whether this event was written before and is only told again.
    [[nodiscard]] bool isRepeated(const QJsonObject &fields);

    [[nodiscard]] const QList<LogLine> &lines() const { return m_lines; }
    /// How many lines there were ever: what a view has shown of them it need not read again.
    [[nodiscard]] qint64 written() const { return m_written; }
    [[nodiscard]] int interruptions() const; ///< of the connection, in this run

private:
    QList<LogLine> m_lines;
    qint64 m_written = 0;
    qsizetype m_runStart = 0; ///< first line of the present run
    qsizetype m_replayAt = -1; ///< next line that may be repeated; -1: all is new
};

}
