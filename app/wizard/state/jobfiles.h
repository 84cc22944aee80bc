#pragma once
#include "core/agent/agentlink.h"
#include "core/base/bytes.h"

class QSaveFile;

namespace edgelift::wizard {

/// One file of the diagnostics bundle.
struct DiagnosticsEntry
{
    QString name;
    Bytes bytes;
};

/// The agent's files for people who may not read its folder. Each call ends in `done`, unless `context` is gone by then. Errors: those
/// of the agent, FileUnwritable.
namespace jobfiles {

using Listed = std::function<void(const Result<QList<DiagnosticsEntry>> &)>;
using Saved = std::function<void(const Result<> &)>;

/// What a bundle made now would hold; nothing is written.
void listDiagnostics(AgentLink &link, QObject *context, Listed done);
/// Makes the bundle anew and copies it to `path`: a zip.
void saveDiagnostics(AgentLink &link, const QString &path, QObject *context, Saved done);
/// The report of a job to `path`: as JSON when that ends in ".json", else as HTML, one file.
void saveReport(AgentLink &link, const QString &job, const QString &path, QObject *context, Saved done);

}

}
