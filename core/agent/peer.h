#pragma once
#include <QList>
#include <optional>
#include <sys/types.h>

namespace edgelift {

/// Who connected to a unix socket, by the kernel's word, as it was at that moment. A value.
struct Peer
{
    uid_t user = 0;
    gid_t group = 0;
    QList<gid_t> groups; ///< the supplementary ones; empty where the kernel does not tell (before Linux 4.13)
    pid_t process = 0;
    /// Ticks since boot (/proc/PID/stat): tells the process from a later one with the same number. 0: it is gone already.
    quint64 started = 0;

    [[nodiscard]] bool isMemberOf(gid_t wanted) const { return group == wanted || groups.contains(wanted); }
};

/// Nothing when the socket has no peer.
[[nodiscard]] std::optional<Peer> peerOf(int socket);

}
