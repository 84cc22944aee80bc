#pragma once
#include "core/service/registry.h"

namespace edgelift {

class World;

/// Custom images (state collection "images"): a list of snapshots with the place of each disk. No bytes of their own, which is why a
/// snapshot cannot be deleted while an image uses it.
[[nodiscard]] ActionReply describeImages(World &world, const ActionCall &call);
[[nodiscard]] ActionReply createImage(World &world, const ActionCall &call);
[[nodiscard]] ActionReply deleteImage(World &world, const ActionCall &call);

}
