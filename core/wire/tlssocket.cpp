#include "core/wire/tlssocket.h"

#include "core/wire/opensslerror.h"
#include "core/wire/socketbio.h"
#include "core/wire/tcp.h"

#include <cerrno>
#include <cstring>
#include <linux/sockios.h>
#include <mutex>
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

    /// Lets `ssl` talk through `socket`.
    bool attach()
    {
        BIO *bio = newSocketBio(socket.get());
        if (bio)
            SSL_set_bio(ssl.get(), bio, bio); // owns it
        return bio;
    }
};

namespace {

QString errnoText(int number) { return QString::fromLocal8Bit(std::strerror(number)); }

Error outOfMemory() { return {ErrorCode::Internal, Retry::AfterWait, {}, QStringLiteral("socket: ") + takeOpensslError()}; }

void wakeUp(int fd)
{
    const quint64 one = 1;
    [[maybe_unused]] const ssize_t written = ::write(fd, &one, sizeof one); // full means awake already
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
    if (!p->wake || !p->ssl || (p->socket && !p->attach()))
        return outOfMemory();
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
    setTcpOptions(p.socket.get());
    if (!p.attach())
        return outOfMemory();
    const auto rest = std::chrono::duration_cast<Milliseconds>(deadline - Clock::now());
    if (const Result<> shaken = (*made)->handshake(true, std::max(rest, Milliseconds(1))); !shaken) {
        const bool silent = shaken.error().code == ErrorCode::LinkStalled;
        return silent ? receiverUnreachable(host, port, QStringLiteral("no answer to the TLS handshake")) : shaken.error();
    }
    return made;
}

Result<std::unique_ptr<TlsSocket>> TlsSocket::accept(
    Fd connection, const QString &peer, const TlsContext &context, Milliseconds timeout, std::stop_token stop)
{
    setTcpOptions(connection.get());
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
    return repeat([this] { return tlsCall(SSL_do_handshake(d->ssl.get())); }, timeout, Clock::now() + timeout);
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
            problem = operation();
            savedErrno = errno;
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
    case Polled::Timeout:
        return Error{ErrorCode::LinkStalled, Retry::AfterWait,
            {m_peer, QString::number(std::chrono::ceil<std::chrono::seconds>(timeout).count())}, QStringLiteral("no byte passed")};
    case Polled::Woken:
        return lost(QStringLiteral("stopped by this side"));
    case Polled::Failed:
        return lost(errnoText(errno));
    case Polled::Ready:
        break;
    }
    return ok();
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
        const Result<> read = repeat([&] { return tlsCall(SSL_read_ex(d->ssl.get(), into.data(), into.size(), &got)); }, timeout);
        if (!read)
            return read;
        into = into.subspan(got);
    }
    return ok();
}

Result<> TlsSocket::writeAll(std::span<const char> bytes, Milliseconds timeout, Flush flush)
{
    while (!bytes.empty()) {
        size_t put = 0;
        const Result<> written = repeat([&] { return tlsCall(SSL_write_ex(d->ssl.get(), bytes.data(), bytes.size(), &put)); }, timeout);
        if (!written)
            return written;
        bytes = bytes.subspan(put);
    }
    return flush == Flush::Now ? repeat([this] { return flushCall(); }, timeout) : ok();
}

/// What OpenSSL says of its last call: SSL_ERROR_NONE, _WANT_READ, _WANT_WRITE, or a failure.
int TlsSocket::tlsCall(int result) { return result > 0 ? SSL_ERROR_NONE : SSL_get_error(d->ssl.get(), result); }

/// Lets go what the BIO has gathered.
int TlsSocket::flushCall()
{
    BIO *bio = SSL_get_wbio(d->ssl.get());
    if (BIO_flush(bio) > 0)
        return SSL_ERROR_NONE;
    return BIO_should_retry(bio) ? SSL_ERROR_WANT_WRITE : SSL_ERROR_SYSCALL;
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

/// What went through the BIO, gathered bytes included. Under the lock.
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
