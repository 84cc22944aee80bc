#pragma once
#include "core/migrate/jobstore.h"
#include "core/migrate/ledger.h"

namespace edgelift {

/// What a migration leaves for people and for audits: where from, what was decided, what happened when, what it made and removed, the
/// result and how to use it. No secrets: it is made of job.json, plan.json, facts.json and the ledger only.
[[nodiscard]] QJsonObject reportJson(const JobStore &store, const Ledger &ledger);
/// The same for a browser: one file, no script, nothing from elsewhere. Every text in it is escaped: names come from other machines.
[[nodiscard]] QByteArray reportHtml(const QJsonObject &report);
/// Writes both beside the job. Errors: FileUnwritable, NoSpace.
[[nodiscard]] Result<> writeReports(const JobStore &store, const Ledger &ledger);

}
