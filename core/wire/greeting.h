#pragma once
#include "core/wire/framechannel.h"
#include "core/wire/messages.h"

/// The first frames of every connection, for both ends.
namespace edgelift::wire {

/// Client: says `hello`, sets the channel's version from the answer. Errors: what the receiver's Failure says, ReceiverVersion,
/// FrameMalformed, those of TlsSocket.
[[nodiscard]] Result<Welcome> greet(FrameChannel &channel, const Hello &hello, std::chrono::milliseconds timeout);
/// Receiver: the peer's Hello; refuses (and tells the peer) another version, job or port. Sets the channel's version; the caller
/// answers with answerHello() or refuse(). Errors: ReceiverVersion, FrameMalformed, PeerNotTrusted (another job), those of TlsSocket.
[[nodiscard]] Result<Hello> receiveHello(FrameChannel &channel, const QString &job, Port port, std::chrono::milliseconds timeout);
[[nodiscard]] Result<> answerHello(
    FrameChannel &channel, Welcome welcome, std::chrono::milliseconds timeout); ///< its version is the channel's
/// Sends a Failure; the connection ends after it (except as the answer to a control request, `request` then names it). That the
/// peer may be gone already is no matter.
void refuse(FrameChannel &channel, const Error &error, quint64 request = 0);

}
