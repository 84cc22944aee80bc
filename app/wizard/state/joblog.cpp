#include "app/wizard/state/joblog.h"

#include "app/wizard/shell/format.h"
#include "core/agent/clientvalues.h"
#include "core/base/errortext.h"

#include <QCoreApplication>
#include <algorithm>

namespace edgelift::wizard {

namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(JobLog)
};

}

QString LogLine::text() const
{
    switch (kind) {
    case Kind::Phase: {
        const QString title = phaseTitle(fields.value(QLatin1String("phase")).toString());
        const QString message = fields.value(QLatin1String("message")).toString();
        //: A line of the log: %1 what the migration does now, %2 what it said about it
        return message.isEmpty() ? title : Words::tr("%1: %2").arg(title, format::shown(message));
    }
    case Kind::Warning:
        return Words::tr("Warning: %1").arg(format::shown(warningInfo(fields).text()));
    case Kind::Error: {
        const Error error = errorInfo(fields);
        return Words::tr("%1: %2").arg(displayCode(error.code), format::shown(describe(error).message));
    }
    case Kind::Finished:
        return Words::tr("The ENS image %1 is ready.").arg(format::ltr(finishedInfo(fields).imageId));
    case Kind::Offline:
        return Words::tr("The migration engine does not answer. Reconnecting.");
    case Kind::Online:
        return Words::tr("Connected to the migration engine again.");
    }
    Q_UNREACHABLE();
}

QString LogLine::lineText() const
{
    //: A line of the log: %1 time of day, %2 what happened
    return Words::tr("%1  %2").arg(format::clock(time), text());
}

void JobLog::append(LogLine::Kind kind, const QJsonObject &fields)
{
    m_lines.append({QDateTime::currentDateTimeUtc(), kind, fields});
    ++m_written;
    if (m_lines.size() <= limit)
        return;
    m_lines.removeFirst();
    m_runStart = std::max<qsizetype>(m_runStart - 1, 0);
    m_replayAt = std::max<qsizetype>(m_replayAt - 1, -1);
}

void JobLog::beginRun()
{
    if (m_replayAt < 0)
        m_runStart = m_lines.size();
}

bool JobLog::isRepeated(const QJsonObject &fields)
{
    if (m_replayAt < 0)
        return false;
    for (qsizetype i = m_replayAt; i < m_lines.size(); ++i) {
        if (m_lines.at(i).fields == fields) {
            m_replayAt = i + 1;
            return true;
        }
    }
    m_replayAt = -1; // the first that is new: all after it are
    return false;
}

int JobLog::interruptions() const
{
    return int(std::count_if(m_lines.begin() + std::min(m_runStart, m_lines.size()), m_lines.end(), [](const LogLine &line) {
        return line.kind == LogLine::Kind::Warning
            && line.fields.value(QLatin1String("id")).toString() == QLatin1String("link-interrupted");
    }));
}

}
