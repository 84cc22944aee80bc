#pragma once
#include "core/base/boundedqueue.h"
#include "core/stream/copyjob.h"
#include "core/wire/framechannel.h"

#include <chrono>
#include <deque>
#include <functional>
#include <mutex>

namespace edgelift {

/// One data connection: sends frames from the queue, and marks in the journal what the receiver acknowledged. send() and
/// receive() run on a thread each; the others are safe anywhere.
class DataLink
{
public:
    DataLink(CopyJob &job, std::stop_token stop)
        : m_job(job)
        , m_stop(std::move(stop))
    {
    }
    /// Connects and greets. Errors: as ReceiverClient.
    [[nodiscard]] Result<> connect();
    /// Until the queue is closed and empty; then says Finish. The receiver's own reason for an end is found by receive().
    [[nodiscard]] Result<> send(BoundedQueue<OutFrame> &frames);
    /// Until everything was sent and acknowledged. Errors: what the receiver's Failure says, LinkLost, FrameMalformed, those of Journal.
    [[nodiscard]] Result<> receive();
    /// LinkStalled when something is under way and nothing moved for the settings' `stall`. Called now and then by one thread.
    [[nodiscard]] Result<> checkStall();

private:
    struct Sent
    {
        quint64 sequence = 0;
        int disk = 0;
        quint64 first = 0;
        quint64 count = 0;
        bool zero = false;
        std::array<wire::Digest, wire::maxDataHashes> digests{};
    };
    struct Movement
    {
        quint64 sent = 0;
        quint64 received = 0;
        quint64 unconfirmed = 0;
        bool operator==(const Movement &) const = default;
    };
    [[nodiscard]] size_t admit(size_t bytes);
    [[nodiscard]] Result<> acknowledge(quint64 upTo);
    [[nodiscard]] Result<> mark(const Sent &sent);
    [[nodiscard]] bool isAllDone() const;
    [[nodiscard]] bool wasSent(quint64 sequence) const; ///< or is being sent

    CopyJob &m_job;
    std::stop_token m_stop;
    std::unique_ptr<wire::FrameChannel> m_channel;
    mutable std::mutex m_mutex;
    std::deque<Sent> m_unacknowledged;
    bool m_finished = false; // Finish was sent
    quint64 m_newest = 0; // sequence of the frame that left last; 0 is the greeting
    Movement m_movement;
    std::chrono::steady_clock::time_point m_moved;
};

}
