#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>

// edgelift-tunnel: the remote shell that rsync starts ("edgelift-tunnel HOST rsync --server …"). It hands its standard input and output and
// the words after HOST to the agent, through the socket in EDGELIFT_TUNNEL, and ends with the code the agent sends back: the agent carries
// the bytes itself. See core/stream/files/tunnelsocket.h.

namespace {

constexpr int failed = 255; // as ssh says it
constexpr size_t wordsMost = 16384;

/// The words, each with a zero byte at its end; false: too many.
bool gather(int count, char **words, char *into, size_t &length)
{
    for (int i = 0; i < count; ++i) {
        const size_t size = std::strlen(words[i]) + 1;
        if (length + size > wordsMost)
            return false;
        std::memcpy(into + length, words[i], size);
        length += size;
    }
    return length > 0;
}

bool handOver(int socket, char *words, size_t length)
{
    iovec part{words, length};
    alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(2 * sizeof(int));
    const int descriptors[2] = {0, 1};
    std::memcpy(CMSG_DATA(header), descriptors, sizeof descriptors);
    return ::sendmsg(socket, &message, MSG_NOSIGNAL) == ssize_t(length);
}

}

int main(int argc, char **argv)
{
    const char *number = std::getenv("EDGELIFT_TUNNEL"); // NOLINT(concurrency-mt-unsafe): one thread
    static char words[wordsMost];
    size_t length = 0;
    // rsync may put options of its own before the host ("-l user"): what the agent asked for has none.
    if (!number || argc < 3 || !gather(argc - 2, argv + 2, words, length))
        return failed;
    const int socket = std::atoi(number); // NOLINT(cert-err34-c): the agent wrote it
    if (!handOver(socket, words, length))
        return failed;
    ::close(0); // only the agent's copies count from here on: rsync must see their end
    ::close(1);
    unsigned char code = failed;
    ssize_t got = 0;
    while ((got = ::read(socket, &code, 1)) < 0 && errno == EINTR) { }
    return got == 1 ? code : failed;
}
