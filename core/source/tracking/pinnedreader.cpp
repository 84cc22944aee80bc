#include "core/source/tracking/pinnedreader.h"

#include "core/source/tracking/epochguard.h"

#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace edgelift {

namespace {
constexpr int readEveryMs = 100; // when nothing says that a buffer fills up
constexpr qsizetype chunk = 256 << 10;
}

Result<std::unique_ptr<PinnedReader>> PinnedReader::start(int processor, const QList<int> &files)
{
    std::unique_ptr<PinnedReader> reader(new PinnedReader(processor, files));
    reader->ask();
    const bool answered = reader->wait(Clock::now() + std::chrono::seconds(2));
    const std::scoped_lock lock(reader->m_mutex);
    if (answered && !reader->m_problem)
        return reader;
    return Error{ErrorCode::TrackerUnavailable, Retry::AfterUserAction, {QStringLiteral("blktrace")},
        reader->m_problem.value_or(QStringLiteral("no thread runs on processor %1").arg(processor))};
}

PinnedReader::PinnedReader(int processor, QList<int> files)
    : m_processor(processor)
    , m_files(std::move(files))
    , m_wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    , m_chunk(chunk, '\0')
    , m_read(m_files.size())
    , m_thread([this](const std::stop_token &stop) { run(stop); })
{
}

PinnedReader::~PinnedReader()
{
    m_thread.request_stop();
    ask();
}

void PinnedReader::ask()
{
    {
        const std::scoped_lock lock(m_mutex);
        ++m_asked;
    }
    const quint64 one = 1;
    (void)!::write(m_wake.get(), &one, sizeof one);
}

bool PinnedReader::wait(Clock::time_point end)
{
    std::unique_lock lock(m_mutex);
    return m_changed.wait_until(lock, end, [this] { return m_answered == m_asked; });
}

Result<QList<QByteArray>> PinnedReader::collect()
{
    const std::scoped_lock lock(m_mutex);
    if (m_problem)
        return trackingLost(QStringLiteral("-"), *m_problem);
    return std::exchange(m_read, QList<QByteArray>(m_files.size()));
}

void PinnedReader::fail(const QString &what)
{
    if (!m_problem)
        m_problem = QStringLiteral("%1, processor %2: %3").arg(what).arg(m_processor).arg(QString::fromLocal8Bit(std::strerror(errno)));
}

bool PinnedReader::stay()
{
    cpu_set_t mine;
    CPU_ZERO(&mine);
    CPU_SET(size_t(m_processor), &mine);
    return ::sched_setaffinity(0, sizeof mine, &mine) == 0 && ::sched_getcpu() == m_processor;
}

void PinnedReader::run(const std::stop_token &stop)
{
    std::vector<pollfd> waited{{m_wake.get(), POLLIN, 0}};
    for (const int file : m_files)
        waited.push_back({file, POLLIN, 0}); // readable when one of its buffers is full
    while (!stop.stop_requested()) {
        ::poll(waited.data(), waited.size(), readEveryMs);
        quint64 times = 0;
        (void)!::read(m_wake.get(), &times, sizeof times);
        readAll();
    }
}

/// Everything that was there before the call, of every file.
void PinnedReader::readAll()
{
    const std::scoped_lock lock(m_mutex);
    if (!m_problem && !stay()) // somebody may have taken the processor from us
        fail(QStringLiteral("the reader cannot stay"));
    for (qsizetype i = 0; i < m_files.size() && !m_problem; ++i) {
        ssize_t got = 0;
        while ((got = ::read(m_files.at(i), m_chunk.data(), size_t(m_chunk.size()))) > 0)
            m_read[i].append(m_chunk.constData(), got);
        if (got < 0)
            fail(QStringLiteral("its events cannot be read"));
    }
    m_answered = m_asked;
    m_changed.notify_all();
}

}
