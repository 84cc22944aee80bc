#pragma once
#include "core/migrate/stepcontext.h"

namespace edgelift {

/// receiver.json for the job's receiver: ports, its keys, our pin (design.md section 7). Error: PeerNotTrusted (keys damaged).
[[nodiscard]] Result<Secret> receiverConfig(const JobStore &store);
/// Where the job's receiver is and how both ends know each other. Error: PeerNotTrusted (keys damaged).
[[nodiscard]] Result<ReceiverPeer> receiverPeer(const StepContext &context);

}
