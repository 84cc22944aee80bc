#include "core/wire/controlmessages.h"
#include "fuzztarget.h"

#include <QJsonDocument>

using namespace edgelift;
using namespace edgelift::fuzz;

namespace {

/// What was accepted once is accepted again after it was written by us.
template <class Message, class Decode>
void message(QByteArrayView payload, Decode decode)
{
    const Result<Message> first = decode(payload);
    if (!first)
        return;
    const QByteArray written = wire::encode(*first);
    const Result<Message> second = decode(QByteArrayView(written));
    expect(second && wire::encode(*second) == written, "a message survives being written and read");
}

template <class Params, class Read>
void params(QByteArrayView payload, Read read)
{
    const QJsonObject object = QJsonDocument::fromJson(payload.toByteArray()).object();
    const Result<Params> first = read(object);
    if (!first)
        return;
    const QJsonObject written = wire::toJson(*first);
    const Result<Params> second = read(written);
    expect(second && wire::toJson(*second) == written, "parameters survive being written and read");
}

}

/// The JSON messages: the first character says which.
FUZZ_TARGET(messages)
{
    Reader reader(input);
    const char kind = char(reader.number<quint8>());
    const QByteArrayView payload = reader.rest();
    switch (kind) {
    case 'H':
        return message<wire::Hello>(payload, wire::decodeHello);
    case 'W':
        return message<wire::Welcome>(payload, wire::decodeWelcome);
    case 'Q':
        return message<wire::Request>(payload, wire::decodeRequest);
    case 'A':
        return message<wire::Reply>(payload, wire::decodeReply);
    case 'E':
        (void)wire::decodeFailure(payload); // written again it names another code when its own is not known here
        return;
    case 'p':
        return params<wire::PrepareParams>(payload, wire::prepareParams);
    case 'P':
        return params<wire::PrepareResult>(payload, wire::prepareResult);
    case 's':
        return params<wire::StatusResult>(payload, wire::statusResult);
    case 'v':
        return params<wire::VerifyParams>(payload, wire::verifyParams);
    case 'V':
        return params<wire::VerifyResult>(payload, wire::verifyResult);
    case 'f':
        return params<wire::FinishParams>(payload, wire::finishParams);
    default:
        return;
    }
}
