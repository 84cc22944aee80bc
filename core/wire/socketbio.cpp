#include "core/wire/socketbio.h"

#include <cerrno>
#include <memory>
#include <new>
#include <openssl/bio.h>
#include <sys/socket.h>
#include <vector>

namespace edgelift::wire {

namespace {

constexpr size_t gathered = 256U << 10; // more saves nothing measurable

struct Gate
{
    int fd = -1;
    std::vector<char> pending; // encrypted, not yet taken by the kernel; empty or holding something from `sent` on
    size_t sent = 0;
};

Gate &gate(BIO *bio) { return *static_cast<Gate *>(BIO_get_data(bio)); }

bool mustWait(ssize_t result) { return result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR); }

/// Whether everything is out.
bool sendPending(BIO *bio)
{
    Gate &g = gate(bio);
    while (g.sent < g.pending.size()) {
        const ssize_t put = ::send(g.fd, g.pending.data() + g.sent, g.pending.size() - g.sent, MSG_NOSIGNAL);
        if (mustWait(put))
            BIO_set_retry_write(bio);
        if (put <= 0)
            return false;
        g.sent += size_t(put);
    }
    g.pending.clear(); // keeps the memory
    g.sent = 0;
    return true;
}

int writeSocket(BIO *bio, const char *data, size_t length, size_t *written)
{
    BIO_clear_retry_flags(bio);
    *written = 0;
    Gate &g = gate(bio);
    if (g.pending.size() + length > gathered && !sendPending(bio))
        return 0;
    try {
        g.pending.insert(g.pending.end(), data, data + length);
    } catch (const std::bad_alloc &) {
        errno = ENOMEM;
        return 0;
    }
    *written = length;
    return 1;
}

int readSocket(BIO *bio, char *data, size_t length, size_t *read)
{
    BIO_clear_retry_flags(bio);
    const ssize_t got = ::recv(gate(bio).fd, data, length, 0);
    if (mustWait(got))
        BIO_set_retry_read(bio);
    *read = got > 0 ? size_t(got) : 0;
    return got > 0;
}

long control(BIO *bio, int command, long, void *)
{
    if (command != BIO_CTRL_FLUSH)
        return 0;
    BIO_clear_retry_flags(bio);
    return sendPending(bio) ? 1 : 0;
}

int destroy(BIO *bio)
{
    delete static_cast<Gate *>(BIO_get_data(bio));
    BIO_set_data(bio, nullptr);
    return 1;
}

BIO_METHOD *method()
{
    static BIO_METHOD *const made = [] {
        BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK | BIO_TYPE_DESCRIPTOR, "edgelift socket");
        if (m) {
            BIO_meth_set_write_ex(m, writeSocket);
            BIO_meth_set_read_ex(m, readSocket);
            BIO_meth_set_ctrl(m, control);
            BIO_meth_set_destroy(m, destroy);
        }
        return m;
    }();
    return made;
}

}

bio_st *newSocketBio(int fd)
{
    auto made = std::make_unique<Gate>();
    made->fd = fd;
    BIO *bio = method() ? BIO_new(method()) : nullptr;
    if (bio) {
        BIO_set_data(bio, made.release());
        BIO_set_init(bio, 1);
    }
    return bio;
}

}
