#pragma once
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/credential/credentials.h"
#include "core/service/statestore.h"

#include <optional>

namespace edgelift {

/// Who stands behind an AccessKey id.
struct AccessKey
{
    Credentials credentials; ///< with securityToken and expires for temporary ones
    QString accountId;
    QString role; ///< name of the assumed role; empty: the account itself
    QString session; ///< role session name; empty: the account itself
};

/// The keys this service accepts: the account's own pair, and temporary credentials it has issued. Thread-safe.
class AccessKeyStore
{
public:
    /// `root` comes from rootKey(). Temporary ones are kept in `state` (collection "credentials", with their secrets: the folder is
    /// private) and survive a restart. Both references outlive the store.
    AccessKeyStore(const Credentials &root, QString accountId, StateStore &state, const Clock &clock);

    [[nodiscard]] std::optional<AccessKey> find(const QString &accessKeyId) const; ///< expired ones too, for an hour: to say so
    /// Temporary credentials ("STS.…") of `role`, valid for `lifetime` from now. Throws StateWriteFailed.
    [[nodiscard]] Credentials issue(const QString &role, const QString &session, std::chrono::seconds lifetime);
    [[nodiscard]] QString accountId() const { return m_accountId; }

private:
    void dropExpired();

    Credentials m_root;
    QString m_accountId;
    StateStore &m_state;
    const Clock &m_clock;
};

/// The account's AccessKey pair of DIR/credentials.json (mode 0600); made with strong randomness when the file is not there.
/// Errors: StateUnreadable (args: the file), FileUnreadable, FileUnwritable.
[[nodiscard]] Result<Credentials> rootKey(const QString &dataDir);

}
