#pragma once
#include "core/migrate/heartbeat.h"
#include "core/migrate/steps.h"

#include <atomic>
#include <optional>

namespace edgelift {

/// Takes a job through its steps, from the first that is not finished, and keeps service and observer informed.
class Runner
{
public:
    explicit Runner(StepContext &context)
        : m_context(context)
    {
    }
    /// The error of the step that failed; also when it failed because stop was asked: the caller looks at its token.
    Result<> run();
    /// Only what clean-up needs: a session, then everything in the account goes.
    Result<> cleanUpOnly();
    /// Tells the service how it ended.
    void tell(JobState state, const std::optional<Error> &error);

private:
    Result<> runStep(const Step &step);
    Result<> enter(Phase phase);
    Result<> leave(Phase phase);
    void startHeartbeat();
    [[nodiscard]] JobStatus status() const;

    StepContext &m_context;
    std::optional<Phase> m_entered; ///< the phase steps run in now
    std::atomic<Phase> m_phase = Phase::Connect; ///< the same for the heartbeat's thread
    std::atomic<int> m_stepsDone = 0;
    std::unique_ptr<Heartbeat> m_heartbeat; // last: its thread asks for status()
};

}
