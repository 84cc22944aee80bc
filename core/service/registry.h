#pragma once
#include <QDateTime>
#include <QHash>
#include <QJsonObject>
#include <QMap>
#include <QString>
#include <functional>

namespace edgelift {

/// One call of an RPC action, after the front has verified who asks and that the parameters have the API's shape.
struct ActionCall
{
    QString product; ///< "ecs", "vpc", "ens", "smc", "sts", "ram"
    QString action; ///< "RunInstances"
    QString region; ///< the RegionId parameter; empty when the caller sent none
    QMap<QString, QString> parameters; ///< business parameters only, names as on the wire: "Tag.1.Key", "SystemDisk.Size"
    QString accountId;
    QString accessKeyId; ///< who signed: a plain pair, or "STS.…" for temporary credentials
    QDateTime now; ///< UTC, from the service's clock
    QString requestId;
};

/// The JSON body, or a refusal in the cloud's words. RequestId (and HostId of refusals) are added by the front.
struct ActionReply
{
    int status = 200;
    QJsonObject body;
    [[nodiscard]] static ActionReply refuse(int status, const QString &code, const QString &message);
};

/// Called on any of the server's threads, several at once: handlers lock what they share.
using ActionHandler = std::function<ActionReply(const ActionCall &)>;

/// What the service can do: product and action to handler. Filled before the server starts, only read afterwards.
class ActionRegistry
{
public:
    void add(const QString &product, const QString &action, ActionHandler handler);
    /// Null when nobody registered the action. Valid as long as nothing is added.
    [[nodiscard]] const ActionHandler *find(const QString &product, const QString &action) const;

private:
    QHash<QString, ActionHandler> m_handlers; ///< by "product/action"
};

}
