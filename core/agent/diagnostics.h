#pragma once
#include "core/base/result.h"

#include <QList>
#include <QString>

namespace edgelift {

/// One file of a bundle for support.
struct DiagnosticsEntry
{
    QString name; ///< "jobs/<job>/job.json"
    qint64 bytes = 0; ///< as it is packed: redacted
    bool operator==(const DiagnosticsEntry &) const = default;
};

struct Diagnostics
{
    QString path;
    QList<DiagnosticsEntry> entries;
};

/// Part of a file.
struct FilePart
{
    QByteArray data;
    qint64 total = 0; ///< bytes of the whole file
};

/// What is packed: of each job its record, plan, facts, ledger and reports, the agent's log, and what this system is. Only files
/// known to hold no secret are taken, and each passes the log's redaction once more, to which the secrets of all jobs are told
/// first. `logPath` may be empty.
[[nodiscard]] QList<DiagnosticsEntry> listDiagnostics(const QString &stateDir, const QString &logPath);
/// Writes <stateDir>/diagnostics/edgelift-<time>.zip (0600). Errors: FileUnwritable, NoSpace.
[[nodiscard]] Result<Diagnostics> writeDiagnostics(const QString &stateDir, const QString &logPath);
/// At most 1 MiB of such a file from `offset` on; nothing at its end. Opens only what writeDiagnostics wrote there: no other name,
/// no link. Error: FileUnreadable.
[[nodiscard]] Result<FilePart> readDiagnostics(const QString &stateDir, const QString &path, qint64 offset);

}
