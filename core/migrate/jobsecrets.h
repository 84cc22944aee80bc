#pragma once
#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/migrate/authorization.h"

namespace edgelift {

/// What a job needs to go on after a restart and must never show. Kept in a file of its own, mode 0600.
struct JobSecrets
{
    Authorization authorization;
    Secret sessionToken; ///< of the service; empty: not redeemed yet
    Secret ownerCertificate; ///< PEM, as the private keys: the link's two ends
    Secret ownerPrivateKey;
    Secret receiverCertificate;
    Secret receiverPrivateKey;
};

/// Durable, mode 0600. Errors: FileUnwritable, NoSpace.
[[nodiscard]] Result<> writeSecrets(const QString &path, const JobSecrets &secrets);
/// Errors: FileUnreadable, StateUnreadable.
[[nodiscard]] Result<JobSecrets> readSecrets(const QString &path);
/// No line of the log shows them from now on.
void hideInLog(const JobSecrets &secrets);

}
