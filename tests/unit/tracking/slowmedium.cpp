#include "tests/unit/tracking/slowmedium.h"

#include <QFile>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <pthread.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace edgelift::test {

namespace {

constexpr quint64 diskNode = 2; // 1 is the folder
constexpr quint32 parallelDirectWrites = 1U << 6; // FOPEN_PARALLEL_DIRECT_WRITES, newer than Debian 12's headers
constexpr size_t largestWrite = 1 << 20;

void must(bool well, const char *what)
{
    if (!well)
        throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

void *sharedMemory(size_t bytes)
{
    void *memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    must(memory != MAP_FAILED, "mmap");
    return memory;
}

fuse_attr attributes(quint64 node, quint64 size)
{
    fuse_attr attr{};
    attr.ino = node;
    attr.size = node == diskNode ? size : 0;
    attr.mode = node == diskNode ? S_IFREG | 0600 : S_IFDIR | 0700;
    attr.nlink = 1;
    attr.blksize = 4096;
    return attr;
}

/// Whether a process was killed, also when it cannot end yet. proc(5): the state of its first thread, and the signals sent to it.
bool isEnding(pid_t process)
{
    char text[4096];
    std::snprintf(text, sizeof text, "/proc/%d/status", int(process));
    const int file = ::open(text, O_RDONLY | O_CLOEXEC);
    const ssize_t got = ::read(file, text, sizeof text - 1);
    ::close(file);
    if (got <= 0)
        return true;
    text[got] = 0;
    const char *pending = std::strstr(text, "\nSigPnd:");
    return std::strstr(text, "\nState:\tZ") || (pending && (std::strtoull(pending + 8, nullptr, 16) >> (SIGKILL - 1) & 1));
}

template <class T>
void append(std::vector<char> &reply, const T &value)
{
    const char *bytes = reinterpret_cast<const char *>(&value);
    reply.insert(reply.end(), bytes, bytes + sizeof value);
}

/// Whether a write holds the superblock of an ext4 filesystem whose journal is empty.
bool isFrozenSuperblock(quint64 offset, const char *bytes, size_t length)
{
    constexpr quint64 place = 1024, size = 1024, magic = 0x38, incompatible = 0x60; // Documentation/filesystems/ext4/super.rst
    constexpr char recover = 0x4;
    if (offset > place || offset + length < place + size)
        return false;
    const char *superblock = bytes + (place - offset);
    return superblock[magic] == 0x53 && superblock[magic + 1] == char(0xef) && (superblock[incompatible] & recover) == 0;
}

template <class T>
T argument(const std::vector<char> &request)
{
    T value{};
    std::memcpy(&value, request.data() + sizeof(fuse_in_header), sizeof value);
    return value;
}

}

SlowMedium::SlowMedium(quint64 bytes, quint32 seed)
    : m_size(bytes)
    , m_fuse(::open("/dev/fuse", O_RDWR | O_CLOEXEC))
{
    must(bool(m_fuse), "/dev/fuse");
    m_bytes = static_cast<char *>(sharedMemory(bytes));
    m_shared = new (sharedMemory(sizeof(Shared))) Shared;
    m_shared->random = seed;
    const QByteArray options = "fd=" + QByteArray::number(m_fuse.get()) + ",rootmode=40000,user_id=0,group_id=0";
    must(::mount("medium", QFile::encodeName(m_folder.path()).constData(), "fuse", 0, options.constData()) == 0, "mount fuse");
    const pid_t us = ::getpid();
    m_server = ::fork();
    must(m_server >= 0, "fork");
    if (m_server == 0)
        serveAll(us);
    m_fuse.reset();
    guard();
}

SlowMedium::~SlowMedium()
{
    ::umount2(QFile::encodeName(m_folder.path()).constData(), MNT_DETACH);
    m_alive.reset();
    ::waitpid(m_guard, nullptr, 0);
    ::kill(m_server, SIGKILL);
    ::waitpid(m_server, nullptr, 0);
    ::munmap(m_bytes, m_size);
    ::munmap(m_shared, sizeof(Shared));
}

/// Ends the connection by the kernel's own switch (fusectl) when this object or this process ends, or would end if its threads did not wait
/// for the medium: in that state it keeps its end of the pipe. A process of its own, with calls only that are allowed after a fork.
void SlowMedium::guard()
{
    struct stat about
    {
    };
    const Fd filesystem(::fsopen("fusectl", FSOPEN_CLOEXEC));
    must(::fsconfig(filesystem.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0, "fusectl");
    const Fd connections(::fsmount(filesystem.get(), FSMOUNT_CLOEXEC, 0));
    must(::stat(QFile::encodeName(m_folder.path()).constData(), &about) == 0, "stat");
    const QByteArray name = QByteArray::number(minor(about.st_dev)) + "/abort";
    const Fd abort(::openat(connections.get(), name.constData(), O_WRONLY | O_CLOEXEC));
    must(bool(abort), "the connection's switch");
    int ends[2];
    must(::pipe2(ends, O_CLOEXEC) == 0, "pipe2");
    const Fd waiting(ends[0]);
    m_alive.reset(ends[1]);
    const pid_t parent = ::getpid();
    m_guard = ::fork();
    if (m_guard != 0)
        return;
    for (const int ending : {SIGTERM, SIGINT, SIGABRT})
        ::signal(ending, SIG_IGN);
    m_alive.reset();
    const int keep = ::fcntl(abort.get(), F_DUPFD_CLOEXEC, 1001), wait = ::fcntl(waiting.get(), F_DUPFD_CLOEXEC, 1000);
    ::close_range(3, 999, 0);
    pollfd alive{wait, POLLIN, 0};
    while (::poll(&alive, 1, 200) == 0 && !isEnding(parent)) { }
    (void)!::write(keep, "1", 1);
    ::_exit(0);
}

void SlowMedium::serveAll(pid_t parent)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent)
        ::_exit(0); // it was killed before that
    const int fuse = ::fcntl(m_fuse.get(), F_DUPFD_CLOEXEC, 1000);
    ::close_range(3, 999, 0);
    (void)m_fuse.release();
    m_fuse.reset(fuse);
    std::vector<std::jthread> servers;
    for (unsigned i = 0; i < 6; ++i)
        servers.emplace_back([this, i] { serve(i); });
    servers.clear();
    ::_exit(0);
}

