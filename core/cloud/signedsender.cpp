#include "core/cloud/signedsender.h"
#include "core/base/errortext.h"
#include "core/base/log.h"

#include <QRandomGenerator>

namespace edgelift {

namespace {

/// Between half and all of the doubled wait.
std::chrono::milliseconds waitBefore(int attempt, const RetryPolicy &policy)
{
    std::chrono::milliseconds wait = policy.first;
    for (int i = 2; i < attempt && wait < policy.longest; ++i)
        wait *= 2;
    wait = std::min(wait, policy.longest);
    const double share = 0.5 + QRandomGenerator::global()->generateDouble() / 2;
    return std::chrono::milliseconds(qint64(double(wait.count()) * share));
}

Failure stoppedFailure(const CallFacts &facts)
{
    return {Error{ErrorCode::CloudTimedOut, Retry::AfterWait, {facts.action}, QStringLiteral("stopped")}, Repeat::No, {}};
}

bool mayRepeat(const Failure &failure, bool harmlessTwice)
{
    return failure.repeat == Repeat::Yes || (failure.repeat == Repeat::IfHarmless && harmlessTwice);
}

}

std::variant<HttpReply, Failure> SignedSender::send(
    const Make &make, CallFacts facts, bool harmlessTwice, const std::stop_token &stop) const
{
    bool renewed = false;
    for (int attempt = 1;; ++attempt) {
        const Result<Credentials> credentials = m_access.credentials.credentials(stop);
        if (!credentials)
            return Failure{credentials.error(), Repeat::No, {}};
        facts.sentAt = m_access.clock.now();
        Result<HttpReply> reply = m_access.transport.send(make(*credentials), stop);
        const std::optional<Failure> failure = reply ? classify(*reply, facts) : classify(reply.error(), facts);
        if (!failure)
            return reply.take();
        log::debug("cloud", QStringLiteral("%1:%2 failed").arg(facts.product, facts.action),
            {{QStringLiteral("attempt"), attempt}, {QStringLiteral("error"), logLine(failure->error)}});
        if (stop.stop_requested())
            return stoppedFailure(facts);
        if (failure->error.code == ErrorCode::CredentialsExpired && !renewed && m_access.credentials.refresh(credentials->accessKeyId)) {
            renewed = true;
            continue;
        }
        if (attempt >= m_access.policy.attempts || !mayRepeat(*failure, harmlessTwice))
            return *failure;
        if (!m_access.clock.sleep(waitBefore(attempt + 1, m_access.policy), stop))
            return stoppedFailure(facts);
    }
}

}
