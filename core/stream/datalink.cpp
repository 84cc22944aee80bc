#include "core/stream/datalink.h"

#include "core/wire/greeting.h"

namespace edgelift {

namespace {
using namespace std::chrono_literals;
constexpr std::chrono::milliseconds connectTimeout = 10s;
constexpr quint32 replyLimit = 64U << 10; // acknowledgements are 8 bytes, a Failure is short
constexpr size_t piecesASecond = 500;
constexpr size_t largestPiece = 256U << 10;
constexpr quint64 zeroBatch = 4096; // extents marked at once
}

Result<> DataLink::connect()
{
    const ReceiverAddress &to = m_job.settings.receiver;
    auto socket = wire::TlsSocket::connect(to.host, to.dataPort, m_job.context, connectTimeout, m_stop);
    if (!socket)
        return socket.error();
    m_channel = std::make_unique<wire::FrameChannel>(socket.take());
    m_channel->socket().countSentIn(m_job.wireBytes);
    const Result<wire::Welcome> welcome = wire::greet(*m_channel, {wire::ourVersions, to.job, wire::Port::Data}, connectTimeout);
    if (!welcome)
        return welcome.error();
    m_moved = std::chrono::steady_clock::now();
    return ok();
}

/// Under a limit the pieces are small, so that it holds over short times too; each costs a system call.
size_t DataLink::admit(size_t bytes)
{
    using wire::TlsSocket;
    const size_t evenly = size_t(m_job.limiter.limit()) / piecesASecond;
    const size_t piece = m_job.limiter.limit() > 0 ? std::clamp(evenly, TlsSocket::recordSize, largestPiece) : largestPiece;
    const size_t granted = std::min(bytes, piece);
    const size_t records = (granted + TlsSocket::recordSize - 1) / TlsSocket::recordSize;
    return m_job.limiter.take(granted + records * TlsSocket::recordOverhead, m_stop) ? granted : 0;
}

Result<> DataLink::send(BoundedQueue<OutFrame> &frames)
{
    const wire::Admission admission = [this](size_t bytes) { return admit(bytes); };
    const std::chrono::milliseconds stall = m_job.settings.stall;
    using Clock = std::chrono::steady_clock;
    for (Clock::time_point idle = Clock::now();;) {
        std::optional<OutFrame> frame = frames.pop(m_stop);
        if (!frame)
            break;
        const Clock::time_point begin = Clock::now();
        {
            const std::lock_guard lock(m_mutex); // before sending: the answer may be faster than we are
            m_newest = m_channel->nextSequence();
            m_unacknowledged.push_back(
                {m_newest, frame->disk, frame->first, frame->count, frame->type == wire::FrameType::Zero, frame->digests});
        }
        if (const Result<quint64> sent = m_channel->send(frame->type, {frame->head, frame->body}, stall, admission); !sent)
            return sent.error();
        const Clock::time_point end = Clock::now();
        m_job.times.sending += std::chrono::nanoseconds(end - begin).count();
        m_job.level.sent({begin - idle, end - begin});
        idle = end;
    }
    if (m_stop.stop_requested())
        return ok();
    {
        const std::lock_guard lock(m_mutex);
        m_finished = true;
        m_newest = m_channel->nextSequence();
    }
    if (const Result<quint64> sent = m_channel->send(wire::FrameType::Finish, {}, stall); !sent)
        return sent.error();
    if (isAllDone())
        m_channel->socket().interrupt(); // receive() has nothing to wait for, however long the receiver takes to close
    return ok();
}

bool DataLink::isAllDone() const
{
    const std::lock_guard lock(m_mutex);
    return m_finished && m_unacknowledged.empty();
}

bool DataLink::wasSent(quint64 sequence) const
{
    const std::lock_guard lock(m_mutex);
    return sequence <= m_newest;
}

Result<> DataLink::receive()
{
    for (;;) {
        const Result<wire::FrameChannel::Frame> frame = m_channel->receive(0ms, replyLimit); // checkStall() watches the time
        if (!frame) // the receiver closes after the last acknowledgement
            return isAllDone() ? ok() : frame.error();
        if (frame->type == wire::FrameType::Failure) {
            const Result<wire::Failure> failure = wire::decodeFailure(frame->payload);
            return failure ? failure->error : failure.error();
        }
        if (frame->type != wire::FrameType::Ack)
            return wire::malformed(QStringLiteral("frame type %1 instead of Ack").arg(quint16(frame->type)));
        const Result<wire::AckMessage> ack = wire::decodeAck(frame->payload);
        if (!ack)
            return ack.error();
        if (!wasSent(ack->upTo))
            return wire::malformed(QStringLiteral("frame %1 was acknowledged and never sent").arg(ack->upTo));
        if (Result<> marked = acknowledge(ack->upTo); !marked)
            return marked;
        if (isAllDone())
            return ok();
    }
}

Result<> DataLink::acknowledge(quint64 upTo)
{
    for (;;) {
        Sent sent;
        {
            const std::lock_guard lock(m_mutex);
            if (m_unacknowledged.empty() || m_unacknowledged.front().sequence > upTo)
                return ok();
            sent = m_unacknowledged.front();
            m_unacknowledged.pop_front();
        }
        if (Result<> marked = mark(sent); !marked)
            return marked;
    }
}

Result<> DataLink::mark(const Sent &sent)
{
    const ExtentPlan &plan = m_job.plans[size_t(sent.disk)];
    Result<> marked = ok();
    if (!sent.zero)
        marked = m_job.journal->markStored(sent.disk, sent.first, std::span(sent.digests).first(sent.count));
    for (quint64 done = 0; sent.zero && marked && done < sent.count; done += zeroBatch) {
        const quint64 first = sent.first + done;
        const quint64 count = std::min(zeroBatch, sent.count - done);
        const std::vector<char> zeros(m_job.extentSize);
        std::vector<wire::Digest> digests(count, wire::digestOf(zeros));
        digests.back() = wire::digestOf(std::span(zeros).first(plan.bytesOf(first + count - 1, 1).count)); // may be the short last one
        marked = m_job.journal->markStored(sent.disk, first, digests);
    }
    if (marked && m_job.live.era != 0) // after the journal: C and H change together, and only now
        std::fill_n(m_job.live.copied[size_t(sent.disk)].begin() + ptrdiff_t(sent.first), sent.count, m_job.live.era);
    if (marked)
        m_job.done[size_t(sent.disk)] += plan.bytesOf(sent.first, sent.count).count;
    return marked;
}

Result<> DataLink::checkStall()
{
    const auto now = std::chrono::steady_clock::now();
    const wire::TlsSocket &socket = m_channel->socket();
    const Movement movement{socket.wireSent(), socket.wireReceived(), socket.unconfirmed()};
    const std::lock_guard lock(m_mutex);
    if (!(movement == m_movement) || m_unacknowledged.empty()) {
        m_movement = movement;
        m_moved = now;
    }
    if (now - m_moved < m_job.settings.stall)
        return ok();
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(m_job.settings.stall).count();
    return Error{ErrorCode::LinkStalled, Retry::AfterWait, {socket.peer(), QString::number(seconds)}, QStringLiteral("no acknowledgement")};
}

}
