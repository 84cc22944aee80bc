#include "core/wire/greeting.h"

namespace edgelift::wire {

namespace {
constexpr quint32 greetingLimit = 64U << 10; // a stranger with the right key still gets no more of our memory
constexpr std::chrono::milliseconds farewell{2000};
}

Result<Welcome> greet(FrameChannel &channel, const Hello &hello, std::chrono::milliseconds timeout)
{
    if (const Result<quint64> sent = channel.send(FrameType::Hello, {encode(hello)}, timeout); !sent) {
        // The receiver may have said why it does not want us before it closed.
        const Result<FrameChannel::Frame> answer = channel.receive(farewell, greetingLimit);
        return !answer && answer.error().code == ErrorCode::PeerNotTrusted ? answer.error() : sent.error();
    }
    const Result<FrameChannel::Frame> answer = channel.receive(timeout, greetingLimit);
    if (!answer)
        return answer.error();
    if (answer->type == FrameType::Failure) {
        const Result<Failure> failure = decodeFailure(answer->payload);
        return failure ? failure->error : failure.error();
    }
    if (answer->type != FrameType::Welcome)
        return malformed(QStringLiteral("frame type %1 instead of Welcome").arg(quint16(answer->type)));
    Result<Welcome> welcome = decodeWelcome(answer->payload);
    if (!welcome)
        return welcome;
    if (const Result<quint16> version = negotiate(hello.versions, {welcome->version, welcome->version}); !version)
        return version.error();
    channel.setVersion(welcome->version);
    return welcome;
}

Result<Hello> receiveHello(FrameChannel &channel, const QString &job, Port port, std::chrono::milliseconds timeout)
{
    const Result<FrameChannel::Frame> frame = channel.receive(timeout, greetingLimit);
    if (!frame)
        return frame.error();
    const auto refused = [&channel](const Error &error) {
        refuse(channel, error);
        return error;
    };
    if (frame->type != FrameType::Hello)
        return refused(malformed(QStringLiteral("frame type %1 instead of Hello").arg(quint16(frame->type))));
    Result<Hello> hello = decodeHello(frame->payload);
    if (!hello)
        return refused(hello.error());
    const Result<quint16> version = negotiate(ourVersions, hello->versions);
    if (!version) { // the text is for the other end: it wants to know our version
        Error error = version.error();
        error.args = {QString::number(ourVersions.newest)};
        return refused(error);
    }
    if (hello->job != job)
        return refused({ErrorCode::PeerNotTrusted, Retry::Never, {channel.socket().peer()}, QStringLiteral("another job")});
    const bool files = port == Port::Data && hello->port == Port::Files && *version >= buildVersion;
    if (hello->port != port && !files)
        return refused(malformed(QStringLiteral("this is the other port")));
    channel.setVersion(*version);
    return hello;
}

Result<> answerHello(FrameChannel &channel, Welcome welcome, std::chrono::milliseconds timeout)
{
    welcome.version = channel.version();
    const Result<quint64> sent = channel.send(FrameType::Welcome, {encode(welcome)}, timeout);
    if (!sent)
        return sent.error();
    return ok();
}

void refuse(FrameChannel &channel, const Error &error, quint64 request)
{
    (void)channel.send(FrameType::Failure, {encode(Failure{error, request})}, farewell);
}

}
