#pragma once
#include "core/cloud/endpoints.h"
#include "core/cloud/parameters.h"
#include "core/cloud/signedsender.h"

#include <QJsonObject>

namespace edgelift {

/// One call of an RPC product.
struct RpcCall
{
    Product product{};
    QString action;
    QString region; ///< chooses the endpoint; is not a parameter by itself
    Parameters parameters;
    bool formBody = false; ///< parameters in the body: for long ones (user data)
    /// May the cloud get it twice? True for reads, deletes, and everything with a ClientToken.
    bool harmlessTwice = true;
};

/// Calls RPC products: ACS3 signature, retries, errors. Thread-safe; blocks the caller.
class RpcClient
{
public:
    RpcClient(const CloudAccess &access, Endpoints endpoints);

    /// The JSON of a success. Errors: those of errorclassifier.h; CloudTimedOut also when stop was asked.
    [[nodiscard]] Result<QJsonObject> call(const RpcCall &call, const std::stop_token &stop) const;
    /// The same with the cloud's own code in case of failure, for the few callers that know what to do about one.
    [[nodiscard]] std::variant<QJsonObject, Failure> tryCall(const RpcCall &call, const std::stop_token &stop) const;
    /// A call whose reply says nothing of interest.
    [[nodiscard]] Result<> perform(const RpcCall &call, const std::stop_token &stop) const;
    /// A call that makes something: the id that `read` finds in the reply. Error also: CloudReplyUnreadable when there is none.
    [[nodiscard]] Result<QString> idOf(
        const RpcCall &call, const std::function<QString(const QJsonObject &)> &read, const std::stop_token &stop) const;
    /// A delete: that the thing is gone already is success.
    [[nodiscard]] Result<> remove(const RpcCall &call, const std::stop_token &stop) const;
    [[nodiscard]] const Endpoints &endpoints() const { return m_endpoints; }

private:
    [[nodiscard]] CallFacts factsOf(const RpcCall &call) const;

    SignedSender m_sender;
    Endpoints m_endpoints;
};

}
