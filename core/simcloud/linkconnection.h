#pragma once
#include "core/base/fd.h"

#include <QtGlobal>
#include <chrono>
#include <poll.h>
#include <vector>

namespace edgelift {

/// How many bytes may pass now. One thread.
class TokenBucket
{
public:
    void setRate(qint64 bytesPerSecond) { m_rate = bytesPerSecond; } ///< 0: unlimited
    void fill(std::chrono::steady_clock::time_point now);
    [[nodiscard]] size_t available() const; ///< 0: not yet
    void take(size_t bytes) { m_tokens -= m_rate > 0 ? double(bytes) : 0; }

private:
    qint64 m_rate = 0;
    double m_tokens = 0;
    std::chrono::steady_clock::time_point m_filled;
};

/// One connection through a link: two sockets, and what was read from one and not yet written to the other. Never blocks. Breaks (the
/// ends get a reset) when it is destroyed before both ends said their last word. One thread.
class LinkConnection
{
public:
    /// `far` may still be connecting, or be none: then the connection is over. The buckets outlive it.
    LinkConnection(Fd near, Fd far, TokenBucket &there, TokenBucket &back);
    ~LinkConnection();
    LinkConnection(const LinkConnection &) = delete;
    LinkConnection &operator=(const LinkConnection &) = delete;

    void addTo(std::vector<pollfd> &waiting) const; ///< what it waits for
    [[nodiscard]] std::chrono::milliseconds pause() const; ///< after which it looks again when nothing of that comes
    bool pass(); ///< what can pass now; false: nothing came
    [[nodiscard]] bool isOver() const { return m_over; }

private:
    struct Flow
    {
        int from;
        int to;
        TokenBucket &bucket;
        std::vector<char> buffer;
        size_t begin = 0; ///< of what is not written yet
        size_t end = 0;
        size_t taken = 0; ///< by the last read()
        bool ended = false; ///< `from` said its last word
        bool passedOn = false; ///< and `to` knows

        [[nodiscard]] bool isEmpty() const { return begin == end; }
        /// What there is and may be taken. Both give false when the connection is broken.
        [[nodiscard]] bool read();
        [[nodiscard]] bool write();
    };

    Fd m_near;
    Fd m_far;
    bool m_over;
    Flow m_there;
    Flow m_back;
};

}
