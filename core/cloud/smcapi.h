#pragma once
#include "core/cloud/rpcclient.h"

#include <QDateTime>

namespace edgelift {

namespace smc {

struct NewAccessToken
{
    QString name; ///< 2–128 characters
    QString description;
    int quota = 200; ///< servers that may be imported with it, 1–1000
    int days = 90; ///< that it is valid, 1–90
};

/// What an activation code is made of.
struct AccessTokenSecret
{
    QString id;
    Secret code; ///< shown once, by createAccessToken only
};

struct AccessToken
{
    QString id;
    QString name;
    QString description;
    QString status; ///< activated, unactivated, expired
    int quota = 0;
    int used = 0;
    int days = 0;
    QDateTime created;
};

struct SourceServer
{
    QString id; ///< "s-…"
    QString name;
    QString description;
    QString state; ///< Unavailable, Available, InUse, Deleting
    QString platform;
    QString architecture;
    QString agentVersion;
    QString errorCode;
    QString jobId;
    QDateTime created;
};

}

/// Activation codes and imported servers of the account. Central. Rules as for EcsApi.
class SmcApi
{
public:
    explicit SmcApi(const RpcClient &client);
    /// Has no client token: after an unanswered call a token nobody knows the code of may stay; it shows in the list.
    [[nodiscard]] Result<smc::AccessTokenSecret> createAccessToken(const smc::NewAccessToken &token, const std::stop_token &stop) const;
    /// No ids: all of them.
    [[nodiscard]] Result<QList<smc::AccessToken>> listAccessTokens(const QStringList &ids, const std::stop_token &stop) const;
    [[nodiscard]] Result<> disableAccessToken(const QString &id, const std::stop_token &stop) const;
    [[nodiscard]] Result<> deleteAccessToken(const QString &id, const std::stop_token &stop) const;
    /// No ids: all of them. Follows every page.
    [[nodiscard]] Result<QList<smc::SourceServer>> describeSourceServers(const QStringList &ids, const std::stop_token &stop) const;

private:
    const RpcClient &m_client;
};

}
