#pragma once
#include "core/base/clock.h"
#include "core/cloud/credentialsource.h"
#include "core/cloud/errorclassifier.h"
#include "core/cloud/httptransport.h"

#include <functional>

namespace edgelift {

/// How often and how long we insist: waits grow from `first` by doubling up to `longest`, each shortened by chance to between half
/// and all of it, so that many agents do not knock at the same moment.
struct RetryPolicy
{
    int attempts = 6; ///< in all
    std::chrono::milliseconds first{500};
    std::chrono::milliseconds longest{20000};
};

/// What a call needs from the outside. The references must outlive the object that holds this.
struct CloudAccess
{
    HttpTransport &transport;
    CredentialSource &credentials;
    const Clock &clock;
    RetryPolicy policy{};
};

/// Signs and sends a request until it is answered, refused, or stopped: one policy for RPC products and for OSS.
class SignedSender
{
public:
    /// Makes the request anew for each attempt: date, nonce and signature change.
    using Make = std::function<HttpRequest(const Credentials &)>;
    explicit SignedSender(const CloudAccess &access)
        : m_access(access)
    {
    }
    /// `harmlessTwice`: may be repeated although the cloud may already have done it (reads, deletes, calls with a client token).
    /// Expired credentials are renewed once. The failure is that of the last attempt.
    [[nodiscard]] std::variant<HttpReply, Failure> send(
        const Make &make, CallFacts facts, bool harmlessTwice, const std::stop_token &stop) const;
    [[nodiscard]] const CloudAccess &access() const { return m_access; }

private:
    CloudAccess m_access;
};

}
