#include "core/wire/socketbio.h"

#include <cerrno>
#include <cstdint>
#include <openssl/bio.h>
#include <sys/socket.h>

namespace edgelift::wire {

namespace {

int descriptor(BIO *bio) { return int(reinterpret_cast<intptr_t>(BIO_get_data(bio))); }

bool mustWait(ssize_t result) { return result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR); }

int writeSocket(BIO *bio, const char *data, size_t length, size_t *written)
{
    BIO_clear_retry_flags(bio);
    const ssize_t put = ::send(descriptor(bio), data, length, MSG_NOSIGNAL);
    if (mustWait(put))
        BIO_set_retry_write(bio);
    *written = put > 0 ? size_t(put) : 0;
    return put > 0;
}

int readSocket(BIO *bio, char *data, size_t length, size_t *read)
{
    BIO_clear_retry_flags(bio);
    const ssize_t got = ::recv(descriptor(bio), data, length, 0);
    if (mustWait(got))
        BIO_set_retry_read(bio);
    *read = got > 0 ? size_t(got) : 0;
    return got > 0;
}

long control(BIO *, int command, long, void *)
{
    return command == BIO_CTRL_FLUSH ? 1 : 0; // nothing is held back here
}

BIO_METHOD *method()
{
    static BIO_METHOD *const made = [] {
        BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK | BIO_TYPE_DESCRIPTOR, "edgelift socket");
        if (m) {
            BIO_meth_set_write_ex(m, writeSocket);
            BIO_meth_set_read_ex(m, readSocket);
            BIO_meth_set_ctrl(m, control);
        }
        return m;
    }();
    return made;
}

}

bio_st *newSocketBio(int fd)
{
    BIO *bio = method() ? BIO_new(method()) : nullptr;
    if (bio) {
        BIO_set_data(bio, reinterpret_cast<void *>(intptr_t(fd)));
        BIO_set_init(bio, 1);
    }
    return bio;
}

}
