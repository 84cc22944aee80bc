#pragma once
#include "core/base/clock.h"
#include "core/service/accesskeys.h"
#include "core/service/agentcalls.h"
#include "core/service/registry.h"
#include "core/service/statestore.h"
#include "core/simcloud/world.h"

#include <memory>

namespace edgelift {

/// The simulated cloud as one: ECS, VPC, ENS, STS and RAM as actions, OSS as HTTP. A fresh one has the buckets edgelift-transit
/// (cn-beijing) and edgelift-transit-sg (ap-southeast-1) and the service roles of exports and imports.
class SimCloud
{
public:
    /// The references outlive the cloud. Errors: those of ObjectStore::open. Throws StateWriteFailed.
    [[nodiscard]] static Result<std::unique_ptr<SimCloud>> open(
        StateStore &state, AccessKeyStore &keys, const Clock &clock, const WorldSettings &settings);
    ~SimCloud();

    void registerActions(ActionRegistry &registry);
    /// OSS: answers every request that is neither an RPC call nor an agent's.
    [[nodiscard]] ServerHandler objectStorage();
    /// Path of the image.json of a finished ENS image (design.md section 3); empty when there is none of that id.
    [[nodiscard]] QString imageFile(const QString &imageId);
    [[nodiscard]] CredentialIssuer &issuer(); ///< temporary credentials for agents
    void start(); ///< runs again what was running before a restart
    void stop(); ///< ends every instance's processes; their state stays, so that start() of a later process runs them again

private:
    struct Parts;
    explicit SimCloud(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> m_parts;
};

}
