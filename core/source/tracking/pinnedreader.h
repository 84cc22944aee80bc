#pragma once
#include "core/base/fd.h"
#include "core/base/result.h"

#include <QByteArray>
#include <QList>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace edgelift {

/// Reads files that the kernel fills on one processor, in a thread that runs on that processor only: elsewhere it could find a record that
/// is reserved but not written yet. Its functions may be called by one thread at a time.
class PinnedReader
{
public:
    using Clock = std::chrono::steady_clock;

    /// `files` (linux/relay.h: a read gives what is there and does not wait) are held open by the caller for longer than this lives.
    /// Errors: TrackerUnavailable (the thread may not run there).
    [[nodiscard]] static Result<std::unique_ptr<PinnedReader>> start(int processor, const QList<int> &files);
    PinnedReader(const PinnedReader &) = delete;
    PinnedReader &operator=(const PinnedReader &) = delete;
    ~PinnedReader();

    /// Asks for everything that is there now; does not wait for it.
    void ask();
    /// Until what the last ask() asked for was read. False: not before `end`.
    [[nodiscard]] bool wait(Clock::time_point end);
    /// What was read since the last call, by file. An error (TrackingLost) when something could not be read, for good.
    [[nodiscard]] Result<QList<QByteArray>> collect();

private:
    PinnedReader(int processor, QList<int> files);
    void run(const std::stop_token &stop);
    [[nodiscard]] bool stay(); ///< on its processor
    void readAll();
    void fail(const QString &what);

    const int m_processor;
    const QList<int> m_files;
    Fd m_wake; ///< eventfd
    QByteArray m_chunk; ///< the thread's
    std::mutex m_mutex; ///< of what follows
    std::condition_variable m_changed;
    quint64 m_asked = 0;
    quint64 m_answered = 0;
    QList<QByteArray> m_read;
    std::optional<QString> m_problem;
    std::jthread m_thread; ///< last
};

}
