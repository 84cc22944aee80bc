#include "core/agent/agentapi.h"
#include "core/agent/diagnostics.h"
#include "core/agent/params.h"
#include "core/base/files.h"

#include <QJsonArray>

namespace edgelift {

// The methods that hand out files of this agent.

namespace {

constexpr qint64 reportLimit = 3 << 20; ///< bytes; must fit into one message

const QString key(const char *name) { return QString::fromLatin1(name); }

QJsonArray json(const QList<DiagnosticsEntry> &entries)
{
    QJsonArray out;
    for (const DiagnosticsEntry &entry : entries)
        out.append(QJsonObject{{key("name"), entry.name}, {key("bytes"), entry.bytes}});
    return out;
}

}

Result<QJsonObject> AgentApi::report(Params &params, const Outlet &)
{
    const QString job = params.job();
    if (const auto problem = params.problem())
        return *problem;
    const Result<QString> path = m_jobs.reportPath(job);
    if (!path)
        return path.error();
    return QJsonObject{{key("reportPath"), *path}};
}

/// Answers after minutes.
Result<QJsonObject> AgentApi::reportBoot(Params &params, const Outlet &)
{
    const QString job = params.job();
    if (const auto problem = params.problem())
        return *problem;
    const Result<QString> path = m_jobs.reportPath(job);
    if (!path)
        return path.error();
    const Result<QJsonObject> booted = m_jobs.checkBoot(job, m_stop.get_token());
    return booted ? QJsonObject{{key("reportPath"), *path}, {key("bootCheck"), *booted}} : Result<QJsonObject>(booted.error());
}

Result<QJsonObject> AgentApi::reportRead(Params &params, const Outlet &)
{
    const QString job = params.job();
    const QString format = params.object().string(key("format"), key("html"));
    if (const auto problem = params.problem())
        return *problem;
    if (format != QLatin1String("html") && format != QLatin1String("json"))
        return Error{ErrorCode::RequestMalformed, Retry::AfterUserAction, {QStringLiteral("“format” is html or json")}, {}};
    Result<QString> path = m_jobs.reportPath(job);
    if (!path)
        return path.error();
    if (format == QLatin1String("json") && path->endsWith(QLatin1String(".html"))) // it lies beside
        *path = path->chopped(4) + format;
    const Result<QByteArray> report = readFile(*path, reportLimit);
    if (!report)
        return report.error();
    return QJsonObject{{format, QString::fromUtf8(*report)}};
}

Result<QJsonObject> AgentApi::diagnostics(Params &params, const Outlet &)
{
    if (const auto problem = params.problem())
        return *problem;
    const Result<Diagnostics> written = writeDiagnostics(m_setting.stateDir, m_setting.logPath);
    if (!written)
        return written.error();
    return QJsonObject{{key("path"), written->path}, {key("entries"), json(written->entries)}};
}

Result<QJsonObject> AgentApi::diagnosticsList(Params &params, const Outlet &)
{
    if (const auto problem = params.problem())
        return *problem;
    return QJsonObject{{key("entries"), json(listDiagnostics(m_setting.stateDir, m_setting.logPath))}};
}

Result<QJsonObject> AgentApi::diagnosticsRead(Params &params, const Outlet &)
{
    const QString path = params.object().string(key("path"));
    const qint64 offset = params.object().integer(key("offset"), 0, 0, qint64(1) << 40);
    if (const auto problem = params.problem())
        return *problem;
    const Result<FilePart> part = readDiagnostics(m_setting.stateDir, path, offset);
    if (!part)
        return part.error();
    return QJsonObject{{key("data"), QString::fromLatin1(part->data.toBase64())}, {key("bytes"), part->total}};
}

}
