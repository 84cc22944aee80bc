#include "core/migrate/newcode.h"

#include "core/base/log.h"
#include "core/cloud/credentialsource.h"
#include "core/credential/activationcode.h"

namespace edgelift {

Result<Secret> createActivationCode(const Surroundings &surroundings, const NewCode &wanted, const std::stop_token &stop)
{
    StaticCredentials credentials(wanted.keys);
    const RpcClient client({*surroundings.transport, credentials, *surroundings.clock}, Endpoints(wanted.endpoint, wanted.certificatePin));
    const Result<smc::AccessTokenSecret> token = SmcApi(client).createAccessToken(wanted.token, stop);
    if (!token)
        return token.error();
    Secret code = encode(ActivationCode{wanted.endpoint, wanted.certificatePin, token->id, token->code});
    log::hide(token->code);
    log::hide(code);
    return code;
}

}
