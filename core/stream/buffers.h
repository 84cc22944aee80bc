#pragma once
#include <QtGlobal>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <vector>

namespace edgelift {

/// Memory aligned for direct I/O, from a BufferPool.
struct Buffer
{
    char *data = nullptr;
    size_t size = 0;
    std::span<char> all() const { return {data, size}; }
};
/// Goes back to its pool when the last copy is gone.
using BufferRef = std::shared_ptr<Buffer>;

/// A fixed number of equal buffers: how a stage is kept from running ahead of the next. Thread-safe. Memory is taken when first
/// needed and kept. References may outlive the pool.
class BufferPool
{
public:
    static constexpr size_t alignment = 4096;

    BufferPool(size_t count, size_t size);
    /// Blocks until one is free; null when stop was asked.
    [[nodiscard]] BufferRef acquire(const std::stop_token &stop);

private:
    struct Shelf
    {
        std::mutex mutex;
        std::condition_variable_any changed;
        std::vector<std::unique_ptr<Buffer, void (*)(Buffer *)>> free;
        size_t unmade = 0;
    };
    size_t m_size;
    std::shared_ptr<Shelf> m_shelf;
};

}
