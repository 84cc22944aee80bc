#include "core/wire/codec.h"
#include "core/wire/messages.h"
#include "fuzztarget.h"

using namespace edgelift;
using namespace edgelift::fuzz;

namespace {

void data(QByteArrayView payload)
{
    const Result<wire::DataMessage> message = wire::decodeData(payload);
    if (!message)
        return;
    const wire::DataHead &head = message->head;
    expect(head.length >= 1 && head.length <= wire::maxDataLength && head.extents <= wire::maxDataExtents, "lengths are bounded");
    expect(head.offset + head.length > head.offset, "the range does not wrap");
    quint64 sum = 0;
    for (quint32 i = 0; i < head.extents; ++i)
        sum += head.extentLength(i);
    expect(sum == head.length, "the extents are the whole message");
    const QByteArray again = wire::encode(head);
    expect(payload.first(again.size()) == again && payload.sliced(again.size()) == message->bytes, "a head is what it was read from");
    if (!head.compressed)
        return;
    static QByteArray room(qsizetype(wire::maxDataLength), Qt::Uninitialized);
    static wire::Decompressor decompressor;
    (void)decompressor.decompress(spanOf(message->bytes), {room.data(), head.length});
}

}

/// The binary messages of the data port; compressed bytes go on to the codec, as in the receiver.
FUZZ_TARGET(datamessages)
{
    Reader reader(input);
    const quint8 kind = reader.number<quint8>();
    const QByteArrayView payload = reader.rest();
    if (kind % 3 == 0)
        return data(payload);
    if (kind % 3 == 1) {
        const Result<wire::ZeroMessage> zero = wire::decodeZero(payload);
        expect(!zero || wire::encode(*zero) == payload, "a Zero is what it was read from");
        return;
    }
    const Result<wire::AckMessage> ack = wire::decodeAck(payload);
    expect(!ack || wire::encode(*ack) == payload, "an Ack is what it was read from");
}
