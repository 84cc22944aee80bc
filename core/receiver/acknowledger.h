#pragma once
#include "core/receiver/blockwriter.h"
#include "core/wire/framechannel.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

namespace edgelift::receiver {

/// Tells the sender what is durable: the only thread that sends on a data connection while its session reads. One Ack covers
/// everything up to its sequence, so a fast disk answers many frames with one.
class Acknowledger
{
public:
    /// `channel` must outlive this.
    explicit Acknowledger(wire::FrameChannel &channel);
    Acknowledger(const Acknowledger &) = delete;
    Acknowledger &operator=(const Acknowledger &) = delete;
    ~Acknowledger();

    /// Frames come in the order of their sequence. `written.disk` null: nothing to wait for.
    void wrote(quint64 sequence, const BlockWriter::Written &written);
    /// Blocks until everything given is confirmed, then ends the thread. Error: what kept it from that (a failed sync, the link).
    [[nodiscard]] Result<> finish();
    /// Ends the thread at once; unconfirmed frames stay so. The error it met by itself, if any: the peer knows it already.
    std::optional<Error> abandon();

private:
    struct Pending
    {
        quint64 sequence = 0;
        TargetDisk *disk = nullptr;
        quint64 ticket = 0;
    };
    void run(const std::stop_token &stop);
    [[nodiscard]] std::optional<quint64> takeDurable();
    [[nodiscard]] std::optional<Error> failedSync();
    void fail(std::unique_lock<std::mutex> &lock, const Error &error, const std::stop_token &stop);

    wire::FrameChannel &m_channel;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<Pending> m_pending;
    bool m_fresh = false; ///< something was added since the thread last looked
    bool m_finishing = false;
    std::optional<Error> m_error;
    std::jthread m_thread; ///< last: ends before the rest goes
};

}
