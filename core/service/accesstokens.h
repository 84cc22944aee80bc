#pragma once
#include "core/base/clock.h"
#include "core/base/secret.h"
#include "core/service/statestore.h"

#include <optional>

namespace edgelift {

/// An activation code as SMC calls it: an access token. Its secret is not in here; only its hash is kept.
struct AccessToken
{
    /// As the cloud lists them: usable; switched off by its owner; past its time.
    enum class Status : quint8 { Activated, Unactivated, Expired };

    QString id;
    QString name;
    QString description;
    int count = 0; ///< how many servers it may import
    int days = 0; ///< it lives
    QDateTime created; ///< UTC
    bool disabled = false;
    QStringList machines; ///< SHA-256 of the machine ids it has imported

    [[nodiscard]] QDateTime expires() const { return created.addDays(days); }
    [[nodiscard]] Status status(const QDateTime &now) const;
};
[[nodiscard]] QString statusName(AccessToken::Status status); ///< "activated", "unactivated", "expired"

/// The activation codes of this service, in the state (collection "accesstokens"). Thread-safe. put and redeem throw StateWriteFailed.
class AccessTokens
{
public:
    enum class Verdict : quint8 { Accepted, NotFound, Expired, UsedUp, Disabled };
    struct Created
    {
        QString id;
        Secret code; ///< shown once: only its salted scrypt hash is kept
    };

    AccessTokens(StateStore &state, const Clock &clock);
    /// The caller has checked the limits (count 1–1000, days 1–90).
    [[nodiscard]] Created create(const QString &name, const QString &description, int count, int days);
    [[nodiscard]] std::optional<AccessToken> find(const QString &id) const;
    [[nodiscard]] QList<AccessToken> all() const;
    bool disable(const QString &id); ///< false: there is none
    bool remove(const QString &id); ///< false: there is none. Servers it has imported stay
    /// Checks the code and, for a machine it has not seen, takes one of its uses. A wrong secret and an unknown id are both NotFound and
    /// take equally long (about 10 ms).
    [[nodiscard]] Verdict redeem(const QString &id, const Secret &code, const QString &machineId);

private:
    StateStore &m_state;
    const Clock &m_clock;
    std::mutex m_hashing; ///< one at a time: it is what a stranger can make us compute
};

}
