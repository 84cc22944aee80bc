#pragma once
#include "core/base/clock.h"
#include "core/service/apishapes.h"
#include "core/service/rpcrequest.h"

namespace edgelift {

/// Answers the RPC products as the cloud's gateway does: verifies the signature, holds the parameters against the API's shapes and
/// hands the call to its handler. Thread-safe. Everything given by reference outlives it.
class RpcFront
{
public:
    RpcFront(const ActionRegistry &registry, const ApiShapes &shapes, const AccessKeyStore &keys, const Clock &clock);
    /// For requests that isRpc(). Always JSON with a RequestId; refusals also have HostId, Code, Message and Recommend.
    [[nodiscard]] ServerReply answer(const ServerRequest &exchange);

private:
    [[nodiscard]] ActionReply reply(const ServerRequest &exchange, ActionCall &call);

    const ActionRegistry &m_registry;
    const ApiShapes &m_shapes;
    const AccessKeyStore &m_keys;
    const Clock &m_clock;
    NonceCache m_nonces;
};

/// "6F3A…-…": as the cloud writes request ids.
[[nodiscard]] QString newRequestId();

}
