#pragma once
#include "core/base/clock.h"
#include "core/base/secret.h"
#include "core/service/statestore.h"

#include <QStringList>
#include <optional>

namespace edgelift {

/// What an agent tells about its server when it redeems a code. Sizes in GiB; 0 or empty: not told.
struct SourceProfile
{
    QString machineId; ///< stable across imports of the same server
    QString name;
    QString hostName;
    QString platform;
    QString architecture;
    QString agentVersion;
    QString address; ///< as this service sees it
    qint64 systemDiskGiB = 0;
    QList<qint64> dataDisksGiB;
};

/// What an agent reports about its migration.
struct SourceJob
{
    QString id;
    QString status; ///< Ready, Running, Stopped, InError, Finished, Waiting
    QString businessStatus;
    double progress = 0; ///< percent
    QString error; ///< empty: none
};

struct SourceServer
{
    enum class State : quint8 { Available, InUse, Unavailable };

    QString id; ///< "s-…"
    QString description;
    SourceProfile profile;
    SourceJob job; ///< the last one reported; empty id: none
    QDateTime created; ///< UTC
    QDateTime seen; ///< last heartbeat, UTC

    /// Unavailable without a heartbeat for 90 s; InUse while its last job is Running.
    [[nodiscard]] State state(const QDateTime &now) const;
};
[[nodiscard]] QString stateName(SourceServer::State state); ///< "Available", "InUse", "Unavailable"

/// The servers that were imported, and their agents' sessions, in the state (collection "sources"). Session tokens are random 256 bit,
/// kept as SHA-256; a server has at most eight sessions, the oldest goes. Heartbeats are written at most every ten minutes: after a
/// restart a server counts as offline until its next one. Thread-safe. Changes throw StateWriteFailed.
class SourceServers
{
public:
    static constexpr int heartbeatSeconds = 30;
    struct Registered
    {
        QString sourceId;
        Secret sessionToken;
    };

    SourceServers(StateStore &state, const Clock &clock);
    /// The same machineId keeps its id, name and description.
    [[nodiscard]] Registered add(const SourceProfile &profile);
    /// Whose session this is; empty for a token that is unknown, or not used for 30 days.
    [[nodiscard]] QString ownerOf(const Secret &sessionToken) const;
    void heartbeat(const QString &id);
    void report(const QString &id, const SourceJob &job);

    [[nodiscard]] std::optional<SourceServer> find(const QString &id) const;
    [[nodiscard]] QList<SourceServer> all() const;
    enum class Described : quint8 { Done, Unknown, NameTaken };
    /// Null leaves a field as it is.
    [[nodiscard]] Described describe(const QString &id, const std::optional<QString> &name, const std::optional<QString> &description);
    bool remove(const QString &id); ///< ends its sessions; false: there is none

private:
    [[nodiscard]] SourceServer read(const QString &id) const;
    [[nodiscard]] QString idOfMachine(const QString &machineId) const;

    StateStore &m_state;
    const Clock &m_clock;
    QHash<QString, QDateTime> m_seen; ///< guarded by the state's mutex
};

}
