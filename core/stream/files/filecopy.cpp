#include "core/stream/files/filecopy.h"

#include "core/base/childprocess.h"
#include "core/stream/files/rsyncclient.h"
#include "core/stream/files/tunnelsocket.h"
#include "core/wire/controlmessages.h"
#include "core/wire/greeting.h"
#include "core/wire/streamrelay.h"

#include <QJsonArray>
#include <algorithm>
#include <sys/socket.h>
#include <thread>

namespace edgelift {

namespace {

using namespace std::chrono_literals;
constexpr auto connectTimeout = 10s;
constexpr auto requestTimeout = 60s;
constexpr auto mountTimeout = 300s; // the receiver mounts, and its journal may need a replay
constexpr auto settleTimeout = 600s; // it brings everything to the disk
constexpr qsizetype wordsMost = 16384;
constexpr size_t piece = 64U << 10;
constexpr int leastLevel = -5;

Result<QJsonObject> reply(wire::FrameChannel &channel, std::chrono::milliseconds timeout)
{
    const Result<wire::FrameChannel::Frame> frame = channel.receive(timeout, wire::maxJsonPayload);
    if (!frame)
        return frame.error();
    if (frame->type == wire::FrameType::Failure) {
        const Result<wire::Failure> failure = wire::decodeFailure(frame->payload);
        return failure ? failure->error : failure.error();
    }
    if (frame->type != wire::FrameType::Reply)
        return wire::malformed(QStringLiteral("frame type %1 instead of Reply").arg(quint16(frame->type)));
    const Result<wire::Reply> answer = wire::decodeReply(frame->payload);
    return answer ? answer->result : Result<QJsonObject>(answer.error());
}

Result<std::unique_ptr<wire::FrameChannel>> connect(CopyJob &job, const std::stop_token &stop)
{
    const ReceiverAddress &to = job.settings.receiver;
    auto socket = wire::TlsSocket::connect(to.host, to.dataPort, job.context, connectTimeout, stop);
    if (!socket)
        return socket.error();
    auto channel = std::make_unique<wire::FrameChannel>(socket.take());
    channel->socket().countSentIn(job.wireBytes);
    const Result<wire::Welcome> welcome = wire::greet(*channel, {wire::ourVersions, to.job, wire::Port::Files}, connectTimeout);
    if (!welcome)
        return welcome.error();
    return channel;
}

/// One run of rsync and its connection.
class Conversation
{
public:
    Conversation(CopyJob &job, wire::FrameChannel &channel, const FileCopy::Observer &observer, std::stop_token stop)
        : m_job(job)
        , m_channel(channel)
        , m_observer(observer)
        , m_stop(std::move(stop))
    {
    }
    /// The receiver's rsync, until it has settled.
    Result<QJsonObject> run(const FileVolume &volume, bool last, TunnelSocket &socket)
    {
        Result<TunnelSocket::Call> call = socket.receive(m_stop);
        if (!call)
            return call.error();
        const wire::Request request{1, wire::method::files,
            {{QStringLiteral("disk"), qint64(volume.disk)}, {QStringLiteral("volume"), volume.id}, {QStringLiteral("last"), last},
                {QStringLiteral("arguments"), QJsonArray::fromStringList(call->words)}}};
        const Result<quint64> asked = m_channel.send(wire::FrameType::Request, {wire::encode(request)}, requestTimeout);
        if (!asked)
            return asked.error();
        if (const Result<QJsonObject> begun = reply(m_channel, mountTimeout); !begun)
            return begun;
        if (const Result<> carried = carry(*call); !carried)
            return carried.error();
        const Result<QJsonObject> end = reply(m_channel, settleTimeout);
        socket.finish(end ? end->value(QLatin1String("exitCode")).toInt(255) : 255);
        return end;
    }

private:
    size_t admit(size_t bytes)
    {
        using wire::TlsSocket;
        const size_t granted = std::min(bytes, m_job.limiter.limit() > 0 ? TlsSocket::recordSize : piece);
        const size_t records = (granted + TlsSocket::recordSize - 1) / TlsSocket::recordSize;
        return m_job.limiter.take(granted + records * TlsSocket::recordOverhead, m_stop) ? granted : 0;
    }
    /// Files come through one thread, and rsync, which feeds it, is as busy as we are: the time it takes counts as ours. Never nothing at
    /// all: the fastest level costs less than sending twice the bytes.
    int level() const
    {
        const int chosen = m_job.level.level();
        return chosen == 0 && m_job.tuning.compression > 0 ? leastLevel : chosen;
    }
    wire::StreamSender::Calls calls()
    {
        wire::StreamSender::Calls out;
        out.admission = [this](size_t bytes) { return admit(bytes); };
        out.read = [this](size_t plain) { // rsync reads no faster than it is heard
            m_job.limits.bytesRead() += plain;
            return m_job.diskLimiter.take(plain, m_stop);
        };
        out.level = [this] { return level(); };
        out.sent = [this](quint64 bytes) { m_observer(m_bytes += bytes); };
        out.packed = [this](const wire::StreamTimes &times) { m_job.level.packed({times.reading + times.compressing, {}, times.waiting}); };
        out.took = [this](std::chrono::nanoseconds starving, std::chrono::nanoseconds sending) { m_job.level.sent({starving, sending}); };
        out.enter = [this](const std::function<void()> &body) {
            const ThreadPriorities::Entry entry(m_job.limits.threads());
            body();
        };
        return out;
    }
    Result<> carry(TunnelSocket::Call &call)
    {
        Result<> sent = ok();
        {
            std::jthread sending([&] {
                const ThreadPriorities::Entry entry(m_job.limits.threads());
                wire::StreamSender sender(m_channel, calls());
                sent = sender.run(call.input.get(), m_stop);
            });
            const Result<> heard = wire::receiveStream(m_channel, call.output.get());
            call.output.reset();
            // The program at the other end is gone. Ours keeps its end open until its remote shell has ended, which waits for us.
            ::shutdown(call.input.get(), SHUT_RDWR);
            sending.join();
            if (!heard)
                return heard;
        }
        return sent;
    }
    CopyJob &m_job;
    wire::FrameChannel &m_channel;
    const FileCopy::Observer &m_observer;
    std::stop_token m_stop;
    quint64 m_bytes = 0;
};

}

FileCopy::FileCopy(CopyJob &job, QString tunnel, Observer observer)
    : m_job(job)
    , m_tunnel(std::move(tunnel))
    , m_observer(std::move(observer))
{
}

Result<FileCopyEnd> FileCopy::run(const FileVolume &volume, const QString &folder, bool last, const std::stop_token &stop)
{
    Result<std::unique_ptr<wire::FrameChannel>> channel = connect(m_job, stop);
    if (!channel)
        return channel.error();
    Result<TunnelSocket> socket = TunnelSocket::make();
    if (!socket)
        return socket.error();
    const QByteArray variable = "EDGELIFT_TUNNEL=" + QByteArray::number(socket->theirEnd());
    Result<ChildProcess> rsync =
        ChildProcess::start({QStringLiteral("rsync"), rsyncArguments(volume, folder, m_tunnel), {variable}, false, socket->theirEnd()});
    if (!rsync)
        return rsync.error();
    socket->closeTheirEnd();
    QByteArray words;
    std::jthread listening([&] { words = ChildProcess::readLast(rsync->errors(), wordsMost); });
    quint64 carried = 0;
    const Observer observer = [&](quint64 bytes) {
        carried = bytes;
        m_observer(bytes);
    };
    Result<QJsonObject> end = [&] {
        const ThreadPriorities::Entry nice(m_job.limits.threads(), rsync->id());
        return Conversation(m_job, **channel, observer, stop).run(volume, last, *socket);
    }();
    if (!end)
        rsync->kill();
    const int exitCode = rsync->wait();
    listening.join();
    // A receiver that said why, or a link that broke, explains more than rsync can.
    const bool unsaid = !end && end.error().code == ErrorCode::ToolFailed && exitCode != 0 && !stop.stop_requested();
    if (!end && !unsaid)
        return end.error();
    Result<FileCopyEnd> result = rsyncEnd(volume, exitCode, words);
    if (!result)
        return result;
    FileCopyEnd copied = result.take();
    copied.bytes = carried;
    return copied;
}

}
