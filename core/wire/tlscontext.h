#pragma once
#include "core/wire/linkkeys.h"

#include <memory>

struct ssl_ctx_st;

namespace edgelift::wire {

/// What one end shows and whom it accepts: TLS 1.3 only, no resumption, the peer's key must have the pinned hash. Cheap to copy,
/// safe in any thread.
class TlsContext
{
public:
    /// `peerPin`: 64 hex digits as pinOf() makes them. Errors:
    /// PeerNotTrusted (pin unreadable), Internal (keys unreadable).
    [[nodiscard]] static Result<TlsContext> make(const LinkKeys &keys, const QByteArray &peerPin);
    ssl_ctx_st *get() const { return m_context.get(); }

private:
    TlsContext() = default;
    std::shared_ptr<const QByteArray> m_pin; ///< raw; the verification callback holds its address, so it goes last
    std::shared_ptr<ssl_ctx_st> m_context;
};

}
