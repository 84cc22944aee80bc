#pragma once

namespace edgelift {

class ActionRegistry;
class World;

/// Adds the handlers of VPC (2016-04-28). Each runs with the state locked, so calls are handled one at a time. `world` outlives the
/// registry.
void registerVpc(ActionRegistry &registry, World &world);

}
