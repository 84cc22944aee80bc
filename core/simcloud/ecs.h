#pragma once

namespace edgelift {

class ActionRegistry;
class World;

/// Adds the handlers of ECS (2014-05-26). Each runs with the state locked, so calls are handled one at a time. `world` outlives the
/// registry.
void registerEcs(ActionRegistry &registry, World &world);

}
