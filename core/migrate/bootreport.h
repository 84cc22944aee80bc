#pragma once
#include "core/migrate/jobstore.h"
#include "core/migrate/ledger.h"

#include <stop_token>

namespace edgelift {

/// Boots the job's image, which lies as files on this machine ("imagePath" of the job), and renews its reports with what came of it: the
/// result is kept as bootcheck.json beside them, the console as boot/console.log. Blocks for minutes. Errors: as Migration::checkBoot().
[[nodiscard]] Result<QJsonObject> checkBootOf(const JobStore &store, const Ledger &ledger, const std::stop_token &stop);
/// What checkBootOf() kept; empty: it was never asked.
[[nodiscard]] QJsonObject keptBootCheck(const JobStore &store);

}
