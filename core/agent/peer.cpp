#include "core/agent/peer.h"

#include "core/base/files.h"

#include <sys/socket.h>
#include <vector>

namespace edgelift {

namespace {

QList<gid_t> supplementaryGroups(int socket)
{
    socklen_t bytes = 0;
    ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, nullptr, &bytes); // says how many there are
    std::vector<gid_t> groups(bytes / sizeof(gid_t));
    if (groups.empty() || ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &bytes) != 0)
        return {};
    return {groups.begin(), groups.end()};
}

/// Field 22 of /proc/PID/stat. The name before it may hold anything, a closing bracket too: count from the last one.
quint64 startOf(pid_t process)
{
    const Result<QByteArray> stat = readFile(QStringLiteral("/proc/%1/stat").arg(process), 4096);
    if (!stat)
        return 0;
    const QList<QByteArray> fields = stat->mid(stat->lastIndexOf(')') + 1).trimmed().split(' ');
    return fields.value(19).toULongLong();
}

}

std::optional<Peer> peerOf(int socket)
{
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return std::nullopt;
    return Peer{credentials.uid, credentials.gid, supplementaryGroups(socket), credentials.pid, startOf(credentials.pid)};
}

}
