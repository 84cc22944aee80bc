#pragma once
#include "core/cloud/smcapi.h"
#include "core/migrate/surroundings.h"

#include <QUrl>

namespace edgelift {

/// What is needed to make an activation code.
struct NewCode
{
    Credentials keys; ///< of the account
    QUrl endpoint; ///< of the service; the code leads there
    QByteArray certificatePin; ///< SHA-256 of its public key; empty: an ordinary check
    smc::NewAccessToken token;
};

/// Makes an activation code, in its printed form; the log does not show it. Errors: those of SmcApi.
[[nodiscard]] Result<Secret> createActivationCode(const Surroundings &surroundings, const NewCode &wanted, const std::stop_token &stop);

}
