#pragma once
#include "core/cloud/reach.h"
#include "core/migrate/cloudsession.h"
#include "core/source/readiness.h"

namespace edgelift {

/// How far this machine's clock may be off. Alibaba Cloud refuses a signature at 15 minutes (OSS RequestTimeTooSkewed).
inline constexpr std::chrono::seconds skewWorthAWarning{60};
inline constexpr std::chrono::seconds skewMost{14 * 60};

/// Where a migration talks to: each product that it calls, and OSS in the transit region. `bucket` empty: not chosen yet.
[[nodiscard]] QList<Address> neededAddresses(const Endpoints &endpoints, const QString &transitRegion, const QString &bucket);

/// What is known of them before anybody signed in: the service of the code, and the cloud's at the endpoint; with neither, Alibaba Cloud's
/// own. (With a code alone, where the cloud is will be said by the service.)
[[nodiscard]] QList<Address> knownAddresses(const Authorization &authorization, const QString &transitRegion);

/// By how much the clock is off, by the answer that agrees best; nothing: no answer told the time.
[[nodiscard]] std::optional<std::chrono::seconds> clockSkew(const QList<Reached> &reached);

/// Asks all of them; eight seconds at most. Those that do not answer are warnings, because another endpoint can still be given; a clock
/// that is off by `skewMost` is a blocker. At least one address is expected.
[[nodiscard]] QList<Check> cloudChecks(const Surroundings &surroundings, const QList<Address> &addresses, const std::stop_token &stop);
/// What they amount to for a migration that is about to begin: the first address that does not answer, or the clock. How far that is off
/// otherwise.
[[nodiscard]] Result<std::chrono::seconds> requireCloud(
    const Surroundings &surroundings, const QList<Address> &addresses, const std::stop_token &stop);

}
