#pragma once
#include "core/service/registry.h"

namespace edgelift {

class World;

/// ImportImage: checks, then on the pool fetches every disk from its bucket, unpacks it into DIR/ens/images/<imageId>/ and writes
/// image.json there (design.md section 3). The folder appears under its name only when complete. State collection "ensimages".
[[nodiscard]] ActionReply importEnsImage(World &world, const ActionCall &call);
void resumeImports(World &world); ///< imports that a restart interrupted begin again

}
