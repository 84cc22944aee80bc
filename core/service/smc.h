#pragma once

namespace edgelift {

class AccessTokens;
class ActionRegistry;
class SourceServers;

/// Adds the SMC actions (2019-06-01) this service offers: activation codes and source servers. Both outlive the registry.
void registerSmc(ActionRegistry &registry, AccessTokens &tokens, SourceServers &sources);

}
