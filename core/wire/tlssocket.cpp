#include "core/wire/tlssocket.h"

#include "core/wire/address.h"
#include "core/wire/opensslerror.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <linux/sockios.h>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace edgelift::wire {

struct TlsSocket::Private
{
    Fd socket;
    Fd wake; // an eventfd: readable for ever once stop or interrupt() came
    OpenSsl<SSL, SSL_free> ssl;
    std::mutex mutex; // OpenSSL's objects take one thread at a time; never held while waiting
    std::shared_ptr<std::atomic<quint64>> total;
    std::optional<std::stop_callback<std::function<void()>>> onStop; // last: gone before the eventfd is
};

namespace {

using Milliseconds = TlsSocket::Milliseconds;
using Clock = TlsSocket::Clock;

Error unreachable(const QString &host, quint16 port, const QString &why)
{
    return {ErrorCode::ReceiverUnreachable, Retry::AfterWait, {host, QString::number(port)}, why};
}

QString errnoText(int number) { return QString::fromLocal8Bit(std::strerror(number)); }

void wakeUp(int fd)
{
    const quint64 one = 1;
    [[maybe_unused]] const ssize_t written = ::write(fd, &one, sizeof one); // full means awake already
}

/// A peer that vanished without a word is noticed in about 30 s, idle or not.
void setOptions(int fd)
{
    const auto set = [fd](int level, int option, int value) { ::setsockopt(fd, level, option, &value, sizeof value); };
    set(IPPROTO_TCP, TCP_NODELAY, 1);
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, 15);
    set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
    set(IPPROTO_TCP, TCP_KEEPCNT, 3);
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, 30000);
}

/// poll() on the socket and the eventfd until one of them is ready: >0 socket, 0 timeout, -1 woken up, -2 error.
int pollBoth(int socket, int wake, short events, std::optional<Clock::time_point> deadline)
{
    for (;;) {
        std::array<pollfd, 2> fds{pollfd{socket, events, 0}, pollfd{wake, POLLIN, 0}};
        int rest = -1;
        if (deadline) {
            const auto left = std::chrono::ceil<Milliseconds>(*deadline - Clock::now()).count();
            rest = int(std::clamp<qint64>(left, 0, 3600 * 1000));
        }
        const int ready = ::poll(fds.data(), fds.size(), rest);
        if (ready < 0 && errno != EINTR)
            return -2;
        if (ready > 0 && fds[1].revents != 0)
            return -1;
        if (ready > 0)
            return 1;
        if (ready == 0 && deadline && Clock::now() >= *deadline)
            return 0;
    }
}

/// A connected, non-blocking TCP socket.
Result<Fd> connectTcp(const QString &host, quint16 port, Clock::time_point deadline, int wake)
{
    const std::optional<SocketAddress> address = SocketAddress::parse(host, port);
    if (!address)
        return unreachable(host, port, QStringLiteral("not a numeric address"));
    Fd fd(::socket(address->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd)
        return unreachable(host, port, errnoText(errno));
    if (::connect(fd.get(), address->get(), address->length()) != 0 && errno != EINPROGRESS)
        return unreachable(host, port, errnoText(errno));
    const int ready = pollBoth(fd.get(), wake, POLLOUT, deadline);
    if (ready <= 0)
        return unreachable(host, port, ready == 0 ? QStringLiteral("no answer in time") : QStringLiteral("stopped"));
    int problem = 0;
    socklen_t length = sizeof problem;
    ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &problem, &length);
    if (problem != 0)
        return unreachable(host, port, errnoText(problem));
    return fd;
}

/// The other end ends the handshake, or what follows it, with one of these when it does not accept our key.
bool isRefusal(unsigned long code)
{
    if (ERR_GET_LIB(code) != ERR_LIB_SSL)
        return false;
    switch (ERR_GET_REASON(code)) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
        return true;
    }
    return false;
}

}

TlsSocket::TlsSocket(std::unique_ptr<Private> p, QString peer)
    : d(std::move(p))
    , m_peer(std::move(peer))
{
}

TlsSocket::~TlsSocket() = default;

Result<std::unique_ptr<TlsSocket>> TlsSocket::wrap(Fd connection, const QString &peer, const TlsContext &context, std::stop_token stop)
{
    auto p = std::make_unique<Private>();
    p->socket = std::move(connection);
    p->wake.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    p->ssl.reset(SSL_new(context.get()));
    if (!p->wake || !p->ssl || (p->socket && SSL_set_fd(p->ssl.get(), p->socket.get()) != 1))
        return Error{ErrorCode::Internal, Retry::AfterWait, {}, QStringLiteral("socket: ") + takeOpensslError()};
    p->onStop.emplace(std::move(stop), [fd = p->wake.get()] { wakeUp(fd); });
    return std::unique_ptr<TlsSocket>(new TlsSocket(std::move(p), peer));
}

Result<std::unique_ptr<TlsSocket>> TlsSocket::connect(
    const QString &host, quint16 port, const TlsContext &context, Milliseconds timeout, std::stop_token stop)
{
    const Clock::time_point deadline = Clock::now() + timeout;
    Result<std::unique_ptr<TlsSocket>> made = wrap(Fd(), host, context, std::move(stop));
    if (!made)
        return made;
    Private &p = *(*made)->d;
    Result<Fd> tcp = connectTcp(host, port, deadline, p.wake.get());
    if (!tcp)
        return tcp.error();
    p.socket = tcp.take();
    setOptions(p.socket.get());
    SSL_set_fd(p.ssl.get(), p.socket.get());
    const auto rest = std::chrono::duration_cast<Milliseconds>(deadline - Clock::now());
    if (const Result<> shaken = (*made)->handshake(true, std::max(rest, Milliseconds(1))); !shaken) {
        const bool silent = shaken.error().code == ErrorCode::LinkStalled;
        return silent ? unreachable(host, port, QStringLiteral("no answer to the TLS handshake")) : shaken.error();
    }
    return made;
}