Fd SlowMedium::open() const
{
    Fd file(::open(QFile::encodeName(m_folder.filePath(QStringLiteral("disk"))).constData(), O_RDWR | O_CLOEXEC));
    must(bool(file), "open disk");
    return file;
}

void SlowMedium::wait(quint32 random) const
{
    const int longest = m_shared->longestWait;
    if (longest > 0 && random % 4 == 0)
        std::this_thread::sleep_for(std::chrono::microseconds((random >> 2) % quint32(longest)));
}

void SlowMedium::write(quint64 offset, const char *bytes, size_t length)
{
    const quint32 random = m_shared->random.fetch_add(0x9e3779b9U) * 2654435761U; // any will do
    Stall armed = Stall::AtFreeze;
    if (isFrozenSuperblock(offset, bytes, length))
        m_shared->stall.compare_exchange_strong(armed, Stall::Now);
    while (m_shared->stall == Stall::Now)
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    wait(random);
    std::memcpy(m_bytes + offset, bytes, length / 2);
    wait(random >> 4);
    std::memcpy(m_bytes + offset + length / 2, bytes + length / 2, length - length / 2);
    wait(random >> 8);
}

void SlowMedium::answer(const std::vector<char> &request, std::vector<char> &reply)
{
    fuse_in_header head{};
    std::memcpy(&head, request.data(), sizeof head);
    auto *out = reinterpret_cast<fuse_out_header *>(reply.data());
    switch (head.opcode) {
    case FUSE_INIT: {
        fuse_init_out init{};
        init.major = FUSE_KERNEL_VERSION;
        init.minor = 31;
        init.max_readahead = largestWrite;
        init.flags = FUSE_ASYNC_READ | FUSE_ASYNC_DIO | FUSE_BIG_WRITES | FUSE_MAX_PAGES;
        init.max_background = 64;
        init.congestion_threshold = 64;
        init.max_write = largestWrite;
        init.time_gran = 1;
        init.max_pages = largestWrite / 4096;
        return append(reply, init);
    }
    case FUSE_LOOKUP: {
        fuse_entry_out entry{};
        entry.nodeid = diskNode;
        entry.attr = attributes(diskNode, m_size);
        return append(reply, entry);
    }
    case FUSE_GETATTR: {
        fuse_attr_out attr{};
        attr.attr = attributes(head.nodeid, m_size);
        return append(reply, attr);
    }
    case FUSE_OPEN: {
        fuse_open_out opened{};
        opened.open_flags = FOPEN_DIRECT_IO | parallelDirectWrites;
        return append(reply, opened);
    }
    case FUSE_READ: {
        const auto in = argument<fuse_read_in>(request);
        const quint64 from = std::min<quint64>(m_size, in.offset);
        reply.insert(reply.end(), m_bytes + from, m_bytes + std::min<quint64>(m_size, from + in.size));
        return;
    }
    case FUSE_WRITE: {
        const auto in = argument<fuse_write_in>(request);
        write(in.offset, request.data() + sizeof head + sizeof in, in.size);
        fuse_write_out written{};
        written.size = in.size;
        return append(reply, written);
    }
    case FUSE_FALLOCATE: {
        const auto in = argument<fuse_fallocate_in>(request);
        std::memset(m_bytes + in.offset, 0, std::min<quint64>(in.length, m_size - in.offset));
        return;
    }
    case FUSE_RELEASE:
    case FUSE_FLUSH:
    case FUSE_FSYNC:
    case FUSE_STATFS:
        return;
    default:
        out->error = -ENOSYS;
    }
}

void SlowMedium::serve(unsigned processor)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(processor % std::thread::hardware_concurrency(), &one);
    ::pthread_setaffinity_np(::pthread_self(), sizeof one, &one); // what ends here marks here
    std::vector<char> request(largestWrite + 8192), reply;
    for (;;) {
        const ssize_t got = ::read(m_fuse.get(), request.data(), request.size());
        if (got < 0 && (errno == EINTR || errno == EAGAIN || errno == ENOENT))
            continue;
        if (got < ssize_t(sizeof(fuse_in_header)))
            return; // unmounted
        fuse_in_header head{};
        std::memcpy(&head, request.data(), sizeof head);
        if (head.opcode == FUSE_FORGET || head.opcode == FUSE_BATCH_FORGET || head.opcode == FUSE_INTERRUPT)
            continue;
        reply.assign(sizeof(fuse_out_header), 0);
        answer(request, reply);
        auto *out = reinterpret_cast<fuse_out_header *>(reply.data());
        out->unique = head.unique;
        out->len = quint32(reply.size());
        (void)!::write(m_fuse.get(), reply.data(), reply.size());
    }
}

}
