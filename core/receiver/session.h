#pragma once
#include "core/receiver/targetkeeper.h"
#include "core/wire/framechannel.h"

#include <functional>

/// What happens on one connection after the peer has proved who it is and said Hello. Both run on the connection's own thread
/// until the peer leaves, something is wrong with what it sends, or `stop` is asked. Errors are told to the peer as Failure.
namespace edgelift::receiver {

/// Control port: answers requests one at a time. A refused request leaves the session usable; a malformed frame ends it.
/// `shutDown` is called after `shutdown` was answered.
void serveControl(wire::FrameChannel &channel, TargetKeeper &keeper, const std::function<void()> &shutDown, const std::stop_token &stop);

/// Data port: writes what comes and confirms what is durable. Any error ends the session.
void serveData(wire::FrameChannel &channel, TargetKeeper::Writer &writer, const std::stop_token &stop);

/// Sends `error` and stays long enough for the peer to read it: closing with unread data in our buffers would make the kernel
/// throw the message away (RST).
void refuseAndLeave(wire::FrameChannel &channel, const Error &error);

}
