#pragma once
struct bio_st;

namespace edgelift::wire {

/// OpenSSL's view of the non-blocking socket `fd`, which stays the caller's. Unlike OpenSSL's own it sends with MSG_NOSIGNAL: a peer
/// that closed is an error, not a SIGPIPE that ends a program which never asked to handle one. Null when out of memory.
[[nodiscard]] bio_st *newSocketBio(int fd);

}
