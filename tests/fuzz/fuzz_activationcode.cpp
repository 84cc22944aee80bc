#include "core/credential/activationcode.h"
#include "fuzztarget.h"

using namespace edgelift;
using namespace edgelift::fuzz;

namespace {

ActivationCode fromFields(Reader &reader)
{
    ActivationCode code;
    code.service = QUrl(QString::fromUtf8(reader.take(reader.number<quint8>())));
    code.tokenId = QString::fromLatin1(reader.take(reader.number<quint8>() % 64));
    code.tokenCode = Secret(reader.take(reader.number<quint8>()).toByteArray());
    code.certificatePin = reader.take(32).toByteArray();
    return code;
}

}

/// First byte 0: the rest is a code as somebody typed it. Otherwise the rest are fields, so that the check sum is right.
FUZZ_TARGET(activationcode)
{
    Reader reader(input);
    QByteArray text;
    if (reader.number<quint8>() == 0) {
        text = reader.rest().toByteArray();
    } else {
        const ActivationCode code = fromFields(reader);
        if (code.service.toEncoded().size() > 255 || code.tokenId.toUtf8().size() > 255)
            return;
        text = encode(code).reveal();
    }
    const Result<ActivationCode> code = decodeActivationCode(text);
    if (!code || code->service.toEncoded().size() > 255)
        return;
    const Result<ActivationCode> again = decodeActivationCode(encode(*code).reveal());
    expect(again && again->tokenId == code->tokenId && again->tokenCode.reveal() == code->tokenCode.reveal()
            && again->certificatePin == code->certificatePin,
        "a code survives being written and read");
}
