#include "core/stream/files/tunnelsocket.h"

#include <QByteArray>
#include <QFile>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

namespace edgelift {

namespace {

constexpr int roundMs = 200;
constexpr size_t wordsMost = 16384; // as app/tunnel

Error failed(const QString &why) { return {ErrorCode::ToolFailed, Retry::AfterWait, {QStringLiteral("rsync")}, why}; }

}

Result<TunnelSocket> TunnelSocket::make()
{
    std::array<int, 2> ends{-1, -1};
    // Whole messages: the words and the descriptors come together.
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return failed(qt_error_string(errno));
    TunnelSocket made;
    made.m_ours.reset(ends[0]);
    made.m_theirs.reset(ends[1]);
    return made;
}

Result<TunnelSocket::Call> TunnelSocket::receive(const std::stop_token &stop)
{
    pollfd ready{m_ours.get(), POLLIN, 0};
    while (::poll(&ready, 1, roundMs) <= 0) {
        if (stop.stop_requested())
            return failed(QStringLiteral("stopped"));
    }
    std::array<char, wordsMost> words{};
    iovec part{words.data(), words.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = ::recvmsg(m_ours.get(), &message, MSG_CMSG_CLOEXEC);
    const cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
    if (!header || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(2 * sizeof(int)))
        return failed(QStringLiteral("rsync did not start its remote shell"));
    std::array<int, 2> descriptors{};
    std::memcpy(descriptors.data(), CMSG_DATA(header), sizeof descriptors);
    Call call;
    call.input.reset(descriptors[0]);
    call.output.reset(descriptors[1]);
    for (const QByteArray &word : QByteArray(words.data(), got - 1).split('\0'))
        call.words.append(QFile::decodeName(word));
    return call;
}

void TunnelSocket::finish(int exitCode)
{
    const auto code = static_cast<unsigned char>(exitCode);
    (void)::send(m_ours.get(), &code, 1, MSG_NOSIGNAL); // it may be gone
}

}
