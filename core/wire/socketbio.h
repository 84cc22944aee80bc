#pragma once
struct bio_st;

namespace edgelift::wire {

/// OpenSSL's view of the non-blocking socket `fd`, which stays the caller's. Two things differ from OpenSSL's own: it sends with
/// MSG_NOSIGNAL (a peer that closed is an error, not a SIGPIPE that ends a program which never asked to handle one), and it gathers
/// records so that one system call sends many. What it gathered leaves with BIO_flush() at the latest: whoever writes application
/// data calls that; OpenSSL itself does so in the handshake and after alerts. Null when out of memory.
[[nodiscard]] bio_st *newSocketBio(int fd);

}