Result<std::unique_ptr<TlsSocket>> TlsSocket::accept(
    Fd connection, const QString &peer, const TlsContext &context, Milliseconds timeout, std::stop_token stop)
{
    setOptions(connection.get());
    Result<std::unique_ptr<TlsSocket>> made = wrap(std::move(connection), peer, context, std::move(stop));
    if (!made)
        return made;
    if (const Result<> shaken = (*made)->handshake(false, timeout); !shaken)
        return shaken.error();
    return made;
}

Result<> TlsSocket::handshake(bool asClient, Milliseconds timeout)
{
    asClient ? SSL_set_connect_state(d->ssl.get()) : SSL_set_accept_state(d->ssl.get());
    // for the whole: a stranger must not drip byte by byte
    return repeat([this] { return SSL_do_handshake(d->ssl.get()); }, timeout, Clock::now() + timeout);
}

/// Calls `operation` under the lock until it says something else than "wait".
template <class Operation>
Result<> TlsSocket::repeat(Operation operation, Milliseconds timeout, std::optional<Clock::time_point> end)
{
    for (;;) {
        int problem = SSL_ERROR_NONE;
        int savedErrno = 0;
        std::optional<Error> error;
        {
            const std::lock_guard lock(d->mutex);
            ERR_clear_error();
            errno = 0;
            const int result = operation();
            savedErrno = errno;
            problem = result > 0 ? SSL_ERROR_NONE : SSL_get_error(d->ssl.get(), result);
            updateCounters();
            if (problem != SSL_ERROR_NONE && problem != SSL_ERROR_WANT_READ && problem != SSL_ERROR_WANT_WRITE)
                error = failure(problem, savedErrno);
        }
        if (error)
            return *error;
        if (problem == SSL_ERROR_NONE)
            return ok();
        if (Result<> waited = wait(problem == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, timeout, end); !waited)
            return waited;
    }
}

Result<> TlsSocket::wait(short events, Milliseconds timeout, std::optional<Clock::time_point> end)
{
    const std::optional<Clock::time_point> deadline = end || timeout.count() <= 0 ? end : Clock::now() + timeout;
    switch (pollBoth(d->socket.get(), d->wake.get(), events, deadline)) {
    case 0:
        return Error{ErrorCode::LinkStalled, Retry::AfterWait,
            {m_peer, QString::number(std::chrono::ceil<std::chrono::seconds>(timeout).count())}, QStringLiteral("no byte passed")};
    case -1:
        return lost(QStringLiteral("stopped by this side"));
    case -2:
        return lost(errnoText(errno));
    default:
        return ok();
    }
}

Error TlsSocket::lost(const QString &why) const { return {ErrorCode::LinkLost, Retry::AfterWait, {m_peer}, why}; }

Error TlsSocket::failure(int sslError, int savedErrno) const
{
    if (isRefusal(ERR_peek_error()))
        return {ErrorCode::PeerNotTrusted, Retry::AfterUserAction, {m_peer}, takeOpensslError()};
    if (sslError == SSL_ERROR_ZERO_RETURN)
        return lost(QStringLiteral("closed by the other side"));
    if (sslError == SSL_ERROR_SYSCALL)
        return lost(savedErrno != 0 ? errnoText(savedErrno) : QStringLiteral("connection cut"));
    return lost(QStringLiteral("TLS: ") + takeOpensslError());
}

Result<> TlsSocket::readExactly(std::span<char> into, Milliseconds timeout)
{
    while (!into.empty()) {
        size_t got = 0;
        const Result<> read = repeat([&] { return SSL_read_ex(d->ssl.get(), into.data(), into.size(), &got); }, timeout);
        if (!read)
            return read;
        into = into.subspan(got);
    }
    return ok();
}

Result<> TlsSocket::writeAll(std::span<const char> bytes, Milliseconds timeout)
{
    while (!bytes.empty()) {
        size_t put = 0;
        const Result<> written = repeat([&] { return SSL_write_ex(d->ssl.get(), bytes.data(), bytes.size(), &put); }, timeout);
        if (!written)
            return written;
        bytes = bytes.subspan(put);
    }
    return ok();
}

void TlsSocket::interrupt() { wakeUp(d->wake.get()); }

void TlsSocket::finishSending()
{
    const std::lock_guard lock(d->mutex);
    ERR_clear_error();
    SSL_shutdown(d->ssl.get());
    ERR_clear_error();
    ::shutdown(d->socket.get(), SHUT_WR);
    updateCounters();
}

void TlsSocket::countSentIn(std::shared_ptr<std::atomic<quint64>> total)
{
    const std::lock_guard lock(d->mutex);
    d->total = std::move(total);
    if (d->total)
        d->total->fetch_add(m_sent.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

/// What went through the socket, as OpenSSL's own socket BIO counted it. Under the lock.
void TlsSocket::updateCounters()
{
    const quint64 sent = BIO_number_written(SSL_get_wbio(d->ssl.get()));
    if (d->total)
        d->total->fetch_add(sent - m_sent.load(std::memory_order_relaxed), std::memory_order_relaxed);
    m_sent.store(sent, std::memory_order_relaxed);
    m_received.store(BIO_number_read(SSL_get_rbio(d->ssl.get())), std::memory_order_relaxed);
}

quint64 TlsSocket::unconfirmed() const
{
    int bytes = 0;
    return ::ioctl(d->socket.get(), SIOCOUTQ, &bytes) == 0 && bytes > 0 ? quint64(bytes) : 0;
}

}
