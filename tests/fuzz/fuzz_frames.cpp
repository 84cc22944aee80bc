#include "core/wire/messages.h"
#include "fuzztarget.h"

using namespace edgelift;
using namespace edgelift::fuzz;

namespace {

void decodePayload(wire::FrameType type, QByteArrayView payload)
{
    switch (type) {
    case wire::FrameType::Hello:
        return (void)wire::decodeHello(payload);
    case wire::FrameType::Welcome:
        return (void)wire::decodeWelcome(payload);
    case wire::FrameType::Request:
        return (void)wire::decodeRequest(payload);
    case wire::FrameType::Reply:
        return (void)wire::decodeReply(payload);
    case wire::FrameType::Failure:
        return (void)wire::decodeFailure(payload);
    case wire::FrameType::Data:
        return (void)wire::decodeData(payload);
    case wire::FrameType::Zero:
        return (void)wire::decodeZero(payload);
    case wire::FrameType::Ack:
        return (void)wire::decodeAck(payload);
    case wire::FrameType::Finish:
    case wire::FrameType::Stream:
    case wire::FrameType::StreamEnd:
        return;
    }
}

}

/// What arrives on a connection, as FrameChannel reads it: header, payload, header, …
FUZZ_TARGET(frames)
{
    Reader reader(input);
    while (!reader.atEnd()) {
        const QByteArrayView raw = reader.take(wire::headerSize);
        const Result<wire::FrameHeader> header = wire::decode(raw);
        if (!header)
            return;
        expect(header->length <= wire::maxPayload, "no payload is over the limit");
        const auto again = wire::encode(*header);
        expect(raw == QByteArrayView(again.data(), wire::headerSize), "a header is what it was read from");
        const QByteArrayView payload = reader.take(header->length);
        if (payload.size() < qsizetype(header->length))
            return;
        if (wire::isKnown(header->type))
            decodePayload(header->type, payload);
    }
}
