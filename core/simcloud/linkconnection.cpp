#include "core/simcloud/linkconnection.h"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace edgelift {

namespace {

using namespace std::chrono_literals;
constexpr size_t bufferSize = 128 << 10;
constexpr double burstSeconds = 0.1; ///< what a busy machine let us miss is made up for up to this; more would be no limit over short times
constexpr double leastPiece = 512;
constexpr auto untilMore = 5ms;

/// Whether a socket call failed only for now.
bool isPassing() { return errno == EAGAIN || errno == EINTR; }

/// close() then resets the connection instead of ending it.
void breakOnClose(const Fd &fd)
{
    const linger now{1, 0};
    if (fd)
        ::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}

void TokenBucket::fill(std::chrono::steady_clock::time_point now)
{
    const double most = std::max(double(m_rate) * burstSeconds, 2 * leastPiece);
    const double seconds = std::chrono::duration<double>(now - std::exchange(m_filled, now)).count();
    m_tokens = std::min(m_tokens + seconds * double(m_rate), most);
}

size_t TokenBucket::available() const
{
    if (m_rate <= 0)
        return bufferSize;
    return m_tokens < leastPiece ? 0 : size_t(m_tokens);
}

LinkConnection::LinkConnection(Fd near, Fd far, TokenBucket &there, TokenBucket &back)
    : m_near(std::move(near))
    , m_far(std::move(far))
    , m_over(!m_near || !m_far)
    , m_there{m_near.get(), m_far.get(), there, std::vector<char>(bufferSize)}
    , m_back{m_far.get(), m_near.get(), back, std::vector<char>(bufferSize)}
{
}

LinkConnection::~LinkConnection()
{
    if (m_there.passedOn && m_back.passedOn)
        return;
    breakOnClose(m_near);
    breakOnClose(m_far);
}

void LinkConnection::addTo(std::vector<pollfd> &waiting) const
{
    for (const Flow *flow : {&m_there, &m_back}) {
        if (!flow->isEmpty())
            waiting.push_back({flow->to, POLLOUT, 0});
        else if (!flow->ended && flow->bucket.available() > 0)
            waiting.push_back({flow->from, POLLIN, 0});
    }
}

std::chrono::milliseconds LinkConnection::pause() const
{
    const auto waitsForTokens = [](const Flow &flow) { return flow.isEmpty() && !flow.ended && flow.bucket.available() == 0; };
    return waitsForTokens(m_there) || waitsForTokens(m_back) ? untilMore : 1000ms;
}

bool LinkConnection::pass()
{
    for (Flow *flow : {&m_there, &m_back})
        m_over = m_over || !flow->read() || !flow->write();
    m_over = m_over || (m_there.passedOn && m_back.passedOn);
    return m_there.taken + m_back.taken > 0;
}

bool LinkConnection::Flow::read()
{
    const size_t most = std::min(bucket.available(), buffer.size());
    taken = 0;
    if (!isEmpty() || ended || most == 0)
        return true;
    const ssize_t got = ::recv(from, buffer.data(), most, 0);
    if (got < 0)
        return isPassing();
    ended = got == 0;
    begin = 0;
    end = taken = size_t(got);
    bucket.take(taken);
    return true;
}

bool LinkConnection::Flow::write()
{
    if (!isEmpty()) {
        const ssize_t put = ::send(to, buffer.data() + begin, end - begin, MSG_NOSIGNAL);
        if (put < 0)
            return isPassing();
        begin += size_t(put);
    }
    if (isEmpty() && ended && !passedOn) {
        if (::shutdown(to, SHUT_WR) != 0)
            return isPassing();
        passedOn = true;
    }
    return true;
}

}
