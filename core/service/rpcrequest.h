#pragma once
#include "core/service/accesskeys.h"
#include "core/service/noncecache.h"
#include "core/service/registry.h"
#include "core/service/serverrequest.h"

#include <variant>

namespace edgelift {

/// An RPC call as it came, either style: ACS3 (version and action in x-acs-* headers) or the older one with everything in parameters.
struct RpcRequest
{
    bool acs3 = true;
    QString version;
    QString action;
    QString nonce;
    QDateTime time; ///< UTC; invalid when missing or malformed
    QMap<QString, QString> parameters; ///< the action's own
    ServerPairs signedPairs; ///< old style: all of them, Signature included
    QByteArray body;
};

/// True when a request is for the RPC products, judged by its headers, query and content type.
[[nodiscard]] bool isRpc(const ServerRequest &exchange);
[[nodiscard]] RpcRequest readRpcRequest(const ServerRequest &exchange, const QByteArray &body);

/// Who signed, or the refusal: unknown or expired keys, a wrong signature, a time more than 15 minutes off, a nonce used before.
[[nodiscard]] std::variant<AccessKey, ActionReply> authenticate(
    const ServerRequest &exchange, const RpcRequest &request, const AccessKeyStore &keys, NonceCache &nonces, const QDateTime &now);

}
