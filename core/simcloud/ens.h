#pragma once

namespace edgelift {

class ActionRegistry;
class World;

/// Adds the handlers of ENS (2017-11-10). Each runs with the state locked, so calls are handled one at a time. `world` outlives the
/// registry.
void registerEns(ActionRegistry &registry, World &world);

}
