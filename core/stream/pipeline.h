#pragma once
#include "core/base/boundedqueue.h"
#include "core/stream/copyjob.h"
#include "core/stream/datalink.h"
#include "core/stream/worklist.h"
#include "core/stream/zerocollector.h"

#include <optional>
#include <thread>
#include <vector>

namespace edgelift {

/// One attempt to send everything the journal does not hold: readers → packers → links, with a bounded queue between the stages
/// and a fixed set of threads and buffers (about 100 MiB). The first error ends all of it. One use per object.
class Pipeline
{
public:
    explicit Pipeline(CopyJob &job);
    ~Pipeline();

    /// Connects all links and starts. Errors: as DataLink::connect().
    [[nodiscard]] Result<> start(const std::stop_token &stop);
    /// Waits at most `time` for the end; whether it came. Looks for stalled links.
    [[nodiscard]] bool waitFor(std::chrono::milliseconds time);
    /// After the end: why it came, or success when everything was acknowledged. A stop that was asked looks like success or LinkLost.
    [[nodiscard]] Result<> result();

private:
    void read();
    void pack();
    void send(DataLink &link);
    void receive(DataLink &link);
    void fail(const Error &error);
    void ended(); // by each thread, last
    [[nodiscard]] bool emitZeros(bool everything);

    CopyJob &m_job;
    std::stop_source m_abort;
    std::optional<std::stop_callback<std::function<void()>>> m_onStop;
    BufferPool m_readBuffers;
    BufferPool m_packBuffers;
    WorkList m_work;
    ZeroCollector m_zeros;
    BoundedQueue<ReadPiece> m_read;
    BoundedQueue<OutFrame> m_frames;
    std::atomic<int> m_reading;
    std::atomic<int> m_packing;
    std::vector<std::unique_ptr<DataLink>> m_links;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::optional<Error> m_error;
    int m_running = 0;
    std::vector<std::jthread> m_threads; // last: joined before anything they use goes
};

}
